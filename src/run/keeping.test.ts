import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LeaseJson } from '../api/schemas.ts';
import type { Client } from '../client/client.ts';
import { StyxyError } from '../errors.ts';
import { keepLease } from './keeping.ts';

const lease = { lock_id: 'lk_1', fence: 7, port: 3000 } as LeaseJson;

/** A daemon that can go away, come back, and forget the lease. */
function daemon() {
  const waiting: (() => void)[] = [];
  const state = { isUp: true, hasLease: true, held: [] as string[], refused: 0, closed: 0 };
  let endHold = (): void => {};
  const client: Client = {
    request: () => assert.fail('nothing but the connection says that the lease is held'),
    events: () => assert.fail('a run follows no events'),
    hold: (lockId) => {
      const closed = new Promise<void>((resolve) => {
        endHold = resolve;
      });
      if (state.hasLease) state.held.push(lockId);
      else state.refused += 1;
      for (const wake of waiting.splice(0)) wake();
      const refusal = new StyxyError('LEASE_NOT_FOUND', 'There is no such lease');
      return {
        opened: state.hasLease ? Promise.resolve() : Promise.reject(refusal),
        closed,
        close: () => {
          state.closed += 1;
          endHold();
        },
      };
    },
    close: () => {},
  };
  return {
    state,
    endConnection: () => endHold(),
    nextHold: () => new Promise<void>((resolve) => waiting.push(resolve)),
    reach: async () => {
      if (!state.isUp) throw new StyxyError('DAEMON_UNREACHABLE', 'No daemon runs');
      return client;
    },
  };
}

const onEvent = (): void => {};
const nothingLost = (): never => assert.fail('nothing was lost');

describe('the keeping of a lease', () => {
  it('is one connection that holds it, until it is closed', async () => {
    const { state, reach, nextHold } = daemon();
    const held = nextHold();
    const keeping = keepLease({ reach, lease, onEvent, onLost: nothingLost });
    await held;
    keeping.stop();
    assert.deepEqual([state.held, state.closed], [['lk_1'], 0]);
    keeping.close();
    assert.deepEqual([state.held, state.closed], [['lk_1'], 1]);
  });

  it('goes on with the next daemon, however long that takes', async () => {
    const { state, reach, nextHold, endConnection } = daemon();
    let held = nextHold();
    const keeping = keepLease({ reach, lease, onEvent, onLost: nothingLost });
    await held;
    state.isUp = false;
    endConnection();
    await new Promise((resolve) => setTimeout(resolve, 60));
    held = nextHold();
    state.isUp = true;
    await held;
    keeping.stop();
    keeping.close();
    assert.deepEqual(state.held, ['lk_1', 'lk_1']);
  });

  it('says once that the lease is gone when the daemon ends its connection, and asks no more', async () => {
    const { state, reach, nextHold, endConnection } = daemon();
    const held = nextHold();
    const reasons: StyxyError[] = [];
    const lost = new Promise<void>((resolve) => {
      const onLost = (why: StyxyError): void => {
        reasons.push(why);
        resolve();
      };
      keepLease({ reach, lease, onEvent, onLost });
    });
    await held;
    // The keeper hears of the end only once it waits for it.
    await new Promise((resolve) => setImmediate(resolve));
    state.hasLease = false;
    endConnection();
    await lost;
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.deepEqual(
      reasons.map(({ code }) => code),
      ['LEASE_NOT_FOUND'],
    );
    assert.deepEqual([state.held.length, state.refused], [1, 1]);
  });

  it('asks no more once it is stopped, also when the connection ends then', async () => {
    const { state, reach, nextHold, endConnection } = daemon();
    const held = nextHold();
    const keeping = keepLease({ reach, lease, onEvent, onLost: nothingLost });
    await held;
    keeping.stop();
    endConnection();
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.equal(state.held.length, 1);
  });

  it('holds nothing where it is stopped while it looks for the daemon', async () => {
    const { state, reach } = daemon();
    let arrive = (): void => {};
    const late = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    let isClosed = false;
    const keeping = keepLease({
      reach: async () => {
        await late;
        return { ...(await reach()), close: () => (isClosed = true) };
      },
      lease,
      onEvent,
      onLost: nothingLost,
    });
    keeping.stop();
    arrive();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([state.held, isClosed], [[], true]);
  });
});
