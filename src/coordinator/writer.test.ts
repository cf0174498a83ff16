// Owns the tests of what the writer promises before it decides: fences that are stored, and ports that nobody else gets.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allocate, listenerOn, nextTurn, world } from '../../test/fixtures/coordinator-world.ts';
import { allocateRequest } from '../../test/fixtures/core-desk.ts';
import { createMemoryDisk, type MemoryWrite } from '../store/memory.ts';
import { createScheduler } from './scheduler.ts';
import { DEFAULT_TIMINGS } from './timings.ts';

describe('the writer', () => {
  it('grants no fence that the store has not promised, so that none is given twice after a crash', async () => {
    const disk = createMemoryDisk();
    const granted: [fence: number, promised: number][] = [];
    const beforeWrite = (write: MemoryWrite): void => {
      if (write.kind !== 'commit') return;
      for (const change of write.changes)
        if (change.table === 'lease' && change.before === null && change.after !== null)
          granted.push([change.after.fence, disk.fenceCeiling]);
    };
    const timings = { ...DEFAULT_TIMINGS, fenceBlock: 1 };
    const before = await world(disk, beforeWrite, [], { timings });
    const caller = { fence: null, callerInstanceId: null, callerProjectPath: null, force: true };
    for (let round = 0; round < 80; round++) {
      const { lockId } = (await allocate(before)).snapshot.lease;
      await before.coordinator.submit({ kind: 'release', lockId, ...caller });
    }
    assert.equal(granted.length, 80);
    for (const [fence, promised] of granted) assert.ok(fence <= promised, `${fence} of ${promised}`);
    const after = await world(disk, beforeWrite, [], { timings });
    const { fence } = (await allocate(after)).snapshot.lease;
    assert.ok(fence > 80, `${fence} after no lease is left to tell of the others`);
    for (const { coordinator } of [before, after]) await coordinator.stop();
  });

  it('keeps a port that was found free for its command while that learns who has the others', async () => {
    const naming = { begun: Promise.withResolvers<void>(), goesOn: Promise.withResolvers<void>() };
    const w = await world(createMemoryDisk(), () => {}, [], {
      scheduler: { ...createScheduler(), after: () => () => {} },
      ports: {
        sockets: async () => [],
        async listeners() {
          naming.begun.resolve();
          await naming.goesOn.promise;
          return [listenerOn(3000, 77)];
        },
      },
    });
    w.strangers.add(3000);
    const first = allocate(w);
    await naming.begun.promise;
    const exact = allocateRequest({ projectPath: '/b', exact: true, preferredPort: 3001 });
    const second = await w.coordinator.submit({ kind: 'allocate', request: exact, requestId: null });
    naming.goesOn.resolve();
    assert.deepEqual(
      [(await first).snapshot.lease.port, second.ok ? null : second.refusal.code],
      [3001, 'PORT_UNAVAILABLE'],
    );
    await nextTurn();
    await w.coordinator.stop();
  });
});
