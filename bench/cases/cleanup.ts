// Owns the longest stretch for which a clean-up of 20,000 leases keeps the daemon from everything else.

import { join } from 'node:path';
import type { Case } from '../bench.ts';
import { type KeepAlive, openKeepAlive, postRequest } from '../keep-alive.ts';
import { longestStretchMs, loopWatchFlags } from '../loop-watch.ts';
import type { Row } from '../report.ts';
import { BULK_TYPE, makeHome, startDaemon } from '../servers.ts';
import { spread } from '../statistics.ts';

const LIMIT_MS = 20;

/** What is asked for. */
const KINDS = [
  { what: 'all of which stay', body: { dry_run: true } },
  { what: 'all of which would end', body: { dry_run: true, force: true } },
];

export const cleanup: Case = {
  name: 'cleanup',
  summary: 'POST /cleanup over 20,000 leases, and the event loop meanwhile',
  async run({ program, scratch, load, plan, say }) {
    const watch = join(scratch, 'cleanup-watch.sock');
    const daemon = await startDaemon(program, makeHome(scratch), loopWatchFlags(watch));
    const connection = await openKeepAlive(daemon.socket, fail);
    try {
      say(`cleanup: granting ${plan.leases} leases`);
      await load.run({
        kind: 'fill',
        socket: daemon.socket,
        leases: plan.leases,
        serviceType: BULK_TYPE,
        leasesPerProject: 10,
      });
      const longest = KINDS.map((): number[] => []);
      for (let round = 0; round < plan.alternations; round++) {
        say(`cleanup: ${round + 1} of ${plan.alternations}`);
        for (const [kind, { body }] of KINDS.entries())
          longest[kind]?.push(await longestStretchMs(watch, () => cleanUp(connection, body)));
      }
      const ending = await longestStretchMs(watch, () => cleanUp(connection, { force: true }));
      const rows = KINDS.map(
        ({ what }, kind): Row => ({
          what: `longest stretch of a clean-up of ${plan.leases} leases, ${what}`,
          measured: spread(longest[kind] ?? []),
          unit: 'ms',
          limit: LIMIT_MS,
          detail: `${plan.alternations} times`,
        }),
      );
      return [
        ...rows,
        // There is only one of these, which is too few to judge by.
        { what: 'the same, all of which end', measured: ending, unit: 'ms', limit: null, detail: '' },
      ];
    } finally {
      connection.close();
      await daemon.stop();
    }
  },
};

function cleanUp(connection: KeepAlive, body: object): Promise<void> {
  return new Promise((resolve) => {
    connection.send(postRequest('/cleanup', body), (status) => {
      if (status !== 200) fail(new Error(`status ${status} instead of a clean-up`));
      resolve();
    });
  });
}

function fail(error: Error): never {
  throw error;
}
