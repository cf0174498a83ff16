// Owns the growth of the cost: one client's p50 on a daemon that holds 20,000 leases beside one that holds none.

import type { Bench, Case } from '../bench.ts';
import type { Row } from '../report.ts';
import { BULK_TYPE, makeHome, type Served, startDaemon } from '../servers.ts';
import { median, ratios } from '../statistics.ts';

const LIMIT = 1.25;

interface Variant {
  readonly what: string;
  readonly serviceType: string;
  /** Whether the same lease of a project is asked for again and again, or always a nameless one. */
  readonly isOfProject: boolean;
}

const ROOMY: Variant = { what: 'a type with room', serviceType: 'dev', isOfProject: true };
const VARIANTS: readonly Variant[] = [
  ROOMY,
  { what: 'the type that is nearly full', serviceType: BULK_TYPE, isOfProject: true },
  { what: 'nameless, in the type that is nearly full', serviceType: BULK_TYPE, isOfProject: false },
];

export const growth: Case = {
  name: 'growth',
  summary: 'the same request with 20,000 leases held and with none',
  async run(bench) {
    const full = await startDaemon(bench.program, makeHome(bench.scratch));
    const empty = await startDaemon(bench.program, makeHome(bench.scratch));
    try {
      bench.say(`growth: granting ${bench.plan.leases} leases`);
      await bench.load.run({
        kind: 'fill',
        socket: full.socket,
        leases: bench.plan.leases,
        serviceType: BULK_TYPE,
        leasesPerProject: 10,
      });
      await p50(bench, full, ROOMY, bench.plan.warmUpMs);
      await p50(bench, empty, ROOMY, bench.plan.warmUpMs * 2);
      const rows: Row[] = [];
      for (const variant of VARIANTS) rows.push(await compare(bench, full, empty, variant));
      return rows;
    } finally {
      await Promise.all([full.stop(), empty.stop()]);
    }
  },
};

async function compare(bench: Bench, full: Served, empty: Served, variant: Variant): Promise<Row> {
  bench.say(`growth: ${variant.what}`);
  const many: number[] = [];
  const none: number[] = [];
  for (const server of [full, empty]) await p50(bench, server, variant, bench.plan.warmUpMs / 5);
  for (let round = 0; round < bench.plan.alternations; round++) {
    many.push(await p50(bench, full, variant, bench.plan.loadMs));
    none.push(await p50(bench, empty, variant, bench.plan.loadMs));
  }
  return {
    what: `p50 with ${bench.plan.leases} leases held: ${variant.what}`,
    measured: ratios(many, none),
    unit: 'times',
    limit: LIMIT,
    detail: `${median(many).toFixed(1)} µs, with none ${median(none).toFixed(1)} µs`,
  };
}

async function p50(
  { load, program }: Bench,
  server: Served,
  { serviceType, isOfProject }: Variant,
  durationMs: number,
): Promise<number> {
  const result = await load.run({
    kind: 'churn',
    socket: server.socket,
    connections: 1,
    durationMs,
    serviceType,
    projects: isOfProject ? program.checkouts : [],
    release: isOfProject ? 'for-project' : 'forced',
  });
  return result.p50Us;
}
