// Owns the table of metrics: what each is called, counts, and is labelled with. `GET /metrics` and its reference come from it.

export interface Metric {
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly labels: readonly string[];
}

const counter = (help: string, ...labels: string[]): Metric => ({ type: 'counter', help, labels });
const gauge = (help: string, ...labels: string[]): Metric => ({ type: 'gauge', help, labels });

/** By name, in the order of the reference. Counters count from the start of the daemon. */
export const METRICS = {
  styxy_build_info: gauge('Always 1; the labels say what runs', 'version', 'api_version'),
  styxy_start_time_seconds: gauge('When the daemon started, in seconds since the epoch'),

  styxy_allocations_total: counter(
    'Answered requests for a port: `granted`, `existing`, or the code of the refusal in lower case. Types beyond the first 200, and names of no type, are `(other)`',
    'service_type',
    'outcome',
  ),
  styxy_port_conflicts_detected_total: counter('Ports that were about to be granted and were found taken'),
  styxy_port_conflicts_avoided_total: counter(
    'Of these: ports that an answer passed over for another one, and lists as `skipped`',
  ),
  styxy_hijacks_detected_total: counter('Leased ports on which a stranger was seen to listen'),
  styxy_recoveries_total: counter(
    'What was put right, by layer: `conflict`, a grant that passed over taken ports; `health`, a lease that ended by itself; `system`, something that the start mended',
    'layer',
  ),

  styxy_leases: gauge('Live leases, by state', 'state'),
  styxy_lease_health: gauge(
    'Live leases, by how they are: `healthy`, `unhealthy` (hijacked, orphaned, or its listener is missed), `unknown` (nobody could see)',
    'health',
  ),
  styxy_orphans: gauge('Live leases whose holder is gone while its server still listens'),
  styxy_instances: gauge('Registered instances'),
  styxy_quarantined_ports: gauge('Ports that rest now'),

  styxy_health_passes_total: counter('Passes of the watch over all leases'),
  styxy_health_checks_total: counter('Leases that were looked at, each look counted'),
  styxy_health_cleaned_total: counter('Leases that ended by themselves, by reason', 'reason'),

  styxy_automatic_ranges: gauge('Ranges that service types got by themselves'),
  styxy_automatic_range_changes_total: counter('Automatic ranges made, moved and undone', 'change'),

  styxy_audit_events_total: counter('Events that were recorded in the audit', 'event'),
  styxy_audit_last_number: gauge('The number of the newest event'),

  styxy_store_commits_total: counter('Commits to the store; many requests may share one'),
  styxy_store_commit_failures_total: counter('Commits that the store could not make'),
  styxy_store_can_commit: gauge('1 where the last commit succeeded, else 0'),

  styxy_http_requests_total: counter(
    'Answered requests by operation, `(refused)` before any, `(none)` where there is no such route',
    'operation',
    'status',
  ),
  styxy_event_streams: gauge('Streams of events that are open'),
  styxy_event_loop_delay_seconds: gauge(
    'How late the event loop was since the last scrape, by quantile; measured from the first scrape on',
    'quantile',
  ),
  styxy_resident_memory_bytes: gauge('Memory of the daemon'),
  styxy_cpu_seconds_total: counter('Processor time of the daemon'),
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof METRICS;
