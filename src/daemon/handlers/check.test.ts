import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifyReply } from 'fastify';
import { serviceType, testCatalogue } from '../../../test/fixtures/catalogue.ts';
import { createDesk } from '../../../test/fixtures/core-desk.ts';
import type { CheckAnswer } from '../../api/schemas.ts';
import type { Listener } from '../../os/os.ts';
import type { DaemonContext } from '../context.ts';
import { check } from './check.ts';

const catalogue = testCatalogue([serviceType('dev', 3000, 3009)]);

const listener: Listener = {
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

/** The port on which the daemon itself listens. */
const OWN_PORT = 9900;

interface Given {
  readonly bound?: readonly number[];
  readonly table?: readonly Listener[] | null;
  readonly isHijacked?: boolean;
  readonly count?: number;
}

/** Asks a daemon that has a lease on 3000; `asked` is what that asked the system for. */
async function ask(port: number, { bound = [], table = [], isHijacked = false, count = 1 }: Given = {}) {
  const { state, granted, now, submit } = createDesk(catalogue);
  const { lockId } = granted({ preferredPort: 3000, projectPath: '/src/shop', count }).snapshot.lease;
  if (isHijacked) {
    const nothing = { holders: new Map(), instances: new Map(), drifts: new Map(), servers: new Map() };
    submit({ kind: 'hold', lockId, delta: 1 });
    submit({ kind: 'observe', listeners: new Map([[lockId, 'stranger']]), ...nothing });
  }
  const asked: string[] = [];
  const context = {
    clock: { wall: () => 0 },
    catalogue: () => catalogue,
    port: () => OWN_PORT,
    coordinator: { query: async (read: (reading: object) => unknown) => read({ state, now, wall: 0 }) },
    probe: {
      taken: (protocol: string, ports: readonly number[]) => {
        asked.push(`probe ${protocol} ${ports.join()}`);
        return ports.filter((each) => bound.includes(each));
      },
    },
    processes: { ancestors: () => [] },
    portTable: {
      listeners: async ({ maxAgeMs }: { maxAgeMs?: number }) => {
        asked.push(maxAgeMs === 0 ? 'table' : 'old table');
        return table;
      },
    },
  } as unknown as DaemonContext;
  const input = { params: { port }, query: {}, body: undefined };
  const answer = (await check(context, input, {} as FastifyReply)) as CheckAnswer;
  return { asked, answer };
}

test('a port under a lease is not probed: the table says who listens', async () => {
  const { asked, answer } = await ask(3000, { bound: [3000] });
  assert.deepEqual(asked, ['table']);
  assert.equal(answer.available, false);
  assert.equal(answer.system_usage, null);
});

test('of a port that can be bound nobody has to be named', async () => {
  const { asked, answer } = await ask(3001, { table: [listener] });
  assert.deepEqual(asked, ['probe tcp 3001']);
  assert.equal(answer.available, true);
});

test('who has a port that cannot be bound is named, without secrets', async () => {
  const { asked, answer } = await ask(3001, { bound: [3001], table: [listener] });
  assert.deepEqual(asked, ['probe tcp 3001', 'table']);
  assert.equal(answer.available, false);
  assert.match(
    answer.suggestion,
    /held by vite \(pid 7\) of user ann in \/src\/shop \("vite --token=\*\*\*"\) without a lease/,
  );
  assert.equal(answer.system_usage?.command, 'vite --token=***');
});

test('of several the stranger is named that took the port away from its lease', async () => {
  const table = [
    { ...listener, port: 3000, pid: 8 },
    { ...listener, port: 3000, pid: 9, cwd: '/src/other', addresses: ['127.0.0.1'] },
  ];
  assert.equal((await ask(3000, { table })).answer.system_usage?.pid, 8);
  const { answer } = await ask(3000, { table, isHijacked: true });
  assert.equal(answer.system_usage?.pid, 9);
  assert.deepEqual(answer.system_usage?.addresses, ['::', '127.0.0.1']);
});

test('a block is not judged by the one of its ports that was looked at', async () => {
  const table = [{ ...listener, port: 3000 }];
  assert.equal((await ask(3000, { table })).answer.allocated_to?.state, 'active');
  assert.equal((await ask(3000, { table, count: 2 })).answer.allocated_to?.state, 'reserved');
});

test('what the daemon itself listens on is said to be its own', async () => {
  const table = [{ ...listener, port: OWN_PORT }];
  const { answer } = await ask(OWN_PORT, { bound: [OWN_PORT], table });
  assert.match(answer.suggestion, /^Port 9900 is Styxy's own: its daemon serves/);
});

test('a container is named instead of its proxy', async () => {
  const table = [{ ...listener, process: 'docker-proxy', container: 'shop-web-1', cwd: null }];
  const { answer } = await ask(3001, { bound: [3001], table });
  assert.match(answer.suggestion, /held by container shop-web-1 without a lease/);
  assert.equal(answer.system_usage?.container, 'shop-web-1');
});

for (const table of [null, []]) {
  test(`a port that cannot be bound is taken, though the table says ${JSON.stringify(table)}`, async () => {
    const { answer } = await ask(3001, { bound: [3001], table });
    assert.equal(answer.available, false);
    assert.equal(answer.system_usage?.pid, null);
  });
}

for (const [table, available] of [
  [null, null],
  [[{ ...listener, port: 80 }], false],
] as const) {
  test(`a low port that nobody may bind is ${available === null ? 'unknown without' : 'taken by'} the table`, async (t) => {
    const { geteuid } = process;
    t.after(() => Object.assign(process, { geteuid }));
    Object.assign(process, { geteuid: () => 1000 });
    const { answer } = await ask(80, { table });
    assert.equal(answer.available, available);
    assert.equal(answer.suggestion.includes('cannot be known'), available === null);
  });
}

test('a lease whose listeners cannot be listed is known all the same', async () => {
  const { answer } = await ask(3000, { table: null });
  assert.equal(answer.available, false);
  assert.match(answer.suggestion, /is leased to/);
});

for (const [who, uid, expected] of [
  ['a user, who could not bind it', 1000, ['table']],
  ['root', 0, ['probe tcp 80']],
] as const) {
  test(`a low port is looked up for ${who}`, async (t) => {
    const { geteuid } = process;
    t.after(() => Object.assign(process, { geteuid }));
    Object.assign(process, { geteuid: () => uid });
    const { asked, answer } = await ask(80);
    assert.deepEqual(asked, expected);
    assert.equal(answer.available, true);
    assert.match(answer.suggestion, /is free, but Styxy grants no port below 1024/);
  });
}
