import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serviceType, testCatalogue } from '../../test/fixtures/catalogue.ts';
import { createDesk } from '../../test/fixtures/core-desk.ts';
import { DEFAULT_TIMINGS } from './timings.ts';
import { startWatch } from './watch.ts';

const someProcess = { pid: 7, startTicks: '1', bootId: 'b', pidNamespace: 'n' };
const NOTHING_SEEN = { kind: 'observe', listeners: new Map(), holders: new Map() } as const;

/** A watch whose ticks are taken by hand. */
function scene(hasEnded: Promise<void> = Promise.resolve(), missIntervalMs = 30_000) {
  const desk = createDesk(testCatalogue([serviceType('dev', 3000, 3009)]));
  const done: string[] = [];
  const note = (what: string) => async () => void done.push(what);
  let next: (() => void) | null = null;
  const scheduler = {
    defer: setImmediate,
    after: (_delayMs: number, fn: () => void) => {
      next = fn;
      return () => {};
    },
  };
  const stop = startWatch(
    {
      state: desk.state,
      time: () => ({ now: desk.now, wall: 0 }),
      missIntervalMs: () => missIntervalMs,
      noticeSleep: () => {},
      async observeAll() {
        done.push('all');
        return Array.from(desk.state.leases(), ({ lease }) => lease.lockId);
      },
      observeHeld: note('held'),
      async sweep(lockIds) {
        desk.submit({ kind: 'sweep', lockIds });
        await hasEnded;
      },
      forget: note('forget'),
      keepAudit: async () => {},
      saveElapsed: note('save'),
      isStoreInDoubt: () => false,
      onFault: (error) => {
        throw error;
      },
    },
    scheduler,
    DEFAULT_TIMINGS,
  );
  return {
    desk,
    stop,
    /** What the watch did in the ticks of the next `seconds`. */
    async ticks(seconds: number): Promise<string[]> {
      for (let tick = 0; tick < seconds; tick++) {
        const run = next;
        next = null;
        run?.();
        while (next === null) await new Promise((resolve) => setImmediate(resolve));
        desk.now += 1000;
      }
      return done.splice(0);
    },
  };
}

describe('the watch', () => {
  it('looks at nothing where nothing is leased', async () => {
    const { ticks, stop } = scene();
    assert.deepEqual(await ticks(60), []);
    assert.deepEqual(await ticks(1), ['forget']);
    await stop();
  });

  it('looks at the process of an instance that holds nothing, until it is dead', async () => {
    const { desk, ticks, stop } = scene();
    desk.register('one');
    assert.deepEqual(await ticks(6), [], 'without a process there is nothing to look at');
    desk.register('one', someProcess);
    assert.deepEqual(await ticks(6), ['all', 'all']);
    desk.submit({ ...NOTHING_SEEN, instances: new Map([['one', 'dead']]) });
    assert.deepEqual(await ticks(6), []);
    await stop();
  });

  it('looks at all leases every five seconds', async () => {
    const { desk, ticks, stop } = scene();
    desk.granted();
    assert.deepEqual(await ticks(11), ['all', 'all', 'all']);
    await stop();
  });

  it('looks at all leases more often where misses are counted more often', async () => {
    const { desk, ticks, stop } = scene(Promise.resolve(), 2000);
    desk.granted();
    assert.deepEqual(await ticks(5), ['all', 'all', 'all']);
    await stop();
  });

  it('looks at held leases every second, and at them alone between two passes', async () => {
    const { desk, ticks, stop } = scene();
    desk.granted({ serviceName: 'other' });
    const { lockId } = desk.granted().snapshot.lease;
    desk.submit({ kind: 'hold', lockId, delta: 1 });
    assert.deepEqual(await ticks(6), ['all', 'held', 'held', 'held', 'held', 'all']);
    desk.submit({ kind: 'hold', lockId, delta: -1 });
    assert.deepEqual(await ticks(5), ['all']);
    await stop();
  });

  it('looks at held leases also while a slow store keeps it from ending others', async () => {
    const slow = Promise.withResolvers<void>();
    const { desk, ticks, stop } = scene(slow.promise);
    const { lockId } = desk.granted().snapshot.lease;
    desk.submit({ kind: 'hold', lockId, delta: 1 });
    assert.deepEqual(await ticks(7), ['all', 'held', 'held', 'held', 'held', 'held', 'held']);
    slow.resolve();
    assert.deepEqual(await ticks(2), ['held', 'all'], 'ends nothing twice at once');
    await stop();
  });

  it('comes back when a term is over', async () => {
    const { desk, ticks, stop } = scene();
    desk.granted({ ttlMs: 7000 });
    assert.deepEqual(await ticks(7), ['all', 'all']);
    assert.equal(desk.state.leaseCount, 1);
    assert.deepEqual(await ticks(1), ['all']);
    assert.equal(desk.state.leaseCount, 0);
    await stop();
  });
});
