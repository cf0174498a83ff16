import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serviceType, testCatalogue } from '../../test/fixtures/catalogue.ts';
import { createDesk } from '../../test/fixtures/core-desk.ts';
import type { ObserveCommand } from '../core/command.ts';
import { observe } from './observation.ts';

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
