// Owns the cost of a request: durable allocate and release beside a no-op route, in processor time and in latency.

import type { Bench, Case } from '../bench.ts';
import type { Churn, LoadResult } from '../load-jobs.ts';
import { cpuSeconds } from '../process-cost.ts';
import type { Row } from '../report.ts';
import { makeHome, type Served, startBaseline, startDaemon } from '../servers.ts';
import { median, ratios } from '../statistics.ts';

const CPU_LIMIT = 2.5;
const LATENCY_LIMIT = 2.5;

interface Traffic {
  readonly connections: number;
  readonly release: Churn['release'];
}

/** With a named caller as the command line sends it, and with what the API needs at least. */
const MANY: readonly Traffic[] = [
  { connections: 16, release: 'for-project' },
  { connections: 64, release: 'for-project' },
  { connections: 16, release: 'by-id' },
];
const ONE: readonly Traffic[] = [
  { connections: 1, release: 'for-project' },
  { connections: 1, release: 'by-id' },
];

interface Sample extends LoadResult {
  /** Processor time of the server, in microseconds per request. */
  readonly cpuUs: number;
}

export const requests: Case = {
  name: 'requests',
  summary: 'allocate and release over keep-alive on the unix socket, against a no-op Fastify route',
  async run(bench) {
    const daemon = await startDaemon(bench.program, makeHome(bench.scratch));
    const baseline = await startBaseline(bench.program, bench.scratch);
    const rows: Row[] = [];
    try {
      for (const server of [daemon, baseline]) {
        for (const traffic of MANY) await churn(bench, server, traffic, bench.plan.warmUpMs);
      }
      for (const traffic of MANY) {
        bench.say(`requests: ${nameOf(traffic)}`);
        rows.push(...costRows(traffic, ...(await alternate(bench, daemon, baseline, traffic))));
      }
      for (const traffic of ONE) {
        bench.say(`requests: ${nameOf(traffic)}`);
        rows.push(latencyRow(traffic, ...(await alternate(bench, daemon, baseline, traffic))));
      }
    } finally {
      await Promise.all([daemon.stop(), baseline.stop()]);
    }
    return rows;
  },
};

async function alternate(
  bench: Bench,
  daemon: Served,
  baseline: Served,
  traffic: Traffic,
): Promise<[Sample[], Sample[]]> {
  const ours: Sample[] = [];
  const noop: Sample[] = [];
  for (const server of [daemon, baseline]) await churn(bench, server, traffic, bench.plan.warmUpMs / 5);
  for (let round = 0; round < bench.plan.alternations; round++) {
    ours.push(await churn(bench, daemon, traffic, bench.plan.loadMs));
    noop.push(await churn(bench, baseline, traffic, bench.plan.loadMs));
  }
  return [ours, noop];
}

async function churn(bench: Bench, server: Served, traffic: Traffic, durationMs: number): Promise<Sample> {
  const before = cpuSeconds(server.pid);
  const result = await bench.load.run({
    kind: 'churn',
    socket: server.socket,
    ...traffic,
    durationMs,
    serviceType: 'dev',
    projects: bench.program.checkouts,
  });
  return { ...result, cpuUs: ((cpuSeconds(server.pid) - before) * 1e6) / result.requests };
}

function costRows(traffic: Traffic, ours: readonly Sample[], noop: readonly Sample[]): Row[] {
  const [cpu, noopCpu] = [ours.map(({ cpuUs }) => cpuUs), noop.map(({ cpuUs }) => cpuUs)];
  const rate = (samples: readonly Sample[]): number =>
    median(samples.map(({ requests, seconds }) => requests / seconds));
  return [
    {
      what: `processor time of a request, ${nameOf(traffic)}`,
      measured: ratios(cpu, noopCpu),
      unit: 'times',
      limit: CPU_LIMIT,
      detail: `${median(cpu).toFixed(1)} µs, no-op ${median(noopCpu).toFixed(1)} µs`,
    },
    {
      what: `requests, ${nameOf(traffic)}`,
      measured: rate(ours),
      unit: 'per second',
      limit: null,
      detail: `no-op ${rate(noop).toFixed(0)} per second`,
    },
  ];
}

function latencyRow(traffic: Traffic, ours: readonly Sample[], noop: readonly Sample[]): Row {
  const [p50, noopP50] = [ours.map(({ p50Us }) => p50Us), noop.map(({ p50Us }) => p50Us)];
  const p99 = (samples: readonly Sample[]): string => median(samples.map(({ p99Us }) => p99Us)).toFixed(0);
  return {
    what: `p50 of allocate and release, ${nameOf(traffic)}`,
    measured: ratios(p50, noopP50),
    unit: 'times',
    limit: LATENCY_LIMIT,
    detail: `${median(p50).toFixed(1)} µs, no-op ${median(noopP50).toFixed(1)} µs; p99 ${p99(ours)} and ${p99(noop)} µs`,
  };
}

function nameOf({ connections, release }: Traffic): string {
  const who = connections === 1 ? 'one client' : `${connections} connections`;
  return release === 'for-project' ? who : `${who}, releases by lock id alone`;
}
