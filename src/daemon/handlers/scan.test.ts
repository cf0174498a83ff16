import assert from 'node:assert/strict';
import type { Readable } from 'node:stream';
import { test } from 'node:test';
import type { FastifyReply } from 'fastify';
import { serviceType, testCatalogue } from '../../../test/fixtures/catalogue.ts';
import { createDesk } from '../../../test/fixtures/core-desk.ts';
import type { ScanAnswer } from '../../api/schemas-scan.ts';
import type { Listener, Ports } from '../../os/os.ts';
import type { DaemonContext } from '../context.ts';
import { scan } from './scan.ts';

const LISTENER: Listener = {
  protocol: 'tcp',
  port: 3001,
  addresses: ['::'],
  pid: 7,
  process: 'vite',
  command: 'vite --token=abcdefgh',
  user: 'ann',
  cwd: '/src/shop',
  container: null,
};

/** Scans a machine with a lease on 3000. */
async function ask(
  query: { start?: number; end?: number },
  table: readonly Listener[] | null,
): Promise<ScanAnswer> {
  const { state, granted, now } = createDesk(testCatalogue([serviceType('dev', 3000, 3009)]));
  granted({ preferredPort: 3000 });
  const context = {
    coordinator: { query: async (read: (reading: object) => unknown) => read({ state, now, wall: 0 }) },
    portTable: {
      listeners: async ({ maxAgeMs, ports }: { maxAgeMs?: number; ports: Ports }) => {
        assert.equal(maxAgeMs, 0, 'what was started just now is seen');
        return table?.filter(({ port }) => ports.has(port)) ?? null;
      },
    },
  } as unknown as DaemonContext;
  const reply = { header: () => reply } as unknown as FastifyReply;
  const answer = await scan(context, { params: undefined, query, body: undefined }, reply);
  return JSON.parse(Buffer.concat(await (answer as Readable).toArray()).toString());
}

test('more listeners than are written in one go are all there, in order, each with its lease', async () => {
  const ports = Array.from({ length: 121 }, (_, index) => 3000 + 120 - index);
  const { count, ports_in_use: found } = await ask(
    {},
    ports.map((port) => ({ ...LISTENER, port })),
  );
  assert.equal(count, 121);
  assert.deepEqual(
    found.map(({ port }) => port),
    ports.toReversed(),
  );
  assert.deepEqual(
    found.flatMap(({ port, lease }) => (lease === null ? [] : [[port, lease.port]])),
    [[3000, 3000]],
  );
  assert.equal(found[1]?.command, 'vite --token=***');
});

test('one port is listed by protocol, then by pid', async () => {
  const { ports_in_use: found } = await ask({ start: 3001, end: 3001 }, [
    { ...LISTENER, protocol: 'udp' },
    { ...LISTENER, pid: 9 },
    LISTENER,
    { ...LISTENER, pid: null },
    { ...LISTENER, port: 3002 },
  ]);
  assert.deepEqual(
    found.map(({ protocol, pid }) => `${protocol} ${pid}`),
    ['tcp null', 'tcp 7', 'tcp 9', 'udp 7'],
  );
});

test('a table that cannot be read is a fault, not an empty machine', async () => {
  await assert.rejects(ask({}, null), { code: 'PORTS_UNREADABLE' });
});
