// Owns the tests of a coordinator's stop: what it waits for, and what it does not take for the end of holders.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allocate, nextTurn, world } from '../../test/fixtures/coordinator-world.ts';
import { createMemoryDisk } from '../store/memory.ts';

describe('the stop of a coordinator', () => {
  it('waits for requests that were read and are not decided yet', async () => {
    const disk = createMemoryDisk();
    const w = await world(disk);
    const order: string[] = [];
    const asked = allocate(w).then(({ snapshot }) => {
      order.push('answered');
      return snapshot.lease.lockId;
    });
    const stopped = w.coordinator.stop().then(() => void order.push('stopped'));
    const [lockId] = await Promise.all([asked, stopped]);
    assert.deepEqual(order, ['answered', 'stopped']);
    assert.ok(disk.leases.has(lockId));
  });

  it('lets connections that close after it end nothing, nor ask a store that is closed', async () => {
    const disk = createMemoryDisk();
    const faults: unknown[] = [];
    const w = await world(disk, () => {}, [], { onFault: (error) => faults.push(error) });
    const { lockId } = (await allocate(w)).snapshot.lease;
    const held = await w.coordinator.hold(lockId);
    assert.ok(held.ok);
    await w.coordinator.stop();
    held.reply.close();
    for (let turns = 0; turns < 20; turns++) await nextTurn();
    assert.ok(disk.leases.has(lockId));
    assert.deepEqual(faults, []);
  });
});
