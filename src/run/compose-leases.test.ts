import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AllocateBody, LeaseJson } from '../api/schemas.ts';
import type { Client, Reply } from '../client/client.ts';
import type { Move } from '../compose/moves.ts';
import { StyxyError } from '../errors.ts';
import { leaseMoves } from './compose-leases.ts';

const MOVE: Move = {
  service: 'db',
  name: 'db',
  serviceType: 'database',
  protocol: 'tcp',
  start: 5432,
  count: 1,
  target: 5432,
};
const SHOP = { path: '/src/shop', isLinkedWorktree: false };

interface World {
  /** What is answered to each request in turn; the fields that matter. */
  readonly answers: readonly (Partial<LeaseJson> & { existing?: boolean })[];
  /** Who listens on the leased port. */
  readonly usage?: { container: string | null; process: string | null } | null;
  /** The batch that is refused. */
  readonly refused?: number;
}

function daemon({ answers, usage = null, refused = -1 }: World) {
  const asked: AllocateBody[] = [];
  const released: string[] = [];
  let batches = 0;
  const answer = (method: string, path: string, body: unknown): Reply<unknown> => {
    if (path.startsWith('/check/'))
      return { status: 200, body: { system_usage: usage, service_type: 'api' } };
    if (method === 'DELETE') {
      released.push(path);
      return { status: 200, body: {} };
    }
    batches += 1;
    if (batches - 1 === refused) return { status: 409, body: { code: 'RANGE_EXHAUSTED', detail: 'full' } };
    const { allocations } = body as { allocations: readonly AllocateBody[] };
    const granted = allocations.map((request) => {
      asked.push(request);
      const fields = {
        lock_id: `lk_${asked.length}`,
        port: 5433,
        fence: 1,
        instance_id: null,
        singleton: false,
      };
      const project = { project_path: request.project_path, protocol: request.protocol, existing: false };
      return { ...fields, ...project, ...answers[asked.length - 1] };
    });
    return { status: 201, body: { allocations: granted } };
  };
  const client = { request: async (...args: [string, string, unknown]) => answer(...args) };
  return { client: client as unknown as Client, asked, released };
}

async function leased(world: World, moves: readonly Move[] = [MOVE], project = SHOP) {
  const { client, asked, released } = daemon(world);
  const result = await leaseMoves(client, moves, project, null).catch((error: unknown) => error);
  return { result, asked, released };
}

describe('the leases of a project of Compose', () => {
  it('are asked for by service, type and the port of the file', async () => {
    const { asked } = await leased({ answers: [] });
    const request = {
      service_type: 'database',
      service_name: 'db',
      project_path: '/src/shop',
      protocol: 'tcp',
    };
    assert.deepEqual(asked, [{ ...request, count: 1, preferred_port: 5432 }]);
  });

  it('wish for nothing in a linked worktree, or for a port that nobody is granted', async () => {
    for (const [move, project] of [
      [MOVE, { ...SHOP, isLinkedWorktree: true }],
      [{ ...MOVE, start: 80 }, SHOP],
      [{ ...MOVE, start: 65_530, count: 10 }, SHOP],
    ] as const)
      assert.equal((await leased({ answers: [] }, [move], project)).asked[0]?.preferred_port, undefined);
  });

  it('have the type of the range that the port is in, where nothing else says one', async () => {
    const { asked } = await leased({ answers: [] }, [{ ...MOVE, serviceType: null }]);
    assert.equal(asked[0]?.service_type, 'api');
  });

  const container = { container: 'shop-db-1', process: 'docker-proxy' };
  for (const [what, usage] of [
    ['nobody listens', null],
    ['a container listens', container],
    ['a proxy listens that is not known further', { container: null, process: 'rootlessport' }],
    ['nobody knows who listens', { container: null, process: null }],
  ] as const) {
    it(`are taken again where ${what}`, async () => {
      const { asked, result } = await leased({ answers: [{ existing: true }], usage });
      assert.equal(asked.length, 1);
      assert.equal((result as { isFormer: boolean }[])[0]?.isFormer, true);
    });
  }

  it('are new where another program listens on the former one', async () => {
    const { asked } = await leased({
      answers: [{ existing: true }],
      usage: { container: null, process: 'node' },
    });
    assert.deepEqual(
      asked.map((each) => [each.service_type, each.new]),
      [
        ['database', undefined],
        ['database', true],
      ],
    );
  });

  it('are of another type where there is one of its kind, and another project has it', async () => {
    const other = { existing: true, singleton: true, project_path: '/src/other' };
    const { asked, result } = await leased({ answers: [other] }, [{ ...MOVE, serviceType: 'ai' }]);
    assert.deepEqual(
      asked.map((each) => [each.service_type, each.new]),
      [
        ['ai', undefined],
        ['dev', false],
      ],
    );
    assert.equal((result as { lease: LeaseJson }[])[0]?.lease.project_path, '/src/shop');
  });

  it('are all or none', async () => {
    const moves = Array.from({ length: 70 }, (_, index) => ({ ...MOVE, name: `db-${index}` }));
    const { result, asked, released } = await leased({ answers: [{ existing: true }], refused: 1 }, moves);
    assert.ok(result instanceof StyxyError && result.code === 'RANGE_EXHAUSTED');
    // The first was there before.
    assert.deepEqual([asked.length, released.length], [64, 63]);
    assert.match(released[0] ?? '', /^\/allocate\/lk_2\?fence=1&project_path=%2Fsrc%2Fshop$/);
  });
});
