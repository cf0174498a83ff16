import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SocketRow } from '../socket-row.ts';
import { createLinuxPortTable } from './port-table.ts';

/** A pid that no Linux process has: the kernel's limit is 2^22. */
const NOBODY = 2 ** 22 + 1;

function row(fields: Partial<SocketRow>): SocketRow {
  return { protocol: 'tcp', port: 3000, address: '127.0.0.1', uid: null, inode: null, owners: [], ...fields };
}

function tableOf(...rows: SocketRow[]) {
  return createLinuxPortTable(async () => ({ rows, hasOwners: true }));
}

test('shows a process on a port once, with all its addresses', async () => {
  const owners = [{ pid: NOBODY, process: 'app' }];
  const listeners = await tableOf(
    row({ owners }),
    row({ owners, address: '::1' }),
    row({ owners }),
  ).listeners();
  assert.deepEqual(
    listeners?.map((listener) => [listener.pid, listener.process, listener.addresses]),
    [[NOBODY, 'app', ['127.0.0.1', '::1']]],
  );
});

test('keeps two processes on one port apart, and the protocols', async () => {
  const table = tableOf(
    row({ owners: [{ pid: NOBODY, process: 'a' }] }),
    row({ owners: [{ pid: NOBODY + 1, process: 'b' }] }),
    row({ protocol: 'udp', owners: [{ pid: NOBODY, process: 'a' }] }),
  );
  assert.equal((await table.listeners())?.length, 3);
});

test('attributes a shared socket to the lowest pid, to the service manager last', async () => {
  const owners = [
    { pid: 1, process: 'systemd' },
    { pid: NOBODY, process: 'systemd' },
    { pid: NOBODY + 2, process: 'worker' },
    { pid: NOBODY + 1, process: 'parent' },
  ];
  assert.equal((await tableOf(row({ owners })).listeners())?.[0]?.pid, NOBODY + 1);
  assert.equal((await tableOf(row({ owners: owners.slice(0, 1) })).listeners())?.[0]?.pid, 1);
});

test('answers with nulls for what cannot be known', async () => {
  const [listener] = (await tableOf(row({})).listeners()) ?? [];
  assert.deepEqual(listener, {
    protocol: 'tcp',
    port: 3000,
    addresses: ['127.0.0.1'],
    pid: null,
    process: null,
    command: null,
    user: null,
    cwd: null,
    container: null,
  });
});

test('gives the bare sockets, each with its main owner', async () => {
  const owners = [
    { pid: NOBODY + 1, process: 'child' },
    { pid: NOBODY, process: 'parent' },
  ];
  const table = tableOf(row({ owners }), row({ owners, address: '::1' }), row({ protocol: 'udp', port: 53 }));
  assert.deepEqual(await table.sockets(), [
    { protocol: 'tcp', port: 3000, pid: NOBODY },
    { protocol: 'tcp', port: 3000, pid: NOBODY },
    { protocol: 'udp', port: 53, pid: null },
  ]);
});

test('shows only the ports asked for', async () => {
  const table = tableOf(row({}), row({ port: 3001 }));
  const listeners = await table.listeners({ ports: new Set([3001]) });
  assert.deepEqual(
    listeners?.map((listener) => listener.port),
    [3001],
  );
  assert.deepEqual(await table.listeners({ ports: new Set() }), []);
});

test('"unknown" is null, also when the source throws', async () => {
  assert.equal(await createLinuxPortTable(async () => null).listeners(), null);
  assert.equal(await createLinuxPortTable(async () => null).sockets(), null);
  const failing = createLinuxPortTable(async () => {
    throw new Error('no');
  });
  assert.equal(await failing.listeners(), null);
});

/** A source whose readings end when told, and that counts them. */
function heldSource() {
  const ends: (() => void)[] = [];
  let running = 0;
  const seen = { count: 0, atOnce: 0 };
  const table = createLinuxPortTable(async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    seen.count += 1;
    running += 1;
    seen.atOnce = Math.max(seen.atOnce, running);
    ends.push(resolve);
    const port = seen.count;
    await promise;
    running -= 1;
    return { rows: [row({ port })], hasOwners: true };
  });
  return { table, ends, seen };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('callers of the same moment share one reading', async () => {
  const { table, ends, seen } = heldSource();
  const answers = Array.from({ length: 50 }, () => table.listeners({ maxAgeMs: 60_000 }));
  await turn();
  ends[0]?.();
  await Promise.all(answers);
  await table.listeners({ maxAgeMs: 60_000 });
  assert.equal((await table.sockets({ maxAgeMs: 60_000 }))?.length, 1);
  assert.equal(seen.count, 1);
});

test('who needs a newer answer than the one under way waits, and shares the next', async () => {
  const { table, ends, seen } = heldSource();
  const early = table.listeners({ maxAgeMs: 60_000 });
  await turn();
  // Negative: nothing that began before the question will do.
  const late = Array.from({ length: 10 }, () => table.listeners({ maxAgeMs: -0.001 }));
  await turn();
  assert.equal(seen.count, 1);
  ends[0]?.();
  assert.equal((await early)?.[0]?.port, 1);
  while (ends.length < 2) await turn();
  ends[1]?.();
  for (const answer of await Promise.all(late)) assert.equal(answer?.[0]?.port, 2);
  assert.deepEqual(seen, { count: 2, atOnce: 1 });
});
