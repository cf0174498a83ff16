// Owns the latency of the question whether a port is free, beside a no-op route that answers the same.

import type { Bench, Case } from '../bench.ts';
import type { LoadResult } from '../load-jobs.ts';
import type { Row } from '../report.ts';
import { BULK_RANGE, makeHome, type Served, startBaseline, startDaemon } from '../servers.ts';
import { median, ratios } from '../statistics.ts';

const LIMIT = 3;

export const check: Case = {
  name: 'check',
  summary: 'GET /check of a free port, against a no-op Fastify route',
  async run(bench) {
    const daemon = await startDaemon(bench.program, makeHome(bench.scratch));
    const baseline = await startBaseline(bench.program, bench.scratch);
    const rows: Row[] = [];
    try {
      for (const protocol of ['tcp', 'udp'] as const) {
        bench.say(`check: ${protocol}`);
        const path = `/check/${BULK_RANGE[1]}?protocol=${protocol}`;
        const ours: LoadResult[] = [];
        const noop: LoadResult[] = [];
        for (const server of [daemon, baseline]) await ask(bench, server, path, bench.plan.warmUpMs / 2);
        for (let round = 0; round < bench.plan.alternations; round++) {
          ours.push(await ask(bench, daemon, path, bench.plan.loadMs / 2));
          noop.push(await ask(bench, baseline, path, bench.plan.loadMs / 2));
        }
        rows.push(rowOf(protocol, ours, noop));
      }
    } finally {
      await Promise.all([daemon.stop(), baseline.stop()]);
    }
    return rows;
  },
};

function ask(bench: Bench, { socket }: Served, path: string, durationMs: number): Promise<LoadResult> {
  return bench.load.run({ kind: 'ask', socket, path, durationMs });
}

function rowOf(protocol: string, ours: readonly LoadResult[], noop: readonly LoadResult[]): Row {
  const [p50, noopP50] = [ours.map(({ p50Us }) => p50Us), noop.map(({ p50Us }) => p50Us)];
  return {
    what: `p50 of a check of a free port (${protocol}), one client`,
    measured: ratios(p50, noopP50),
    unit: 'times',
    limit: LIMIT,
    detail: `${median(p50).toFixed(1)} µs, no-op ${median(noopP50).toFixed(1)} µs`,
  };
}
