import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serviceType, testCatalogue } from '../../test/fixtures/catalogue.ts';
import { createDesk } from '../../test/fixtures/core-desk.ts';
import type { ObserveCommand } from '../core/command.ts';
import type { ProcessLife } from '../core/lease.ts';
import { observe } from './observation.ts';

const NOTHING_KNOWN = {
  addresses: ['::'],
  process: null,
  command: null,
  user: null,
  cwd: null,
  container: null,
};
const identity = { pid: 7, startTicks: '1', bootId: 'b', pidNamespace: 'n' };

function scene(leases: number) {
  const desk = createDesk(testCatalogue([serviceType('dev', 3000, 3099)]));
  const lockIds = Array.from(
    { length: leases },
    (_, i) => desk.granted({ serviceName: `s${i}`, pid: 7, process: identity }).snapshot.lease.lockId,
  );
  let turns = 0;
  const looksOfTurn: number[] = [];
  const eyes = {
    ports: { listeners: async () => [], sockets: async () => [] },
    processes: {
      identify: () => null,
      life: () => {
        looksOfTurn[turns] = (looksOfTurn[turns] ?? 0) + 1;
        return 'alive' as const;
      },
      ancestors: () => [],
      cwd: () => null,
    },
    scheduler: {
      defer: (fn: () => void) => {
        turns += 1;
        setImmediate(fn);
      },
      after: () => () => {},
    },
  };
  return { desk, lockIds, eyes, looksOfTurn };
}

describe('a pass of observation', () => {
  it('looks at a few leases in a turn, and at each of them once', async () => {
    const { desk, lockIds, eyes, looksOfTurn } = scene(7);
    const seen: string[] = [];
    await observe(eyes, desk.state, { lockIds, instanceIds: [] }, 0, 3, async (report) => {
      seen.push(...report.holders.keys());
    });
    assert.deepEqual(seen, lockIds);
    assert.deepEqual(looksOfTurn, [3, 3, 1]);
  });

  it('looks at the processes of instances as carefully', async () => {
    const { desk, eyes, looksOfTurn } = scene(0);
    const instanceIds = ['a', 'b', 'c', 'd', 'gone'];
    for (const instanceId of instanceIds.slice(0, 4)) {
      desk.submit({
        kind: 'register',
        instanceId,
        workingDirectory: null,
        linkedWorktree: false,
        template: null,
        pid: 7,
        process: identity,
        ttlMs: null,
        metadata: {},
      });
    }
    const reports: ObserveCommand[] = [];
    await observe(eyes, desk.state, { lockIds: [], instanceIds }, 0, 3, async (report) => {
      reports.push(report);
    });
    assert.deepEqual(
      reports.flatMap(({ instances }) => [...instances.keys()]),
      ['a', 'b', 'c', 'd'],
    );
    assert.deepEqual(looksOfTurn, [3, 1]);
  });

  /** What is reported of a run (pid 7) with an app (8) below it, whose processes open these ports. */
  async function seenOfRun(
    life: ProcessLife,
    open: readonly (readonly [port: number, pid: number])[],
  ): Promise<ObserveCommand> {
    const { desk, lockIds, eyes } = scene(1);
    for (const lockId of lockIds) desk.submit({ kind: 'hold', lockId, delta: 1 });
    const listeners = open.map(([port, pid]) => ({ protocol: 'tcp' as const, port, pid, ...NOTHING_KNOWN }));
    const seeing = {
      ...eyes,
      ports: {
        listeners: async ({ ports }: { ports: Pick<ReadonlySet<number>, 'has'> }) =>
          listeners.filter(({ port }) => ports.has(port)),
        sockets: async () => listeners,
      },
      processes: {
        ...eyes.processes,
        life: () => life,
        identify: (pid: number) => ({ ...identity, pid }),
        ancestors: (pid: number) => (pid === 8 ? [8, 7, 1] : [pid, 1]),
      },
    };
    const reports: ObserveCommand[] = [];
    await observe(seeing, desk.state, { lockIds, instanceIds: [] }, 0, 3, async (report) => {
      reports.push(report);
    });
    assert.equal(reports.length, 1);
    return reports[0] as ObserveCommand;
  }

  it('notes the server below a living holder, and none by the pid of a dead one', async () => {
    const alive = await seenOfRun('alive', [[3000, 8]]);
    assert.deepEqual(
      [...(alive.servers?.values() ?? [])].map(({ pid }) => pid),
      [8],
    );
    for (const life of ['dead', 'unknown'] as const) {
      const seen = await seenOfRun(life, [[3000, 8]]);
      assert.equal(seen.servers?.size, 0, `${life}: whoever has the pid now is another`);
    }
  });

  it('takes a port for drift only while nothing serves the own one', async () => {
    const moved = await seenOfRun('alive', [[5174, 8]]);
    assert.deepEqual([...(moved.drifts?.values() ?? [])], [[5174]]);
    const beside = await seenOfRun('alive', [
      [3000, 8],
      [5174, 8],
    ]);
    assert.deepEqual([...(beside.drifts?.values() ?? [])], []);
  });

  it('fails when a report fails, and leaves none of them unheard', async () => {
    const { desk, lockIds, eyes } = scene(5);
    const full = new Error('the disk is full');
    let reports = 0;
    const observing = observe(eyes, desk.state, { lockIds, instanceIds: [] }, 0, 1, async () => {
      reports += 1;
      throw full;
    });
    // An unheard one would end this test's process.
    await assert.rejects(observing, full);
    assert.equal(reports, 5);
  });
});
