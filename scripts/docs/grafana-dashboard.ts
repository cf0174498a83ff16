// Owns the dashboard for Grafana: its panels as a table, whose queries can only name metrics that there are.

import type { MetricName } from '../../src/api/metrics.ts';

interface Query {
  readonly expr: string;
  /** The series' name; empty for the name of the only one. */
  readonly legend: string;
}

interface Panel {
  readonly title: string;
  readonly about: string;
  readonly kind: 'stat' | 'timeseries';
  readonly unit: 'short' | 's' | 'ops' | 'bytes' | 'percentunit' | 'dtdurations' | 'bool_yes_no';
  readonly queries: readonly Query[];
  readonly isStacked?: boolean;
  /** From which value on, in the panel's unit, the colour is a warning's. Below 1 for what must be 1. */
  readonly warnsFrom?: number;
  readonly warnsBelow?: number;
}

/** Columns that a panel takes of Grafana's 24, and rows. */
const SIZES = { stat: [4, 4], timeseries: [12, 8] } as const;
const COLUMNS = 24;
const DATASOURCE = { type: 'prometheus', uid: `\${datasource}` } as const;

/** The series of a metric of the daemons that were chosen above. */
function of(name: MetricName, labels = ''): string {
  return `${name}{${['job="$job"', 'instance=~"$instance"', labels].filter((part) => part !== '').join(', ')}}`;
}

/** How often in a second, by a label. */
function rate(name: MetricName, by: string, labels = ''): string {
  return `sum by (${by}) (rate(${of(name, labels)}[$__rate_interval]))`;
}

function query(expr: string, legend: string): Query {
  return { expr, legend };
}

const ROWS: Readonly<Record<string, readonly Panel[]>> = {
  Now: [
    {
      title: 'Leases',
      about: 'Live leases, whatever their state.',
      kind: 'stat',
      unit: 'short',
      queries: [query(`sum(${of('styxy_leases')})`, 'leases')],
    },
    {
      title: 'Hijacked',
      about:
        'Leased ports on which a stranger listens. `styxy list` names them, `styxy check PORT` the stranger.',
      kind: 'stat',
      unit: 'short',
      queries: [query(`sum(${of('styxy_leases', 'state="hijacked"')})`, 'hijacked')],
      warnsFrom: 1,
    },
    {
      title: 'Orphans',
      about: 'Servers whose holder is gone. `styxy cleanup --orphans --dry-run` says which would end.',
      kind: 'stat',
      unit: 'short',
      queries: [query(`sum(${of('styxy_orphans')})`, 'orphans')],
      warnsFrom: 1,
    },
    {
      title: 'Instances',
      about: 'Registered agent sessions, terminals and checkouts.',
      kind: 'stat',
      unit: 'short',
      queries: [query(`sum(${of('styxy_instances')})`, 'instances')],
    },
    {
      title: 'Store commits',
      about: 'Whether the last commit succeeded. Without it nothing is granted.',
      kind: 'stat',
      unit: 'bool_yes_no',
      queries: [query(`min(${of('styxy_store_can_commit')})`, 'commits')],
      warnsBelow: 1,
    },
    {
      title: 'Up for',
      about: 'Since the youngest daemon started.',
      kind: 'stat',
      unit: 'dtdurations',
      queries: [query(`time() - max(${of('styxy_start_time_seconds')})`, 'up for')],
    },
  ],
  Ports: [
    {
      title: 'Requests for a port',
      about: 'By outcome: granted, existing, or the code of the refusal.',
      kind: 'timeseries',
      unit: 'ops',
      isStacked: true,
      queries: [query(rate('styxy_allocations_total', 'outcome'), '{{outcome}}')],
    },
    {
      title: 'Grants by service type',
      about: 'New leases alone.',
      kind: 'timeseries',
      unit: 'ops',
      isStacked: true,
      queries: [
        query(rate('styxy_allocations_total', 'service_type', 'outcome="granted"'), '{{service_type}}'),
      ],
    },
    {
      title: 'Leases by state',
      about: 'Reserved: nobody listens yet. Idle: the listener went away. Hijacked: a stranger listens.',
      kind: 'timeseries',
      unit: 'short',
      isStacked: true,
      queries: [query(`sum by (state) (${of('styxy_leases')})`, '{{state}}')],
    },
    {
      title: 'Leases by health',
      about: 'Unhealthy: hijacked, orphaned, or the listener is missed. Unknown: nobody could see.',
      kind: 'timeseries',
      unit: 'short',
      isStacked: true,
      queries: [query(`sum by (health) (${of('styxy_lease_health')})`, '{{health}}')],
    },
    {
      title: 'Conflicts and hijacks',
      about:
        'Ports found taken before a grant, those that an answer passed over, and strangers on leased ports.',
      kind: 'timeseries',
      unit: 'ops',
      queries: [
        query(`sum(rate(${of('styxy_port_conflicts_detected_total')}[$__rate_interval]))`, 'found taken'),
        query(`sum(rate(${of('styxy_port_conflicts_avoided_total')}[$__rate_interval]))`, 'passed over'),
        query(`sum(rate(${of('styxy_hijacks_detected_total')}[$__rate_interval]))`, 'hijacked'),
      ],
    },
    {
      title: 'Put right',
      about: 'By layer: a grant that passed over taken ports, a lease that ended by itself, the start.',
      kind: 'timeseries',
      unit: 'ops',
      queries: [query(rate('styxy_recoveries_total', 'layer'), '{{layer}}')],
    },
    {
      title: 'Leases that ended by themselves',
      about: 'By reason.',
      kind: 'timeseries',
      unit: 'ops',
      queries: [query(rate('styxy_health_cleaned_total', 'reason'), '{{reason}}')],
    },
    {
      title: 'Ranges and rest',
      about: 'Automatic ranges, and ports in quarantine.',
      kind: 'timeseries',
      unit: 'short',
      queries: [
        query(`sum(${of('styxy_automatic_ranges')})`, 'automatic ranges'),
        query(`sum(${of('styxy_quarantined_ports')})`, 'resting ports'),
      ],
    },
    {
      title: 'Recorded events',
      about: 'What the audit records, by event.',
      kind: 'timeseries',
      unit: 'ops',
      isStacked: true,
      queries: [query(rate('styxy_audit_events_total', 'event'), '{{event}}')],
    },
    {
      title: 'Changes of automatic ranges',
      about: 'Made, moved and undone.',
      kind: 'timeseries',
      unit: 'ops',
      queries: [query(rate('styxy_automatic_range_changes_total', 'change'), '{{change}}')],
    },
  ],
  'The daemon': [
    {
      title: 'HTTP requests',
      about: 'By operation.',
      kind: 'timeseries',
      unit: 'ops',
      isStacked: true,
      queries: [query(rate('styxy_http_requests_total', 'operation'), '{{operation}}')],
    },
    {
      title: 'Refused and failed requests',
      about: 'By status, from 400 on.',
      kind: 'timeseries',
      unit: 'ops',
      queries: [query(rate('styxy_http_requests_total', 'status', 'status=~"[45].."'), '{{status}}')],
    },
    {
      title: 'Commits',
      about: 'Many requests may share one.',
      kind: 'timeseries',
      unit: 'ops',
      queries: [
        query(`sum(rate(${of('styxy_store_commits_total')}[$__rate_interval]))`, 'commits'),
        query(`sum(rate(${of('styxy_store_commit_failures_total')}[$__rate_interval]))`, 'failures'),
      ],
    },
    {
      title: 'Event loop delay',
      about: 'How late the event loop was since the scrape before.',
      kind: 'timeseries',
      unit: 's',
      queries: [query(`max by (quantile) (${of('styxy_event_loop_delay_seconds')})`, '{{quantile}}')],
    },
    {
      title: 'The watch',
      about:
        'Passes over all leases, and leases that were looked at. Without a lease there is nothing to pass over.',
      kind: 'timeseries',
      unit: 'ops',
      queries: [
        query(`sum(rate(${of('styxy_health_passes_total')}[$__rate_interval]))`, 'passes'),
        query(`sum(rate(${of('styxy_health_checks_total')}[$__rate_interval]))`, 'looks'),
      ],
    },
    {
      title: 'Streams of events',
      about: 'Dashboards and followers that are connected.',
      kind: 'timeseries',
      unit: 'short',
      queries: [query(`sum(${of('styxy_event_streams')})`, 'streams')],
    },
    {
      title: 'Memory',
      about: 'Resident memory.',
      kind: 'timeseries',
      unit: 'bytes',
      queries: [query(of('styxy_resident_memory_bytes'), '{{instance}}')],
    },
    {
      title: 'Processor',
      about: 'Share of one core.',
      kind: 'timeseries',
      unit: 'percentunit',
      queries: [query(`rate(${of('styxy_cpu_seconds_total')}[$__rate_interval])`, '{{instance}}')],
    },
  ],
};

/** The document that Grafana imports. */
export function grafanaDashboard(): unknown {
  return {
    annotations: { list: [] },
    description: 'Ports, leases and the daemon of Styxy.',
    editable: true,
    graphTooltip: 1,
    links: [],
    panels: placed(),
    refresh: '30s',
    schemaVersion: 39,
    tags: ['styxy'],
    templating: { list: [datasourceVariable(), ...seriesVariables()] },
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    title: 'Styxy',
    uid: 'styxy',
    version: 1,
  };
}

/** All panels from left to right below their row's title. */
function placed(): unknown[] {
  const panels: unknown[] = [];
  let y = 0;
  for (const [title, row] of Object.entries(ROWS)) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
    });
    y += 1;
    let x = 0;
    let height = 0;
    for (const panel of row) {
      const [w, h] = SIZES[panel.kind];
      if (x + w > COLUMNS) {
        x = 0;
        y += height;
      }
      panels.push(grafanaPanel(panels.length + 1, panel, { x, y, w, h }));
      x += w;
      height = h;
    }
    y += height;
  }
  return panels;
}

function grafanaPanel(id: number, panel: Panel, gridPos: Readonly<Record<string, number>>): unknown {
  const { title, about, kind, unit, queries } = panel;
  return {
    id,
    type: kind,
    title,
    description: about,
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: { defaults: { unit, min: 0, ...colours(panel) }, overrides: [] },
    options:
      kind === 'stat'
        ? { colorMode: 'value', graphMode: 'area', reduceOptions: { calcs: ['lastNotNull'] } }
        : { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets: queries.map(({ expr, legend }, at) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + at),
      datasource: DATASOURCE,
      expr,
      legendFormat: legend,
      range: true,
    })),
  };
}

function colours({ kind, isStacked = false, warnsFrom, warnsBelow }: Panel): object {
  if (kind === 'timeseries')
    return {
      custom: isStacked ? { fillOpacity: 30, stacking: { mode: 'normal', group: 'A' } } : { fillOpacity: 10 },
    };
  const [low, high] = warnsBelow === undefined ? ['green', 'red'] : ['red', 'green'];
  const from = warnsFrom ?? warnsBelow;
  return {
    color: { mode: 'thresholds' },
    thresholds: {
      mode: 'absolute',
      steps: [{ color: low, value: null }, ...(from === undefined ? [] : [{ color: high, value: from }])],
    },
  };
}

function datasourceVariable(): unknown {
  return { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' };
}

/** Which daemons: by the job that scrapes them, then by their address. */
function seriesVariables(): unknown[] {
  const name: MetricName = 'styxy_build_info';
  const common = { type: 'query', datasource: DATASOURCE, refresh: 2, sort: 1 };
  return [
    { ...common, name: 'job', label: 'Job', query: `label_values(${name}, job)` },
    {
      ...common,
      name: 'instance',
      label: 'Daemon',
      query: `label_values(${name}{job="$job"}, instance)`,
      multi: true,
      includeAll: true,
      current: { selected: true, text: ['All'], value: ['$__all'] },
    },
  ];
}
