import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Client } from '../client/client.ts';
import type { ProcessIdentity } from '../core/process-identity.ts';
import type { Processes } from './members.ts';
import { endOrphan, type OrphanedLease } from './orphans.ts';

const identity = (pid: number, startTicks = '1'): ProcessIdentity => ({
  pid,
  startTicks,
  bootId: 'b',
  pidNamespace: 'n',
});

const json = ({ pid, startTicks, bootId, pidNamespace }: ProcessIdentity) => ({
  pid,
  start_ticks: startTicks,
  boot_id: bootId,
  pid_namespace: pidNamespace,
});

/** The server 12 below npm 11, which the run started; 99 is somebody else. */
function scene(server: ProcessIdentity | null, listener: number | null, marked: readonly number[] = []) {
  const processes: Processes = {
    life: ({ startTicks }) => (startTicks === '1' ? 'alive' : 'dead'),
    ancestors: (pid) => (pid === 12 ? [12, 11, 1] : [pid, 1]),
    descendants: (pid) => (pid === 11 ? [identity(12)] : []),
    withEnvironment: () => marked.map((pid) => identity(pid)),
  };
  const client = {
    request: async () => ({
      status: 200,
      body: { system_usage: listener === null ? null : { pid: listener } },
    }),
  } as unknown as Client;
  const orphan = { lock_id: 'lk', port: 3000, protocol: 'tcp', server: server && json(server) };
  return endOrphan(client, processes, orphan as unknown as OrphanedLease, true);
}

describe('which server of an orphaned lease may be ended', () => {
  for (const [what, given, verdict, pids] of [
    ['the one that the daemon saw serve', scene(identity(12), 12), 'would-end', [12]],
    ['one with the mark of the lease', scene(null, 12, [12]), 'would-end', [12]],
    ['with what it was started through', scene(null, 12, [11, 12]), 'would-end', [12, 11]],
    ['not what else has the mark', scene(null, 12, [12, 77]), 'would-end', [12]],
    ['nobody where its pid was given away', scene(identity(12, '2'), 12), 'left', []],
    ['nobody where another one listens', scene(identity(12), 99), 'left', []],
    ['nobody where the listener is not known', scene(identity(12), null, [12]), 'left', []],
  ] as const) {
    it(`is ${what}`, async () => {
      const orphan = await given;
      assert.equal(orphan.verdict, verdict);
      assert.deepEqual(orphan.processes, pids);
    });
  }
});
