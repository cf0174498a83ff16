import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createEngines, engineSockets, parseContainers } from './engine.ts';

const ID = '8dfafdbc3a40bc0ee1e56a4b9bba8b3a0b9a1c1ae7a0a6c9d1df9a1a1a1a1a1a';
/** In the form of Docker's API 1.45, and of Podman's for the second. */
const CONTAINERS = [
  {
    Id: ID,
    Names: ['/shop-web-1'],
    Image: 'nginx',
    State: 'running',
    Ports: [
      { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
      { IP: '::', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
      { PrivatePort: 443, Type: 'tcp' },
      { IP: '127.0.0.1', PrivatePort: 53, PublicPort: 5353, Type: 'udp' },
    ],
  },
  { Id: `${'0'.repeat(63)}1`, Names: ['db'], Ports: [{ PrivatePort: 5432, PublicPort: 5432, Type: 'tcp' }] },
  { Id: ID, Names: ['/\u001b[2Jevil'], Ports: [{ PublicPort: 9000, PrivatePort: 1, Type: 'tcp' }] },
  { Id: ID, Names: null, Ports: null },
];

test('reads the names by published port', () => {
  assert.deepEqual(
    [...parseContainers(JSON.stringify(CONTAINERS))],
    [
      ['tcp 8080', 'shop-web-1'],
      ['udp 5353', 'shop-web-1'],
      ['tcp 5432', 'db'],
      ['tcp 9000', ID.slice(0, 12)],
    ],
  );
});

for (const text of [
  '',
  '{"message":"no"}',
  '[null, 1, "x", [], {"Ports": 5}]',
  '[{"Id": 5, "Names": [7]}]',
]) {
  test(`reads nothing out of ${text}`, () => assert.equal(parseContainers(text).size, 0));
}

async function engineAt(t: TestContext, listener: RequestListener): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'styxy-engine-'));
  const socket = join(dir, 'docker.sock');
  const server = createServer(listener).listen(socket);
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(dir, { recursive: true, force: true });
  });
  await once(server, 'listening');
  return socket;
}

const onUnix = { skip: process.platform === 'win32' };

test('asks an engine over its socket, and puts several answers together', onUnix, async (t) => {
  const asked: unknown[] = [];
  const first = await engineAt(t, (request, reply) => {
    asked.push([request.method, request.url]);
    reply.end(JSON.stringify(CONTAINERS.slice(0, 1)));
  });
  const second = await engineAt(t, (_, reply) => reply.end(JSON.stringify(CONTAINERS.slice(1, 2))));
  const names = await createEngines([first, `${first}.gone`, second])();
  assert.equal(names?.get('tcp 8080'), 'shop-web-1');
  assert.equal(names?.get('tcp 5432'), 'db');
  assert.deepEqual(asked, [['GET', '/containers/json']]);
});

test('is null where nobody answers as an engine does', onUnix, async (t) => {
  const refusing = await engineAt(t, (_, reply) => reply.writeHead(403).end('[]'));
  const silent = await engineAt(t, () => {});
  const endless = await engineAt(t, (_, reply) => {
    reply.write('[');
  });
  const file = `${refusing}.txt`;
  writeFileSync(file, '');
  assert.equal(await createEngines([refusing, silent, endless, file], 50)(), null);
  assert.equal(await createEngines([])(), null);
});

test('knows where engines listen', () => {
  const linux = engineSockets('linux', { XDG_RUNTIME_DIR: '/run/user/5', HOME: '/home/a' });
  assert.ok(linux.includes('/run/user/5/podman/podman.sock'));
  assert.ok(linux.includes('/var/run/docker.sock'));
  assert.deepEqual(engineSockets('darwin', {}), ['/var/run/docker.sock']);
});
