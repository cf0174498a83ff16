// Owns the cost of a request: durable allocate and release beside a no-op route, in processor time and in latency.

import type { Bench, Case } from '../bench.ts';
import type { LoadResult } from '../load-jobs.ts';
import { cpuSeconds } from '../process-cost.ts';
import type { Row } from '../report.ts';
import { makeHome, type Served, startBaseline, startDaemon } from '../servers.ts';
import { median, ratios } from '../statistics.ts';

const CPU_LIMIT = 2.5;
const LATENCY_LIMIT = 2.5;
const CONNECTIONS = [16, 64] as const;

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
      for (const server of [daemon, baseline]) await churn(bench, server, 16, bench.plan.warmUpMs);
      for (const connections of CONNECTIONS) {
        bench.say(`requests: ${connections} connections`);
        rows.push(...costRows(connections, ...(await alternate(bench, daemon, baseline, connections))));
      }
      bench.say('requests: one client');
      rows.push(latencyRow(...(await alternate(bench, daemon, baseline, 1))));
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
  connections: number,
): Promise<[Sample[], Sample[]]> {
  const ours: Sample[] = [];
  const noop: Sample[] = [];
  for (const server of [daemon, baseline]) await churn(bench, server, connections, bench.plan.warmUpMs / 5);
  for (let round = 0; round < bench.plan.alternations; round++) {
    ours.push(await churn(bench, daemon, connections, bench.plan.loadMs));
    noop.push(await churn(bench, baseline, connections, bench.plan.loadMs));
  }
  return [ours, noop];
}

async function churn(bench: Bench, server: Served, connections: number, durationMs: number): Promise<Sample> {
  const before = cpuSeconds(server.pid);
  const result = await bench.load.run({
    kind: 'churn',
    socket: server.socket,
    connections,
    durationMs,
    serviceType: 'dev',
    keyed: true,
  });
  return { ...result, cpuUs: ((cpuSeconds(server.pid) - before) * 1e6) / result.requests };
}

function costRows(connections: number, ours: readonly Sample[], noop: readonly Sample[]): Row[] {
  const [cpu, noopCpu] = [ours.map(({ cpuUs }) => cpuUs), noop.map(({ cpuUs }) => cpuUs)];
  const rate = (samples: readonly Sample[]): number =>
    median(samples.map(({ requests, seconds }) => requests / seconds));
  return [
    {
      what: `processor time of a request, ${connections} connections`,
      measured: ratios(cpu, noopCpu),
      unit: 'times',
      limit: CPU_LIMIT,
      detail: `${median(cpu).toFixed(1)} µs, no-op ${median(noopCpu).toFixed(1)} µs`,
    },
    {
      what: `requests, ${connections} connections`,
      measured: rate(ours),
      unit: 'per second',
      limit: null,
      detail: `no-op ${rate(noop).toFixed(0)} per second`,
    },
  ];
}

function latencyRow(ours: readonly Sample[], noop: readonly Sample[]): Row {
  const [p50, noopP50] = [ours.map(({ p50Us }) => p50Us), noop.map(({ p50Us }) => p50Us)];
  const p99 = (samples: readonly Sample[]): string => median(samples.map(({ p99Us }) => p99Us)).toFixed(0);
  return {
    what: 'p50 of one client',
    measured: ratios(p50, noopP50),
    unit: 'times',
    limit: LATENCY_LIMIT,
    detail: `${median(p50).toFixed(1)} µs, no-op ${median(noopP50).toFixed(1)} µs; p99 ${p99(ours)} and ${p99(noop)} µs`,
  };
}
