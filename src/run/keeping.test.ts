import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LeaseJson } from '../api/schemas.ts';
import type { Client, Reply } from '../client/client.ts';
import { StyxyError } from '../errors.ts';
import { keepLease } from './keeping.ts';

const lease = { lock_id: 'lk_1', fence: 7, port: 3000 } as LeaseJson;

/** A daemon that can go away, come back, and forget the lease. */
function daemon() {
  const waiting: (() => void)[] = [];
  const state = { isUp: true, hasLease: true, holds: 0, heartbeats: [] as unknown[] };
  let endHold = (): void => {};
  const client: Client = {
    request: async <T>(_method: string, _path: string, body?: unknown) => {
      state.heartbeats.push(body);
      for (const wake of waiting.splice(0)) wake();
      return { status: 200, body: {} } as Reply<T>;
    },
    hold: () => {
      state.holds += 1;
      const closed = new Promise<void>((resolve) => {
        endHold = resolve;
      });
      const refusal = new StyxyError('LEASE_NOT_FOUND', 'There is no such lease');
      return {
        opened: state.hasLease ? Promise.resolve() : Promise.reject(refusal),
        closed,
        close: () => endHold(),
      };
    },
    close: () => {},
  };
  return {
    state,
    dropConnection: () => endHold(),
    nextHeartbeat: () => new Promise<void>((resolve) => waiting.push(resolve)),
    reach: async () => {
      if (!state.isUp) throw new StyxyError('DAEMON_UNREACHABLE', 'No daemon runs');
      return client;
    },
  };
}

describe('the keeping of a lease', () => {
  it('holds it and names the command as its holder', async () => {
    const { state, reach, nextHeartbeat } = daemon();
    const told = nextHeartbeat();
    const keeping = keepLease({ reach, lease, pid: 42, onLost: () => assert.fail('nothing was lost') });
    await told;
    keeping.stop();
    keeping.close();
    assert.equal(state.holds, 1);
    assert.deepEqual(state.heartbeats, [{ pid: 42, fence: 7 }]);
  });

  it('does the same with the next daemon, however long that takes', async () => {
    const { state, reach, nextHeartbeat, dropConnection } = daemon();
    let told = nextHeartbeat();
    const keeping = keepLease({ reach, lease, pid: 42, onLost: () => assert.fail('nothing was lost') });
    await told;
    state.isUp = false;
    dropConnection();
    await new Promise((resolve) => setTimeout(resolve, 60));
    told = nextHeartbeat();
    state.isUp = true;
    await told;
    keeping.stop();
    keeping.close();
    assert.equal(state.holds, 2);
  });

  it('says once that the lease is gone, and asks no more', async () => {
    const { state, reach } = daemon();
    state.hasLease = false;
    const why = await new Promise<StyxyError>((resolve) => {
      keepLease({ reach, lease, pid: 42, onLost: resolve });
    });
    assert.equal(why.code, 'LEASE_NOT_FOUND');
    assert.deepEqual(state.heartbeats, []);
  });
});
