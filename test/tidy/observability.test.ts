// Owns the truth of the dashboard and the alert rules: they ask for metrics and labels that the daemon has.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { METRICS, type Metric } from '../../src/api/metrics.ts';
import { read } from './tree.ts';

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly labels: { readonly severity: string };
      readonly annotations: { readonly summary: string; readonly description: string };
    }[];
  }[];
}

const dashboard: Dashboard = JSON.parse(read('docs/observability/styxy-dashboard.json'));
const { groups }: Rules = parse(read('docs/observability/alerts.yml'));
const rules = groups.flatMap((group) => group.rules);
const targets = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => ({ title, expr, legendFormat })),
);

const TABLE: Readonly<Record<string, Metric>> = METRICS;
/** What Prometheus adds to every series. */
const SCRAPED = ['job', 'instance'];

/** What is wrong with the names in an expression of PromQL. */
function unknownNames(expr: string): string[] {
  const wrong: string[] = [];
  const labels = new Set<string>(SCRAPED);
  for (const [, name = '', matchers = ''] of expr.matchAll(/\b(styxy_\w+)(?:\{([^}]*)\})?/g)) {
    const known = TABLE[name]?.labels;
    if (known === undefined) wrong.push(name);
    for (const label of known ?? []) labels.add(label);
    for (const [, label = ''] of matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g))
      if (!SCRAPED.includes(label) && known?.includes(label) !== true) wrong.push(`${name}{${label}}`);
  }
  for (const [, list = ''] of expr.matchAll(/\b(?:by|on)\s*\(([^)]*)\)/g))
    wrong.push(...list.split(/\s*,\s*/).filter((label) => !labels.has(label)));
  return wrong;
}

/** The counters of which an expression takes the value as it is, which means nothing. */
function bareCounters(expr: string): string[] {
  return [...expr.matchAll(/\b(styxy_\w+)(?:\{[^}]*\})?(?!\w)(\[)?/g)]
    .filter(([, name = '', range]) => TABLE[name]?.type === 'counter' && range === undefined)
    .map(([, name = '']) => name);
}

describe('the dashboard for Grafana', () => {
  it('asks for metrics and labels that there are', () => {
    assert.ok(targets.length > 20);
    assert.deepEqual(
      targets.flatMap(({ expr }) => unknownNames(expr)),
      [],
    );
  });

  it('shows every metric but the number of the newest event', () => {
    const all = `${targets.map(({ expr }) => expr).join(' ')} ${JSON.stringify(dashboard)}`;
    const unseen = Object.keys(METRICS).filter((name) => !new RegExp(`${name}\\b`).test(all));
    assert.deepEqual(unseen, ['styxy_audit_last_number']);
  });

  it('shows counters by their rate, and names series by labels that they have', () => {
    assert.deepEqual(
      targets.flatMap(({ expr }) => bareCounters(expr)),
      [],
    );
    const misnamed = targets.flatMap(({ title, expr, legendFormat }) =>
      [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)]
        .filter(([, label = '']) => label !== 'instance' && !expr.includes(`by (${label})`))
        .map(([, label]) => `${title}: ${label}`),
    );
    assert.deepEqual(misnamed, []);
  });

  it('lays its panels out beside each other, each with a number of its own', () => {
    const { panels } = dashboard;
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    for (const { title, gridPos: a } of panels) {
      assert.ok(a.x + a.w <= 24, title);
      for (const { title: other, gridPos: b } of panels)
        assert.ok(
          title === other || a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y,
          `${title} lies on ${other}`,
        );
    }
  });
});

describe('the alert rules', () => {
  it('ask for metrics and labels that there are', () => {
    assert.deepEqual(
      rules.flatMap(({ expr }) => unknownNames(expr)),
      [],
    );
  });

  it('say how bad it is, and what to do next', () => {
    for (const { alert, labels, annotations } of rules) {
      assert.match(alert, /^Styxy[A-Z]\w+$/);
      assert.ok(['critical', 'warning', 'info'].includes(labels.severity), alert);
      assert.match(annotations.description, /`styxy [a-z]+|full or read-only|overloaded/, alert);
    }
  });

  it('each have a unit test in which they fire', () => {
    const cases = read('test/fixtures/alert-cases.yml');
    const untested = rules.filter(
      ({ alert }) => !cases.includes(`'{alertname="${alert}"}'`) && !cases.includes(`{alertname="${alert}"`),
    );
    assert.deepEqual(
      untested.map(({ alert }) => alert),
      [],
    );
  });
});

describe('the look at names', () => {
  it('sees what there is not', () => {
    assert.deepEqual(
      unknownNames('sum by (colour) (rate(styxy_leases{state="a", shade=~"b"}[5m])) > styxy_none'),
      ['styxy_leases{shade}', 'styxy_none', 'colour'],
    );
    assert.deepEqual(
      bareCounters('rate(styxy_cpu_seconds_total{a="b"}[5m]) + styxy_store_commits_total{a="b"}'),
      ['styxy_store_commits_total'],
    );
  });
});
