import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Client } from '../client/client.ts';
import type { ProcessIdentity } from '../core/process-identity.ts';
import type { Processes } from './members.ts';
import { endOrphan, type OrphanedLease } from './orphans.ts';
import type { Spare } from './own-daemon.ts';

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

interface Around {
  /** The pids above 12, from its parent up. */
  readonly above?: readonly number[];
  /** What is below other processes than 11. */
  readonly below?: Readonly<Record<number, readonly number[]>>;
  readonly spare?: Spare;
  /** The lease that the port has by now. */
  readonly held?: { readonly lock_id: string; readonly orphan: boolean } | null;
}

const STILL = { lock_id: 'lk', orphan: true };

/** The server 12 below npm 11, which the run started; 99 is somebody else. */
function scene(
  server: ProcessIdentity | null,
  listener: number | null,
  marked: readonly number[] = [],
  { above = [11], below = {}, spare = (found) => found, held = STILL }: Around = {},
) {
  const processes: Processes = {
    identify: (pid) => identity(pid),
    life: ({ startTicks }) => (startTicks === '1' ? 'alive' : 'dead'),
    ancestors: (pid) => (pid === 12 ? [12, ...above, 1] : [pid, 1]),
    descendants: (pid) => (pid === 11 ? [identity(12)] : (below[pid] ?? []).map((each) => identity(each))),
    withEnvironment: () => marked.map((pid) => identity(pid)),
  };
  const client = {
    request: async () => ({
      status: 200,
      body: { allocated_to: held, system_usage: listener === null ? null : { pid: listener } },
    }),
  } as unknown as Client;
  const orphan = { lock_id: 'lk', port: 3000, protocol: 'tcp', server: server && json(server) };
  return endOrphan(client, processes, orphan as unknown as OrphanedLease, {
    isDryRun: true,
    spare,
  });
}

describe('which server of an orphaned lease may be ended', () => {
  for (const [what, given, verdict, pids] of [
    ['the one that the daemon saw serve', scene(identity(12), 12), 'would-end', [12]],
    ['one with the mark of the lease', scene(null, 12, [12]), 'would-end', [12]],
    ['with what it was started through', scene(null, 12, [11, 12]), 'would-end', [12, 11]],
    [
      'not what is above a process without the mark',
      scene(null, 12, [9, 12], { above: [11, 9] }),
      'would-end',
      [12],
    ],
    [
      'not this process, though it is below',
      scene(null, 12, [12], { below: { 12: [process.pid, 13] } }),
      'would-end',
      [12, 13],
    ],
    [
      'not what is spared',
      scene(null, 12, [12], { below: { 12: [13] }, spare: (found) => found.filter(({ pid }) => pid !== 13) }),
      'would-end',
      [12],
    ],
    ['not what else has the mark', scene(null, 12, [12, 77]), 'would-end', [12]],
    ['nobody where its pid was given away', scene(identity(12, '2'), 12), 'left', []],
    ['nobody where another one listens', scene(identity(12), 99), 'left', []],
    ['nobody whose holder is back', scene(null, 12, [12], { held: { ...STILL, orphan: false } }), 'left', []],
    ['nobody whose lease is over', scene(null, 12, [12], { held: null }), 'left', []],
    [
      'nobody who has another lease by now',
      scene(null, 12, [12], { held: { lock_id: 'other', orphan: true } }),
      'left',
      [],
    ],
    ['nobody where the listener is not known', scene(identity(12), null, [12]), 'left', []],
  ] as const) {
    it(`is ${what}`, async () => {
      const orphan = await given;
      assert.equal(orphan.verdict, verdict);
      assert.deepEqual(orphan.processes, pids);
    });
  }
});

describe('the end of an orphaned server', () => {
  it('does not look below a pid whose process has ended', async () => {
    const dead: number[] = [];
    const looked: number[] = [];
    const processes: Processes = {
      identify: (pid) => identity(pid),
      life: ({ pid }) => (dead.includes(pid) ? 'dead' : 'alive'),
      ancestors: (pid) => [pid, 1],
      descendants: (pid) => {
        looked.push(pid);
        // After the first look the server ends by itself, and its pid goes to somebody with a process below.
        if (looked.length === 1) dead.push(pid);
        return looked.length === 1 ? [] : [identity(77)];
      },
      withEnvironment: () => [identity(12)],
    };
    const client = {
      request: async () => ({ status: 200, body: { allocated_to: STILL, system_usage: { pid: 12 } } }),
    } as unknown as Client;
    const orphan = { lock_id: 'lk', port: 3000, protocol: 'tcp', server: null } as unknown as OrphanedLease;
    const { verdict } = await endOrphan(client, processes, orphan, {
      isDryRun: false,
      spare: (found) => found.filter(({ pid }) => pid !== 77 || assert.fail('it is a stranger')),
    });
    assert.deepEqual([verdict, looked], ['ended', [12]]);
  });
});
