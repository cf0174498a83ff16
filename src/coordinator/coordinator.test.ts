import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  allocate,
  catalogue,
  countOf,
  held,
  listenerOn,
  nextTurn,
  stateOf,
  unwatched,
  type World,
  world,
} from '../../test/fixtures/coordinator-world.ts';
import { allocateRequest } from '../../test/fixtures/core-desk.ts';
import { StyxyError } from '../errors.ts';
import { createMemoryDisk } from '../store/memory.ts';
import { DEFAULT_TIMINGS } from './timings.ts';
import { cleanedInAll } from './watch-counts.ts';

describe('the coordinator', () => {
  it('gives everybody another port while probes are under way, and names who is left out', async () => {
    const w = await world();
    const asks = Array.from({ length: 5 }, (_, i) => allocate(w, { projectPath: `/p${i}` }));
    const settled = await Promise.allSettled(asks);
    const ports = settled.flatMap((one) =>
      one.status === 'fulfilled' ? [one.value.snapshot.lease.port] : [],
    );
    assert.deepEqual([...ports].sort(), [3000, 3001, 3002, 3003]);
    const refused = settled.find((one) => one.status === 'rejected');
    assert.equal(refused?.reason.code, 'RANGE_EXHAUSTED');
    assert.equal(refused?.reason.fields.holders_total, 4);
    await w.coordinator.stop();
  });

  it('proves the store by a commit of its own, and health knows what came of it', async () => {
    let isBroken = false;
    const broken = new StyxyError('STORE_UNAVAILABLE', 'disk I/O error');
    const w = await world(createMemoryDisk(), () => {
      if (isBroken) throw broken;
    });
    await w.coordinator.proveStore();
    isBroken = true;
    await assert.rejects(w.coordinator.proveStore(), broken);
    assert.equal(w.coordinator.health().canCommit, false);
    isBroken = false;
    await w.coordinator.proveStore();
    assert.equal(w.coordinator.health().canCommit, true);
    await w.coordinator.stop();
  });

  it('gives one key, one request id and one singleton a single lease, however many ask at once', async () => {
    const w = await world();
    const same = await Promise.all(Array.from({ length: 5 }, () => allocate(w)));
    assert.equal(new Set(same.map((reply) => reply.snapshot.lease.lockId)).size, 1);
    assert.equal(same.filter((reply) => !reply.existing).length, 1);
    const retried = await Promise.all(
      Array.from({ length: 3 }, () => allocate(w, { serviceName: null, projectPath: '/r' }, 'request')),
    );
    assert.equal(new Set(retried.map((reply) => reply.snapshot.lease.lockId)).size, 1);
    const before = w.probed.length;
    const single = await Promise.all(
      ['/x', '/y', '/z'].map((projectPath) => allocate(w, { serviceType: 'ai', projectPath })),
    );
    assert.equal(new Set(single.map((reply) => reply.snapshot.lease.lockId)).size, 1);
    assert.equal(w.probed.length - before, 1, 'the others waited, and looked for no port');
    await w.coordinator.stop();
  });

  it('names the strangers that it skipped', async () => {
    const w = await world();
    w.strangers.add(3000);
    w.table = [listenerOn(3000, 77)];
    const reply = await allocate(w);
    assert.deepEqual(reply.skipped, [{ port: 3000, holder: 'vite (pid 77)' }]);
    assert.equal(w.coordinator.health().conflicts, 1);
    await w.coordinator.stop();
  });

  it('names very many strangers without comparing each with each', async () => {
    const w = await world();
    const reads = { count: 0 };
    const strangers = Array.from({ length: 4000 }, (_, i) => listenerOn(20_000 + i, 77));
    w.table = [...strangers, listenerOn(3000, 78), listenerOn(3001, 79)].map((one) => ({
      ...one,
      get port() {
        reads.count += 1;
        return one.port;
      },
    }));
    w.strangers.add(3000).add(3001);
    const { skipped } = await allocate(w);
    assert.deepEqual(
      skipped.map(({ holder }) => holder),
      ['vite (pid 78)', 'vite (pid 79)'],
    );
    assert.ok(reads.count < 1.5 * w.table.length, `${reads.count} reads`);
    await w.coordinator.stop();
  });

  it('answers nothing that it could not commit, and goes on when it can again', async () => {
    let isFull = false;
    const w = await world(createMemoryDisk(), () => {
      if (isFull) throw new Error('disk full');
    });
    isFull = true;
    await assert.rejects(allocate(w), /disk full/);
    assert.equal(w.coordinator.health().canCommit, false);
    assert.equal(await w.coordinator.query(({ state }) => state.leaseCount), 0);
    isFull = false;
    assert.equal((await allocate(w)).snapshot.lease.port, 3000);
    assert.equal(w.coordinator.health().canCommit, true);
    await w.coordinator.stop();
  });

  it('keeps leases, keys, request ids and fences across a crash', async () => {
    const disk = createMemoryDisk();
    const before = await world(disk);
    const lease = (await allocate(before, {}, 'id')).snapshot.lease;
    const after = await world(disk);
    assert.equal((await allocate(after)).snapshot.lease.lockId, lease.lockId);
    assert.deepEqual((await allocate(after, {}, 'id')).snapshot.lease, lease);
    const next = await allocate(after, { projectPath: '/b' });
    assert.ok(next.snapshot.lease.fence > lease.fence);
    await after.coordinator.stop();
  });

  describe('when a holding connection closes', () => {
    async function afterClose(w: World): Promise<number> {
      const { lockId } = (await allocate(w)).snapshot.lease;
      const held = await w.coordinator.hold(lockId);
      assert.ok(held.ok);
      held.reply.close();
      await w.coordinator.stop();
      return cleanedInAll(w.coordinator.health().watch);
    }

    it('ends the lease that nobody listens on', async () => {
      assert.equal(await afterClose(await world()), 1);
    });

    it('keeps a lease whose listener is there, or cannot be known', async () => {
      const listening = await world();
      listening.table = [listenerOn(3000, 5)];
      assert.equal(await afterClose(listening), 0);
      const unknown = await world();
      unknown.table = null;
      assert.equal(await afterClose(unknown), 0);
    });
  });

  it('looks once more after a connection closed, since its process may be about to end', async () => {
    const w = await unwatched();
    const { lockId } = (await allocate(w, held)).snapshot.lease;
    const hold = await w.coordinator.hold(lockId);
    assert.ok(hold.ok);
    hold.reply.close();
    for (let turns = 0; turns < 50 && w.secondLooks.length === 0; turns++) await nextTurn();
    assert.equal(await countOf(w), 1, 'its process is there yet');
    w.life = 'dead';
    for (const look of w.secondLooks) look();
    await w.coordinator.stop();
    assert.equal(cleanedInAll(w.coordinator.health().watch), 1);
  });

  it('lets whoever renews go on in place of a dead holder', async () => {
    const w = await unwatched();
    const { lockId } = (await allocate(w, held)).snapshot.lease;
    w.life = 'dead';
    const renewed = await w.coordinator.submit({
      kind: 'renew',
      lockId,
      ttlMs: null,
      pid: null,
      process: null,
      fence: null,
      claim: false,
    });
    assert.ok(renewed.ok);
    assert.equal(renewed.reply.snapshot.lease.pid, null);
    await w.coordinator.stop();
  });

  it('says at a clean-up by hand of every lease that was over why it went', async () => {
    const w = await unwatched();
    const { lockId } = (await allocate(w, held)).snapshot.lease;
    w.life = 'dead';
    const cleaned = await w.coordinator.submit({ kind: 'cleanup', force: false, dryRun: false });
    assert.ok(cleaned.ok);
    assert.deepEqual(
      cleaned.reply.cleaned.map(({ snapshot, reason }) => [snapshot.lease.lockId, reason]),
      [[lockId, 'holder-dead']],
    );
    await w.coordinator.stop();
  });

  it('shows no reader what could not be committed', async () => {
    let isFull = false;
    const w = await world(createMemoryDisk(), () => {
      if (isFull) throw new Error('disk full');
    });
    const { lockId } = (await allocate(w)).snapshot.lease;
    isFull = true;
    const releasing = w.coordinator.submit({
      kind: 'release',
      lockId,
      fence: null,
      callerInstanceId: null,
      callerProjectPath: null,
      force: true,
    });
    const [released, count] = await Promise.allSettled([releasing, countOf(w)]);
    assert.deepEqual([released.status, count.status === 'fulfilled' && count.value], ['rejected', 1]);
    isFull = false;
    await w.coordinator.stop();
  });

  it('takes no command any more once it stops', async () => {
    const w = await world();
    const stopped = w.coordinator.stop();
    await assert.rejects(allocate(w), { code: 'STORE_UNAVAILABLE', message: /stopping/ });
    await stopped;
  });

  it('gives a dead holder’s singleton to the next asker, with a higher fence', async () => {
    const w = await world();
    const process = { pid: 9, startTicks: '1', bootId: 'b', pidNamespace: 'n' };
    const first = await allocate(w, { serviceType: 'ai', pid: 9, process });
    w.life = 'dead';
    const next = await allocate(w, { serviceType: 'ai', projectPath: '/b' });
    assert.equal(next.existing, false);
    assert.ok(next.snapshot.lease.fence > first.snapshot.lease.fence);
    await w.coordinator.stop();
  });

  it('looks at every lease that may be a new singleton before it answers with one', async () => {
    let current = catalogue;
    const w = await world(undefined, undefined, [], { catalogue: () => current });
    for (const projectPath of ['/a', '/b']) await allocate(w, { serviceName: null, projectPath, ...held });
    w.life = 'dead';
    current = { ...catalogue, behaviorOfName: new Map([['dev', 'single']]) };
    const { existing, snapshot } = await allocate(w, { serviceName: null, projectPath: '/b' });
    assert.deepEqual([existing, snapshot.lease.pid], [false, null]);
    await w.coordinator.stop();
  });

  it('tries no port before a grant where it is told not to', async () => {
    const w = await world(undefined, undefined, [], {
      catalogue: () => ({ ...catalogue, isProbing: false }),
    });
    w.strangers.add(3000);
    assert.equal((await allocate(w)).snapshot.lease.port, 3000);
    assert.deepEqual(w.probed, []);
    await w.coordinator.stop();
  });

  it('looks at a lease before it ends, also where nobody watches', async () => {
    let now = 0;
    const ttlMs = 5_000;
    const w = await world(undefined, undefined, [listenerOn(3000, 5)], {
      catalogue: () => ({ ...catalogue, isWatching: false }),
      clock: { monotonic: () => now, wall: () => 0 },
      timings: { ...DEFAULT_TIMINGS, tickMs: 2, passMs: 2 },
    });
    const served = (await allocate(w, { serviceName: 'served', ttlMs })).snapshot.lease.lockId;
    const idle = (await allocate(w, { serviceName: 'idle', ttlMs })).snapshot.lease.lockId;
    for (const asked of [served, idle])
      assert.equal(await stateOf(w, asked), 'reserved', 'nobody looked yet');
    // Over, but not so late that it would be taken for a sleep.
    now += ttlMs;
    while ((await stateOf(w, idle)) !== null) await new Promise((resolve) => setTimeout(resolve, 2));
    assert.equal(await stateOf(w, served), 'active');
    await w.coordinator.stop();
  });

  it('gives every lease a full term after a gap in which nobody could be heard', async () => {
    let now = 0;
    const ttlMs = 12_000;
    const w = await world(undefined, undefined, [], {
      clock: { monotonic: () => now, wall: () => 0 },
      timings: { ...DEFAULT_TIMINGS, tickMs: 2, passMs: 2 },
    });
    const asleep = (await allocate(w, { serviceName: 'asleep', ttlMs })).snapshot.lease.lockId;
    // A machine whose clock runs on in sleep, or a daemon that was stopped.
    now += 36_000_000;
    const awake = (await allocate(w, { serviceName: 'awake', ttlMs })).snapshot;
    const left = await w.coordinator.query(({ state, now: at }) => {
      const entry = state.lease(asleep);
      return entry === undefined ? null : Math.max(entry.vitals.renewedAt, state.floor) + ttlMs - at;
    });
    assert.deepEqual([left, awake.remainingMs], [ttlMs, ttlMs]);
    // It ends when that term is over, and not before; shorter gaps are time like any other.
    for (const stepMs of [6_000, 5_999]) {
      now += stepMs;
      for (let ticks = 0; ticks < 5; ticks++) await new Promise((resolve) => setTimeout(resolve, 2));
      assert.equal(await stateOf(w, asleep), 'reserved');
    }
    now += 1;
    while ((await stateOf(w, asleep)) !== null) await new Promise((resolve) => setTimeout(resolve, 2));
    await w.coordinator.stop();
  });

  it('counts no dead process’s lease against a quota', async () => {
    const w = await world();
    const process = { pid: 9, startTicks: '1', bootId: 'b', pidNamespace: 'n' };
    const instanceId = 'one';
    for (const serviceName of ['a', 'b']) await allocate(w, { serviceName, instanceId, pid: 9, process });
    const command = { kind: 'allocate', request: allocateRequest({ serviceName: 'c', instanceId }) } as const;
    const refused = await w.coordinator.submit({ ...command, requestId: null });
    assert.equal(refused.ok ? null : refused.refusal.code, 'QUOTA_EXCEEDED');
    w.life = 'dead';
    assert.equal((await allocate(w, { serviceName: 'c', instanceId })).existing, false);
    await w.coordinator.stop();
  });

  it('leaves a dead holder its lease while nobody can say whether its server goes on', async () => {
    const disk = createMemoryDisk();
    const w = await world(disk);
    const process = { pid: 9, startTicks: '1', bootId: 'b', pidNamespace: 'n' };
    const { lockId } = (await allocate(w, { serviceType: 'ai', pid: 9, process })).snapshot.lease;
    w.life = 'dead';
    w.table = null;
    assert.equal((await allocate(w, { serviceType: 'ai', projectPath: '/b' })).snapshot.lease.lockId, lockId);
    for (const force of [false, true]) {
      const outcome = await w.coordinator.submit({ kind: 'cleanup', force, dryRun: false });
      assert.ok(outcome.ok);
      assert.deepEqual(
        outcome.reply.kept.map(({ reason }) => reason),
        ['listener-unknown'],
      );
    }
    w.table = [];
    const outcome = await w.coordinator.submit({ kind: 'cleanup', force: true, dryRun: false });
    assert.ok(outcome.ok && outcome.reply.cleaned.length === 1);
    await w.coordinator.stop();
  });

  it('does not let a stranger release a lease whose server came up a moment ago', async () => {
    const w = await world();
    const { lockId, port } = (await allocate(w)).snapshot.lease;
    w.table = [listenerOn(port, 5)];
    const release = { kind: 'release', lockId, fence: null, callerInstanceId: null, force: false } as const;
    const refused = await w.coordinator.submit({ ...release, callerProjectPath: '/b' });
    assert.equal(refused.ok ? null : refused.refusal.code, 'LEASE_IN_USE');
    const own = await w.coordinator.submit({ ...release, callerProjectPath: '/a' });
    assert.ok(own.ok);
    await w.coordinator.stop();
  });

  it('ends no lease for the sake of a look at another one: its own server may have come up since', async () => {
    const w = await unwatched();
    const { pid, process } = held;
    const instance = {
      workingDirectory: null,
      linkedWorktree: false,
      template: null,
      ttlMs: null,
      metadata: {},
    };
    await w.coordinator.submit({ kind: 'register', instanceId: 'one', pid, process, ...instance });
    const served = (await allocate(w, { serviceName: 'served', instanceId: 'one' })).snapshot.lease;
    const other = (await allocate(w, { serviceName: 'other' })).snapshot.lease;
    w.life = 'dead';
    w.table = [listenerOn(served.port, 5)];
    const release = { kind: 'release', fence: null, callerInstanceId: null, force: false } as const;
    await w.coordinator.submit({ ...release, lockId: other.lockId, callerProjectPath: '/b' });
    assert.deepEqual(
      [await stateOf(w, served.lockId), await stateOf(w, other.lockId)],
      ['reserved', null],
      'it stays, and is looked at by the next pass',
    );
    await w.coordinator.stop();
  });

  it('does not believe a nameless lock id of a singleton, which everybody is told, that nobody listens', async () => {
    // A pass of the watch in between would see the listener for whoever asks.
    const w = await unwatched();
    const nameless = { fence: null, callerInstanceId: null, callerProjectPath: null, force: false } as const;
    for (const [serviceType, code] of [
      ['ai', 'LEASE_IN_USE'],
      ['dev', null],
    ] as const) {
      const { lockId, port } = (await allocate(w, { serviceType })).snapshot.lease;
      w.table = [listenerOn(port, 5)];
      const outcome = await w.coordinator.submit({ kind: 'release', lockId, ...nameless });
      assert.equal(outcome.ok ? null : outcome.refusal.code, code, serviceType);
    }
    await w.coordinator.stop();
  });

  it('knows after a restart who lives and who listens before it serves anybody', async () => {
    const disk = createMemoryDisk();
    const before = await world(disk);
    const process = { pid: 9, startTicks: '1', bootId: 'b', pidNamespace: 'n' };
    const { lockId } = (await allocate(before, { pid: 9, process })).snapshot.lease;
    const after = await world(disk, () => {}, [listenerOn(3000, 9)]);
    const asked = await allocate(after, { pid: 10, process: { ...process, pid: 10 } });
    assert.deepEqual([asked.snapshot.lease.pid, asked.snapshot.vitals.state], [9, 'active']);
    const release = { lockId, fence: null, callerInstanceId: null, callerProjectPath: null, force: false };
    const refused = await after.coordinator.submit({ kind: 'release', ...release });
    assert.equal(refused.ok ? null : refused.refusal.code, 'LEASE_IN_USE');
    await after.coordinator.stop();
  });

  it('holds no lease that was released in the same turn', async () => {
    const w = await world();
    const { lockId } = (await allocate(w)).snapshot.lease;
    const release = { lockId, fence: null, callerInstanceId: null, callerProjectPath: null, force: true };
    const [held, released] = await Promise.all([
      w.coordinator.hold(lockId),
      w.coordinator.submit({ kind: 'release', ...release }),
    ]);
    assert.deepEqual([held.ok, released.ok], [false, true]);
    await w.coordinator.stop();
  });

  it('holds a lease once, whose release in the same turn could not be committed', async () => {
    const full = new StyxyError('STORE_FULL', 'the disk is full');
    let isFull = false;
    const w = await world(createMemoryDisk(), ({ kind }) => {
      if (isFull && kind === 'commit') throw full;
    });
    const { lockId } = (await allocate(w)).snapshot.lease;
    const release = { lockId, fence: null, callerInstanceId: null, callerProjectPath: null, force: true };
    isFull = true;
    const holding = w.coordinator.hold(lockId);
    await assert.rejects(w.coordinator.submit({ kind: 'release', ...release }), full);
    const held = await holding;
    assert.ok(held.ok);
    assert.equal(await w.coordinator.query(({ state }) => state.lease(lockId)?.vitals.holds), 1);
    isFull = false;
    held.reply.close();
    await w.coordinator.stop();
  });

  it('does not take its own stop for the death of holders', async () => {
    const disk = createMemoryDisk();
    const w = await world(disk);
    const { lockId } = (await allocate(w)).snapshot.lease;
    const held = await w.coordinator.hold(lockId);
    const stopped = w.coordinator.stop();
    assert.ok(held.ok);
    held.reply.close();
    await stopped;
    assert.ok(disk.leases.has(lockId));
  });

  it('never probes a port under a live lease', async () => {
    const w = await world();
    await allocate(w);
    w.probed.length = 0;
    await assert.rejects(allocate(w, { projectPath: '/b', exact: true, preferredPort: 3000 }));
    await allocate(w, { projectPath: '/b', preferredPort: 3000 });
    assert.ok(!w.probed.includes(3000));
    await w.coordinator.stop();
  });
});
