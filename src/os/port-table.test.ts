import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createContainerLookup } from './containers/lookup.ts';
import { createPortTableOf } from './port-table.ts';
import type { SocketRow } from './socket-row.ts';

function row(port: number, fields: Partial<SocketRow>): SocketRow {
  return { protocol: 'tcp', port, address: '0.0.0.0', uid: 0, inode: null, owners: [], ...fields };
}

const proxy = { pid: 70, process: 'docker-proxy' };
const rows = [
  row(8080, { owners: [proxy] }),
  row(8080, { owners: [proxy], address: '::' }),
  row(8081, {}),
  row(8082, { owners: [{ pid: 71, process: 'nginx' }] }),
  row(8083, { uid: 1000 }),
  row(8084, { owners: [{ pid: 72, process: 'rootlessport' }] }),
];

const table = createPortTableOf({
  source: async () => ({ rows, hasOwners: true }),
  findOwners: async () => new Map(),
  details: async (pids) =>
    new Map(pids.map((pid) => [pid, { process: null, command: `command of ${pid}`, cwd: '/somewhere' }])),
  userName: (uid) => `user ${uid}`,
  containers: createContainerLookup(
    async () => new Map([8080, 8081, 8082, 8083].map((port) => [`tcp ${port}`, `container-${port}`])),
    async () => [],
  ),
});

test('names the container behind a proxy, and behind what root holds and nobody may look at', async () => {
  const listeners = await table.listeners();
  assert.deepEqual(
    listeners?.map(({ port, process, container, cwd }) => [port, process, container, cwd]),
    [
      [8080, 'docker-proxy', 'container-8080', null],
      [8081, null, 'container-8081', null],
      [8082, 'nginx', null, '/somewhere'],
      [8083, null, null, null],
      [8084, 'rootlessport', null, null],
    ],
  );
});

test('a proxy is not the program that has the port', async () => {
  const sockets = await table.sockets();
  assert.deepEqual(
    sockets?.map(({ port, pid }) => [port, pid]),
    [
      [8080, null],
      [8080, null],
      [8081, null],
      [8082, 71],
      [8083, null],
      [8084, null],
    ],
  );
});

test('the user is the one of the details, else of the socket', async () => {
  const [listener] = (await table.listeners({ ports: new Set([8082]) })) ?? [];
  assert.equal(listener?.user, 'user 0');
  assert.equal(listener?.command, 'command of 71');
});
