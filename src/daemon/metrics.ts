// Owns the samples of all metrics at the moment of a scrape, and their text.

import { API_VERSION, VERSION } from '../api/api-version.ts';
import { METRICS, type Metric, type MetricName } from '../api/metrics.ts';
import { cleanedInAll } from '../coordinator/watch-counts.ts';
import { countHealth } from '../core/health.ts';
import { isOrphan } from '../core/life.ts';
import type { DaemonContext } from './context.ts';
import type { Counts } from './tally.ts';

/** The values of a metric's labels, in their order, and its own. */
type Sample = readonly [labels: readonly string[], value: number];
type Samples = Readonly<Record<MetricName, readonly Sample[]>>;

/** Everything at this moment, as of a commit. */
export async function sampleAll(context: DaemonContext): Promise<Samples> {
  const { tally, coordinator } = context;
  const state = await coordinator.query(({ state, now }) => {
    const leases = { reserved: 0, active: 0, idle: 0, hijacked: 0 };
    let orphans = 0;
    for (const entry of state.leases()) {
      leases[entry.vitals.state] += 1;
      if (isOrphan(state, entry, now)) orphans += 1;
    }
    let resting = 0;
    for (const [, { until }] of state.quarantines()) if (until > now) resting += 1;
    return {
      leases,
      orphans,
      resting,
      health: countHealth(state, now),
      instances: Array.from(state.instances()).length,
      ranges: Array.from(state.ranges()).length,
      lastAudit: state.lastAudit,
    };
  });
  const health = coordinator.health();
  const event = (name: string): number => tally.events.get('')?.get(name) ?? 0;
  const { user, system } = process.cpuUsage();
  return {
    styxy_build_info: [[[VERSION, String(API_VERSION)], 1]],
    styxy_start_time_seconds: one(context.startedAt / 1000),
    styxy_allocations_total: flat(tally.allocations),
    styxy_port_conflicts_detected_total: one(health.conflicts),
    styxy_port_conflicts_avoided_total: one(tally.avoided.ports),
    styxy_hijacks_detected_total: one(event('hijacked')),
    styxy_recoveries_total: [
      [['conflict'], tally.avoided.grants],
      [['health'], cleanedInAll(health.watch)],
      [['system'], event('repaired')],
    ],
    styxy_leases: labelled(Object.entries(state.leases)),
    styxy_lease_health: labelled(Object.entries(state.health)),
    styxy_orphans: one(state.orphans),
    styxy_instances: one(state.instances),
    styxy_quarantined_ports: one(state.resting),
    styxy_health_passes_total: one(health.watch.passes),
    styxy_health_checks_total: one(health.watch.checks),
    styxy_health_cleaned_total: labelled(health.watch.cleaned),
    styxy_automatic_ranges: one(state.ranges),
    styxy_automatic_range_changes_total: [
      [['made'], event('range_made')],
      [['moved'], event('range_moved')],
      [['undone'], event('range_undone')],
    ],
    styxy_audit_events_total: labelled(tally.events.get('') ?? []),
    styxy_audit_last_number: one(state.lastAudit),
    styxy_store_commits_total: one(health.commits),
    styxy_store_commit_failures_total: one(health.failedCommits),
    styxy_store_can_commit: one(health.canCommit ? 1 : 0),
    styxy_http_requests_total: flat(tally.requests),
    styxy_event_streams: one(context.events.count),
    styxy_event_loop_delay_seconds: labelled(context.loopDelay.take()),
    styxy_resident_memory_bytes: one(process.memoryUsage.rss()),
    styxy_cpu_seconds_total: one((user + system) / 1e6),
  };
}

/** The samples in the text format of Prometheus. The library is loaded by the first scrape. */
export async function metricsText(samples: Samples): Promise<{ type: string; text: string }> {
  const { Counter, Gauge, Registry } = (await import('prom-client')).default;
  const registry = new Registry();
  for (const [name, { type, help, labels }] of Object.entries(METRICS) as [MetricName, Metric][]) {
    const options = { name, help, labelNames: [...labels], registers: [registry] };
    const metric = type === 'counter' ? new Counter(options) : new Gauge(options);
    for (const [values, value] of samples[name])
      metric.inc(Object.fromEntries(labels.map((label, index) => [label, values[index] ?? ''])), value);
  }
  return { type: registry.contentType, text: await registry.metrics() };
}

function one(value: number): Sample[] {
  return [[[], value]];
}

function labelled(counts: Iterable<readonly [string, number]>): Sample[] {
  return Array.from(counts, ([label, value]): Sample => [[label], value]);
}

function flat(counts: Counts): Sample[] {
  return Array.from(counts).flatMap(([first, inner]) =>
    Array.from(inner, ([second, value]): Sample => [[first, second], value]),
  );
}
