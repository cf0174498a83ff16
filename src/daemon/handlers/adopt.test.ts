import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifyReply } from 'fastify';
import { serviceType, testCatalogue } from '../../../test/fixtures/catalogue.ts';
import { allocateRequest, createDesk } from '../../../test/fixtures/core-desk.ts';
import type { AllocateCommand } from '../../core/command.ts';
import type { Listener, Ports } from '../../os/os.ts';
import type { DaemonContext } from '../context.ts';
import { createTally } from '../tally.ts';
import { adopt } from './adopt.ts';

const server: Listener = {
  protocol: 'tcp',
  port: 3001,
  addresses: ['127.0.0.1'],
  pid: 7,
  process: 'vite',
  command: 'vite',
  user: 'ann',
  cwd: '/src/shop/web',
  container: null,
};

interface Given {
  readonly isWithoutProject?: boolean;
  /** Whether the system says which process a pid is. */
  readonly isHidden?: boolean;
}

/** Asks for a lease for what listens on 3001; `asked` is what the core was asked for. */
async function ask(
  table: readonly Listener[] | null,
  { isWithoutProject = false, isHidden = false }: Given = {},
) {
  const desk = createDesk(testCatalogue([serviceType('dev', 3000, 3009)]));
  const asked: AllocateCommand['request'][] = [];
  const context = {
    tally: createTally(() => true),
    coordinator: {
      submit: async ({ request }: AllocateCommand) => {
        asked.push(request);
        return { ok: true, reply: desk.granted(allocateRequest(request)) };
      },
    },
    portTable: {
      listeners: async ({ maxAgeMs, ports }: { maxAgeMs?: number; ports: Ports }) => {
        assert.equal(maxAgeMs, 0, 'a server that came or went just now');
        return table?.filter(({ port }) => ports.has(port)) ?? null;
      },
    },
    processes: {
      identify: (pid: number) => (isHidden ? null : { pid, startTicks: '1', bootId: 'b', pidNamespace: 'n' }),
    },
  } as unknown as DaemonContext;
  const said: { status: number; body: Record<string, unknown> } = { status: 200, body: {} };
  const reply = {
    request: { headers: {} },
    code: (status: number) => {
      said.status = status;
      return reply;
    },
    header: () => reply,
    send: (sent: Buffer) => {
      said.body = JSON.parse(sent.toString());
      return reply;
    },
  };
  const project = isWithoutProject ? {} : { project_path: '/src/shop' };
  const request = { port: 3001, service_type: 'dev', ...project };
  const answer = await adopt(
    context,
    { params: undefined, query: undefined, body: request },
    reply as unknown as FastifyReply,
  );
  if ((answer as unknown) !== reply) said.body = answer as unknown as Record<string, unknown>;
  return { asked, status: said.status, detail: String(said.body.detail) };
}

test('a server of the project is adopted with its process', async () => {
  const { asked, status } = await ask([server]);
  assert.equal(status, 201);
  assert.deepEqual(
    asked.map(({ preferredPort, exact, pid, adopt }) => [preferredPort, exact, pid, adopt]),
    [[3001, true, 7, true]],
  );
});

const refused: readonly [what: string, table: readonly Listener[], detail: RegExp, given?: Given][] = [
  ['nobody listens', [], /nobody listens on port 3001/],
  ['it listens by the other protocol', [{ ...server, protocol: 'udp' }], /nobody listens on port 3001/],
  ['it is another user’s', [{ ...server, pid: null }], /its process cannot be seen by this user/],
  ['its process is hidden', [server], /vite \(pid 7\).*its process cannot be seen/, { isHidden: true }],
  ['it runs elsewhere', [{ ...server, cwd: '/src/shop2' }], /it runs in \/src\/shop2, outside \/src\/shop$/],
];
for (const [what, table, detail, given] of refused) {
  test(`a server is not adopted where ${what}`, async () => {
    const found = await ask(table, given);
    assert.match(found.detail, detail);
    assert.deepEqual([found.asked, found.status >= 400], [[], true]);
  });
}

const adopted: readonly [what: string, found: Listener, given?: Given][] = [
  ['nobody knows where it runs', { ...server, cwd: null }],
  ['nobody names a project', { ...server, cwd: '/elsewhere' }, { isWithoutProject: true }],
  ['it is a container, whoever has the proxy', { ...server, pid: null, cwd: null, container: 'db' }],
  ['it is a container with a proxy that runs elsewhere', { ...server, cwd: '/', container: 'db' }],
];
for (const [what, found, given] of adopted) {
  test(`a server is adopted where ${what}`, async () => {
    assert.equal((await ask([found], given)).status, 201);
  });
}

test('of several on one port the one whose process is known is adopted', async () => {
  const { asked } = await ask([{ ...server, pid: null, cwd: null }, server]);
  assert.deepEqual(
    asked.map(({ pid }) => pid),
    [7],
  );
});

test('a table that cannot be read is a fault: it does not say that nobody listens', async () => {
  await assert.rejects(ask(null), { code: 'PORTS_UNREADABLE' });
});
