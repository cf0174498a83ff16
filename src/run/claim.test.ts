import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LeaseJson } from '../api/schemas.ts';
import type { Client, Reply } from '../client/client.ts';
import { claimById, claimLease, type RunRequest, settleClaim } from './claim.ts';

const ME = 500;
const request: RunRequest = { service_type: 'dev', service_name: 'web', project_path: '/src/shop', pid: ME };

function lease(fields: Partial<LeaseJson> = {}): LeaseJson {
  return {
    lock_id: 'lk_1',
    port: 3000,
    ports: [3000],
    protocol: 'tcp',
    service_type: 'dev',
    service_name: 'web',
    instance_id: null,
    project_path: '/src/shop',
    pid: ME,
    state: 'reserved',
    orphan: false,
    drift: [],
    fence: 1,
    allocated_at: '2026-01-01T00:00:00.000Z',
    expires_at: null,
    singleton: false,
    url: 'http://localhost:3000',
    ...fields,
  };
}

const EXPIRES = '2026-01-01T01:00:00.000Z';

interface World {
  /** What a request without `new` is answered. */
  readonly existing: LeaseJson | null;
  readonly isListenedTo?: boolean;
  /** Another run claims the lease right after it was looked at. */
  readonly isRaced?: boolean;
  /** The lease ends right after it was looked at. */
  readonly isLost?: boolean;
  /** No pid reaches the daemon; so many hold each lease that is held from here, this connection among them, in turn. */
  readonly holders?: readonly number[];
}

/** A client of a daemon that answers as the world says, with a record of what it was asked. */
function clientOf({ existing, isListenedTo = false, isRaced = false, isLost = false, holders }: World) {
  const counts = [...(holders ?? [])];
  const unseen = holders === undefined ? {} : { pid: null };
  const asked: string[] = [];
  const answer = (method: string, path: string, body: unknown): Reply<unknown> => {
    asked.push(`${method} ${path} ${JSON.stringify(body) ?? ''}`.trim());
    if (path.startsWith('/check/')) {
      return { status: 200, body: { system_usage: isListenedTo ? { pid: 9 } : null } };
    }
    if (path.endsWith('/heartbeat')) {
      const { pid, claim } = body as { pid?: number; claim?: boolean };
      if (isRaced && claim === true) return { status: 409, body: { code: 'LEASE_IN_USE', detail: '' } };
      if (isLost && claim === true) return { status: 404, body: { code: 'LEASE_NOT_FOUND', detail: '' } };
      return { status: 200, body: { ...existing, ...(pid === undefined ? {} : { pid }), ...unseen } };
    }
    const isNew = (body as RunRequest).new === true || existing === null;
    return isNew
      ? {
          status: 201,
          body: { ...lease({ lock_id: 'lk_2', port: 3001, ...unseen }), existing: false, message: '' },
        }
      : { status: 200, body: { ...existing, existing: true, message: '' } };
  };
  const client: Client = {
    request: async <T>(method: string, path: string, body?: unknown) =>
      answer(method, path, body) as Reply<T>,
    events: () => assert.fail('a claim follows no events'),
    hold: (lockId, onEvent = () => {}) => {
      const count = counts.shift();
      if (count === undefined) assert.fail('a claim holds nothing');
      asked.push(`HOLD ${lockId}`);
      setImmediate(() => onEvent({ event: 'held', lock_id: lockId, message: '', holders: count }));
      return {
        opened: Promise.resolve(),
        closed: new Promise(() => {}),
        close: () => asked.push(`CLOSE ${lockId}`),
      };
    },
    close: () => {},
  };
  return { client, asked };
}

describe('a claim', () => {
  it('gets a new lease, and asks nothing more', async () => {
    const { client, asked } = clientOf({ existing: null });
    const claim = await claimLease(client, request);
    assert.deepEqual([claim.kind, claim.lease.lock_id], ['mine', 'lk_2']);
    assert.equal(asked.length, 1);
    assert.match(asked[0] ?? '', /"pid":500/);
  });

  it('takes over a lease that nobody held and nobody listens on', async () => {
    const { client } = clientOf({ existing: lease() });
    const claim = await claimLease(client, request);
    assert.deepEqual([claim.kind, claim.lease.lock_id], ['mine', 'lk_1']);
  });

  it('takes over an unheld lease, also a singleton, where the pid does not reach the daemon', async () => {
    for (const singleton of [false, true]) {
      const { client, asked } = clientOf({ existing: lease({ pid: null, expires_at: EXPIRES, singleton }) });
      const claim = await claimLease(client, request);
      assert.deepEqual([claim.kind, claim.lease.lock_id], ['mine', 'lk_1']);
      assert.match(asked.at(-1) ?? '', /"claim":true/);
    }
  });

  it('does not take the pid of a holder elsewhere for its own where the numbers are the same', async () => {
    const claim = await claimLease(clientOf({ existing: lease(), isRaced: true }).client, request);
    assert.equal(claim.lease.lock_id, 'lk_2');
  });

  const taken: readonly [why: string, World][] = [
    ['has another live holder', { existing: lease({ pid: 77 }) }],
    ['is held by a connection without a pid', { existing: lease({ pid: null }) }],
    ['has a listener that the daemon saw', { existing: lease({ state: 'active' }) }],
    ['has a listener that the daemon has not seen yet', { existing: lease(), isListenedTo: true }],
    [
      'has a stranger on its port',
      { existing: lease({ pid: null, state: 'hijacked', expires_at: EXPIRES }), isListenedTo: true },
    ],
  ];
  for (const [why, world] of taken) {
    it(`takes another port when the lease ${why}`, async () => {
      const claim = await claimLease(clientOf(world).client, request);
      assert.ok(claim.kind === 'mine');
      assert.equal(claim.lease.lock_id, 'lk_2');
      assert.equal(claim.elsewhere?.lock_id, 'lk_1');
    });
  }

  it('leaves a singleton alone that another project has reserved, also where nobody holds it', async () => {
    for (const project_path of ['/src/other', null]) {
      const reserved = lease({ pid: null, expires_at: EXPIRES, singleton: true, project_path });
      const { client, asked } = clientOf({ existing: reserved });
      assert.equal((await claimLease(client, request)).kind, 'runs');
      assert.equal(asked.length, 1);
    }
  });

  it('starts no second copy of a singleton', async () => {
    const { client, asked } = clientOf({ existing: lease({ pid: 77, singleton: true }) });
    const claim = await claimLease(client, request);
    assert.deepEqual([claim.kind, claim.lease.lock_id], ['runs', 'lk_1']);
    assert.equal(asked.length, 1);
  });
});

describe('a claim by lock id', () => {
  it('takes an unheld lease for its own process, under its fence', async () => {
    const { client, asked } = clientOf({ existing: lease({ pid: null, expires_at: EXPIRES }) });
    const claim = await claimById(client, 'lk_1', ME);
    assert.deepEqual([claim.kind, claim.lease.pid], ['mine', ME]);
    assert.match(asked.at(-1) ?? '', /heartbeat \{"pid":500,"fence":1,"claim":true\}$/);
  });

  it('gets another of the same kind when it is held', async () => {
    const { client, asked } = clientOf({ existing: lease({ pid: 77 }) });
    const claim = await claimById(client, 'lk_1', ME);
    assert.deepEqual([claim.kind, claim.lease.lock_id], ['mine', 'lk_2']);
    assert.match(asked.at(-1) ?? '', /"service_name":"web","project_path":"\/src\/shop","new":true/);
  });

  it('says of the held one whether it runs by what is seen now, not by what was seen last', async () => {
    for (const isListenedTo of [true, false]) {
      const { client } = clientOf({ existing: lease({ pid: 77 }), isListenedTo });
      const claim = await claimById(client, 'lk_1', ME);
      assert.ok(claim.kind === 'mine');
      assert.equal(claim.elsewhere?.state, isListenedTo ? 'active' : 'reserved');
    }
  });

  const raced = { pid: null, expires_at: EXPIRES } as const;

  it('gets another of the same kind when a second run was faster', async () => {
    const { client } = clientOf({ existing: lease(raced), isRaced: true });
    const claim = await claimById(client, 'lk_1', ME);
    assert.ok(claim.kind === 'mine');
    assert.deepEqual([claim.lease.lock_id, claim.elsewhere?.lock_id], ['lk_2', 'lk_1']);
  });

  it('is refused where the lease ends meanwhile: nobody asked for another one', async () => {
    const { client } = clientOf({ existing: lease(raced), isLost: true });
    await assert.rejects(claimById(client, 'lk_1', ME), { code: 'LEASE_NOT_FOUND' });
  });

  it('leaves a singleton to the run that was faster', async () => {
    const { client } = clientOf({ existing: lease({ ...raced, singleton: true }), isRaced: true });
    assert.equal((await claimById(client, 'lk_1', ME)).kind, 'runs');
  });

  it('leaves a held singleton alone', async () => {
    const { client } = clientOf({ existing: lease({ pid: 77, singleton: true }) });
    assert.equal((await claimById(client, 'lk_1', ME)).kind, 'runs');
  });
});

describe('a claim from where no pid reaches the daemon', () => {
  const unheld = lease({ pid: null, expires_at: EXPIRES });

  async function settle(world: World) {
    const { client, asked } = clientOf(world);
    const claim = await settleClaim(client, await claimLease(client, request), ME, request);
    return { claim, holds: asked.filter((each) => /HOLD|CLOSE/.test(each)) };
  }

  it('is settled by the first connection', async () => {
    const { claim, holds } = await settle({ existing: unheld, holders: [1] });
    assert.deepEqual([claim.kind, claim.lease.lock_id, holds], ['mine', 'lk_1', ['HOLD lk_1']]);
  });

  it('is lost to the run that held it first, and made and held beside it', async () => {
    const { claim, holds } = await settle({ existing: unheld, holders: [2, 1] });
    assert.ok(claim.kind === 'mine');
    assert.deepEqual([claim.lease.lock_id, claim.elsewhere?.lock_id], ['lk_2', 'lk_1']);
    assert.deepEqual(holds, ['HOLD lk_1', 'CLOSE lk_1', 'HOLD lk_2']);
  });

  it('starts no second copy of a singleton', async () => {
    const { claim } = await settle({ existing: { ...unheld, singleton: true }, holders: [2] });
    assert.deepEqual([claim.kind, claim.lease.lock_id], ['runs', 'lk_1']);
  });

  it('asks nothing more where the pid is known', async () => {
    const { claim, holds } = await settle({ existing: null });
    assert.deepEqual([claim.kind, holds], ['mine', []]);
  });
});
