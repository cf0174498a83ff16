import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { AllocateAnswer } from '../api/schemas.ts';
import type { Client, Reply } from '../client/client.ts';
import { StyxyError } from '../errors.ts';
import { keepPort } from './kept-lease.ts';

const LEASE = { lock_id: 'lk', port: 3000, ports: [3000], fence: 7, instance_id: null, project_path: '/a' };

/** A lease over mocked time, with the renewals that reached the daemon. */
function kept(context: TestContext, ttlSeconds: number | undefined) {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const world = { renewals: 0, ends: 0, refusal: null as StyxyError | null };
  const client = {
    request: async (method: string): Promise<Reply<unknown>> => {
      if (world.refusal !== null) throw world.refusal;
      if (method === 'PUT') world.renewals += 1;
      return { status: 200, body: { success: true }, problem: null } as unknown as Reply<unknown>;
    },
    close: () => {},
  } as unknown as Client;
  const port = keepPort({
    reach: async () => client,
    lease: LEASE as unknown as AllocateAnswer,
    isOwn: true,
    ttlSeconds,
    onEnd: () => {
      world.ends += 1;
    },
  });
  const pass = async (ms: number): Promise<number> => {
    const before = world.renewals;
    context.mock.timers.tick(ms);
    for (let turns = 0; turns < 5; turns++) await turn();
    return world.renewals - before;
  };
  return { ...port, world, pass };
}

describe('a lease of the library', () => {
  it('is renewed in the background three times in its term, and each minute at least', async (context) => {
    const short = kept(context, 30);
    assert.deepEqual([await short.pass(9_999), await short.pass(1), await short.pass(10_000)], [0, 1, 1]);
    short.letGo();
    assert.equal(await short.pass(60_000), 0);
    context.mock.timers.reset();
    const long = kept(context, undefined);
    assert.deepEqual([await long.pass(59_999), await long.pass(1)], [0, 1]);
    long.letGo();
  });

  it('keeps to a new term once it has one', async (context) => {
    const { lease, pass, letGo } = kept(context, undefined);
    await lease.renew(9);
    assert.deepEqual([await pass(2_999), await pass(1), await pass(3_000)], [0, 1, 1]);
    letGo();
  });

  it('goes on after a failure, and ends with the lease', async (context) => {
    const { lease, pass, world } = kept(context, 30);
    world.refusal = new StyxyError('DAEMON_UNREACHABLE', 'away');
    assert.equal(await pass(10_000), 0);
    world.refusal = null;
    assert.equal(await pass(10_000), 1);
    world.refusal = new StyxyError('LEASE_NOT_FOUND', 'gone');
    await pass(10_000);
    assert.deepEqual([lease.lost.aborted, world.ends], [true, 1]);
    world.refusal = null;
    assert.equal(await pass(60_000), 0);
  });
});
