// Owns the tests of sleeps that fall into the awaits of a coordinator whose clock and ticks are moved by hand.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allocate, stateOf, type World, world } from '../../test/fixtures/coordinator-world.ts';
import { createMemoryDisk } from '../store/memory.ts';
import { createScheduler } from './scheduler.ts';
import { DEFAULT_TIMINGS } from './timings.ts';

const SLEEP_MS = 36_000_000;
const TTL_MS = 5_000;

/** A world in which nothing ticks but by `tick`, and whose clock stands until a test moves it. */
async function scene() {
  const clock = { now: 0 };
  const ticks: (() => void)[] = [];
  const sleeps = { inCommit: false, inTable: false };
  const fallAsleep = (where: keyof typeof sleeps): void => {
    if (sleeps[where]) clock.now += SLEEP_MS;
    sleeps[where] = false;
  };
  const table = async () => {
    fallAsleep('inTable');
    return [];
  };
  const w = await world(
    createMemoryDisk(),
    ({ kind }) => void (kind === 'commit' && fallAsleep('inCommit')),
    [],
    {
      clock: { monotonic: () => clock.now, wall: () => 0 },
      ports: { listeners: table, sockets: table },
      timings: { ...DEFAULT_TIMINGS, sweepSlice: 1 },
      scheduler: {
        ...createScheduler(),
        after: (delayMs, tick) => {
          if (delayMs <= DEFAULT_TIMINGS.tickMs) ticks.push(tick);
          return () => {};
        },
      },
    },
  );
  return {
    w,
    clock,
    sleeps,
    /** Takes the next tick of the watch, and waits until the one after it is asked for. */
    async tick(): Promise<void> {
      ticks.shift()?.();
      for (let turns = 0; turns < 50 && ticks.length === 0; turns++)
        await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

function floorOf({ coordinator }: World): Promise<number> {
  return coordinator.query(({ state }) => state.floor);
}

describe('a sleep', () => {
  it('counts for the first command after it, before that is decided', async () => {
    const { w, clock } = await scene();
    const { lockId } = (await allocate(w, { ttlMs: TTL_MS })).snapshot.lease;
    clock.now += SLEEP_MS;
    const command = {
      kind: 'renew',
      lockId,
      ttlMs: null,
      pid: null,
      process: null,
      fence: 99,
      claim: false,
    } as const;
    const refused = await w.coordinator.submit(command);
    assert.equal(refused.ok, false);
    assert.equal(await floorOf(w), SLEEP_MS);
    await w.coordinator.stop();
  });

  it('while the system lists its listeners lets a clean-up end nothing', async () => {
    const { w, sleeps } = await scene();
    const { lockId } = (await allocate(w, { ttlMs: TTL_MS })).snapshot.lease;
    sleeps.inTable = true;
    const outcome = await w.coordinator.submit({ kind: 'cleanup', force: false, dryRun: false });
    assert.ok(outcome.ok);
    assert.deepEqual(
      [outcome.reply.cleaned.length, outcome.reply.kept.map(({ reason }) => reason)],
      [0, ['term-runs']],
    );
    assert.equal(await stateOf(w, lockId), 'reserved');
    await w.coordinator.stop();
  });

  it('while a pass ends one lease lets it end no other', async () => {
    const { w, clock, sleeps, tick } = await scene();
    const ids: string[] = [];
    for (const serviceName of ['first', 'second'])
      ids.push((await allocate(w, { serviceName, ttlMs: TTL_MS })).snapshot.lease.lockId);
    clock.now += TTL_MS;
    sleeps.inCommit = true;
    await tick();
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
    const states = await Promise.all(ids.map((lockId) => stateOf(w, lockId)));
    assert.deepEqual(states, [null, 'reserved']);
    assert.equal(await floorOf(w), TTL_MS + SLEEP_MS);
    await w.coordinator.stop();
  });

  it('while a connection was open lets its end be judged by what is seen after it', async () => {
    const { w, clock } = await scene();
    const { lockId } = (await allocate(w, { ttlMs: TTL_MS })).snapshot.lease;
    const held = await w.coordinator.hold(lockId);
    assert.ok(held.ok);
    clock.now += SLEEP_MS;
    held.reply.close();
    assert.equal(await floorOf(w), SLEEP_MS);
    await w.coordinator.stop();
  });
});
