import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LeaseJson } from '../api/schemas.ts';
import type { Client, Reply } from '../client/client.ts';
import type { Move } from '../compose/moves.ts';
import { keepComposeLeases } from './compose-keeping.ts';
import type { LeasedMove } from './compose-leases.ts';

const MOVE: Move = {
  service: 'db',
  name: 'db',
  serviceType: 'database',
  protocol: 'tcp',
  start: 5432,
  count: 1,
  target: 5432,
};

function leasedOn(port: number, isFormer = false): LeasedMove {
  const lease = {
    lock_id: `lk_${port}`,
    port,
    protocol: 'tcp',
    fence: 7,
    instance_id: null,
    project_path: '/s',
  };
  return { move: MOVE, lease: lease as unknown as LeaseJson, isFormer };
}

/** Keeps leases until the end of a command, with containers that listen on some ports then; what the daemon was asked. */
async function kept(
  leased: readonly LeasedMove[],
  listening: readonly number[],
  { isDetached, isDone }: { isDetached: boolean; isDone: boolean },
) {
  const asked: string[] = [];
  const answer = (method: string, path: string): Reply<unknown> => {
    const [plain = ''] = path.split('?');
    if (plain.startsWith('/check/')) {
      const isThere = listening.includes(Number(plain.slice('/check/'.length)));
      return { status: 200, body: { system_usage: isThere ? { pid: null } : null } };
    }
    asked.push(`${method} ${plain}`);
    return { status: 200, body: {} };
  };
  const closed = Promise.withResolvers<void>();
  const client = {
    request: async (method: string, path: string) => answer(method, path),
    hold: (id: string) => {
      asked.push(`hold ${id}`);
      return {
        opened: Promise.resolve(),
        closed: closed.promise,
        close: () => {
          asked.push(`close ${id}`);
          closed.resolve();
        },
      };
    },
    close: () => {},
  };
  const reach = async (): Promise<Client> => client as unknown as Client;
  const keeping = keepComposeLeases({ reach, leased, isDetached, onLost: () => {} });
  await new Promise((resolve) => setImmediate(resolve));
  const going = await keeping.finish(isDone);
  return { asked, going: going.map(({ lease }) => lease.port) };
}

describe('the leases of a command of Compose', () => {
  it('are held while it runs, and released at its end', async () => {
    const { asked, going } = await kept([leasedOn(1)], [], { isDetached: false, isDone: true });
    assert.deepEqual(asked, ['hold lk_1', 'DELETE /allocate/lk_1', 'close lk_1']);
    assert.deepEqual(going, []);
  });

  it('are renewed by nobody’s name where its containers go on all the same', async () => {
    const { asked, going } = await kept([leasedOn(1), leasedOn(2)], [2], { isDetached: false, isDone: true });
    assert.deepEqual(asked.slice(2), [
      'DELETE /allocate/lk_1',
      'close lk_1',
      'close lk_2',
      'PUT /allocate/lk_2/heartbeat',
    ]);
    assert.deepEqual(going, [2]);
  });

  it('are held by no connection where its containers are meant to go on, and stay for what starts later', async () => {
    const { asked, going } = await kept([leasedOn(1), leasedOn(2)], [2], { isDetached: true, isDone: true });
    assert.deepEqual([asked, going], [[], [2]]);
  });

  it('are released where it failed, but those that were there before', async () => {
    const leased = [leasedOn(1), leasedOn(2), leasedOn(3, true)];
    const { asked } = await kept(leased, [2], { isDetached: true, isDone: false });
    assert.deepEqual(asked, ['DELETE /allocate/lk_1']);
  });

  it('are left to the next daemon where there is none', async () => {
    const reach = (): Promise<Client> => Promise.reject(new Error('nobody there'));
    const leased = [leasedOn(1)];
    const keeping = keepComposeLeases({ reach, leased, isDetached: true, onLost: () => {} });
    assert.deepEqual(await keeping.finish(true), []);
  });
});
