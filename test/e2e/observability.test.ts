// Owns the dashboard and the alert rules before a real Prometheus that scrapes a real daemon.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ROOT, runProgram } from './cli-harness.ts';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';
import { until } from './run-fixture.ts';

const FOLDER = join(ROOT, 'docs', 'observability');
const RULES = join(FOLDER, 'alerts.yml');
const isHere = (program: string): boolean =>
  (process.env.PATH ?? '').split(':').some((dir) => existsSync(join(dir, program)));
const skip = isHere('promtool') && isHere('prometheus') ? false : 'no Prometheus here';

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}

interface Answer<Data> {
  readonly status: string;
  readonly data?: Data;
  readonly error?: string;
}

const dashboard: Dashboard = JSON.parse(readFileSync(join(FOLDER, 'styxy-dashboard.json'), 'utf8'));

/** What has a series only after something that does not happen here. */
const QUIET = ['Leases that ended by themselves'];

let daemon: TestDaemon;
let prometheus: ChildProcess;
let dir: string;
let origin: string;

async function ask<Data>(path: string, query: Readonly<Record<string, string>> = {}): Promise<Data> {
  const response = await fetch(`${origin}/api/v1/${path}?${new URLSearchParams(query)}`);
  const answer = (await response.json()) as Answer<Data>;
  assert.ok(answer.data !== undefined, `${JSON.stringify(query)}: ${answer.error}`);
  return answer.data;
}

/** The values of all series of an expression at this moment. */
async function values(expr: string): Promise<string[]> {
  const { result } = await ask<{ result: readonly { value: [number, string] }[] }>('query', { query: expr });
  return result.map(({ value }) => value[1]);
}

describe('the rules, by promtool', { skip }, () => {
  it('are right', async () => {
    const { status, stdout, stderr } = await runProgram('promtool', ['check', 'rules', RULES], { cwd: ROOT });
    assert.equal(status, 0, stdout + stderr);
  });

  it('fire when they should, and not otherwise', async () => {
    const cases = join('test', 'fixtures', 'alert-cases.yml');
    const { status, stdout, stderr } = await runProgram('promtool', ['test', 'rules', cases], { cwd: ROOT });
    assert.equal(status, 0, stdout + stderr);
  });
});

describe('a Prometheus that scrapes a daemon', { skip }, () => {
  before(async () => {
    const [port] = freeRange('scraping', 1);
    origin = `http://127.0.0.1:${port}`;
    daemon = await startDaemon({ isBuilt: true });
    dir = mkdtempSync(join(tmpdir(), 'styxy-prometheus-'));
    const config = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [RULES],
      scrape_configs: [
        {
          job_name: 'styxy',
          static_configs: [{ targets: [`127.0.0.1:${daemon.port}`] }],
          authorization: { credentials_file: daemon.home.token },
        },
      ],
    };
    // JSON is YAML, too.
    writeFileSync(join(dir, 'prometheus.yml'), JSON.stringify(config));
    const words = [
      `--config.file=${join(dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    prometheus = spawn('prometheus', words, { cwd: dir, stdio: 'ignore' });
    process.once('exit', () => prometheus.kill('SIGKILL'));
    await daemon.request('POST', '/allocate', { service_type: 'dev', service_name: 'seen' });
    await daemon.request('GET', '/no-such-route');
    const isScraped = async (): Promise<true | null> => {
      const enough = await values('count_over_time(up{job="styxy"}[1m]) >= 4').catch(() => []);
      return enough.length > 0 ? true : null;
    };
    await until('a few scrapes', isScraped);
  });
  after(async () => {
    const ended = new Promise((resolve) => prometheus.once('exit', resolve));
    prometheus.kill('SIGKILL');
    await ended;
    await daemon.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('reaches it with the token', async () => {
    assert.deepEqual(await values('min(min_over_time(up{job="styxy"}[1m]))'), ['1']);
    assert.deepEqual(await values('sum(styxy_leases)'), ['1']);
  });

  it('knows an answer to every query of the dashboard', async () => {
    const empty: string[] = [];
    for (const { title, targets = [] } of dashboard.panels) {
      for (const { expr } of targets) {
        const filled = expr
          .replaceAll('$__rate_interval', '10s')
          .replaceAll('$job', 'styxy')
          .replaceAll('$instance', '.+');
        if ((await values(filled)).length === 0) empty.push(title);
      }
    }
    assert.deepEqual(empty, QUIET);
  });

  it('takes the rules, of which none fires', async () => {
    type Rule = {
      readonly name: string;
      readonly health: string;
      readonly lastError?: string;
      readonly state: string;
    };
    const rules = async (): Promise<Rule[]> =>
      (await ask<{ groups: readonly { rules: Rule[] }[] }>('rules')).groups.flatMap((group) => group.rules);
    const isJudged = async (): Promise<true | null> =>
      (await rules()).every(({ health }) => health !== 'unknown') ? true : null;
    await until('the first look at the rules', isJudged);
    const odd = (await rules()).filter(({ health, state }) => health !== 'ok' || state === 'firing');
    assert.deepEqual(odd, []);
  });
});
