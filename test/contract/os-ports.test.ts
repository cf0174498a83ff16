// Owns the contract of port probe and port table, checked with real sockets.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import net from 'node:net';
import { userInfo } from 'node:os';
import { after, before, type TestContext, test } from 'node:test';
import { createLinuxPortTable } from '../../src/os/linux/port-table.ts';
import { LINUX_SOURCES } from '../../src/os/linux/socket-sources.ts';
import type { PortTable } from '../../src/os/os.ts';
import { createPortTable } from '../../src/os/platform.ts';
import {
  freePort,
  hasIpv6,
  nameOf,
  onLinux,
  open,
  type Place,
  places,
  probes,
  protocols,
  spawnNode,
} from './os-apps.ts';

/** The sources of this machine: CI has them all, and a machine of one's own may lack some of the programs. */
const sources = onLinux ? await findSources() : [];

async function findSources() {
  // A source that finds nothing at all counts as failed, and without root `lsof` sees our own sockets alone: as the
  // daemon does, we listen all the time.
  const app = await open('tcp', { host: '127.0.0.1', shown: '' }, 0);
  after(app.close);
  return Promise.all(
    Object.entries(LINUX_SOURCES).map(async ([name, create]) => {
      const source = create();
      return { name, source, isHere: (await source()) !== null };
    }),
  );
}

const tables: readonly (readonly [string, PortTable])[] = [
  ...(onLinux ? [['the table', createPortTable()] as const] : []),
  ...sources
    .filter(({ isHere }) => isHere)
    .map(({ name, source }) => [`the table by ${name}`, createLinuxPortTable(source)] as const),
];

for (const { name } of sources.filter(({ isHere }) => !isHere))
  test(`the table by ${name}`, { skip: `this machine has no ${name}` }, () => {});

test('there are a source and a fallback', { skip: !onLinux }, () => {
  assert.ok(tables.length >= 3, `only ${tables.map(([name]) => name).join(', ')}`);
});

let isIpv6Here = false;
before(async () => {
  isIpv6Here = await hasIpv6();
});

function skipWithout(t: TestContext, place: Place): boolean {
  if (isIpv6Here || !place.host.includes(':')) return false;
  t.skip('this machine has no IPv6');
  return true;
}

for (const protocol of protocols) {
  for (const place of places) {
    const name = `${protocol} on ${nameOf(place)}`;

    for (const [looker, probe] of probes) {
      test(`${looker} finds an app by ${name}, and its port free at once when it ends`, async (t) => {
        if (skipWithout(t, place)) return;
        const port = await freePort(protocol);
        const other = protocol === 'tcp' ? 'udp' : 'tcp';
        const app = await open(protocol, place, port);
        t.after(app.close);
        assert.deepEqual(await probe.taken(protocol, [port]), [port]);
        assert.deepEqual(await probe.taken(other, [port]), [], 'the protocols have ports of their own');
        await app.close();
        assert.deepEqual(await probe.taken(protocol, [port]), []);
      });
    }

    for (const [looker, table] of tables) {
      test(`${looker} names the process by ${name}`, async (t) => {
        if (skipWithout(t, place)) return;
        const { port, close } = await open(protocol, place, await freePort(protocol));
        t.after(close);
        const listeners = await table.listeners({ ports: new Set([port]), maxAgeMs: 0 });
        const listener = listeners?.find((one) => one.protocol === protocol);
        assert.ok(listener);
        const { command, process: processName, ...rest } = listener;
        assert.deepEqual(rest, {
          protocol,
          port,
          addresses: [place.shown],
          pid: process.pid,
          user: userInfo().username,
          cwd: process.cwd(),
          container: null,
        });
        assert.match(command ?? '', /node/);
        assert.equal(processName, 'node');
      });
    }
  }

  for (const [looker, table] of tables) {
    test(`${looker} shows one process on two addresses once (${protocol})`, async (t) => {
      const first = await open(protocol, { host: '127.0.0.1', shown: '' }, await freePort(protocol));
      t.after(first.close);
      const second = await open(protocol, { host: '127.0.0.2', shown: '' }, first.port);
      t.after(second.close);
      const listeners = await table.listeners({ ports: new Set([first.port]), maxAgeMs: 0 });
      assert.deepEqual(
        listeners?.filter((one) => one.protocol === protocol).map((one) => one.addresses.toSorted()),
        [['127.0.0.1', '127.0.0.2']],
      );
    });

    test(`${looker} shows nobody on a free port (${protocol})`, async () => {
      const port = await freePort(protocol);
      assert.deepEqual(await table.listeners({ ports: new Set([port]), maxAgeMs: 0 }), []);
    });
  }
}

for (const [looker, table] of tables) {
  test(`${looker} has this process among all listeners`, async (t) => {
    const { port, close } = await open('tcp', { host: '127.0.0.1', shown: '' }, 0);
    t.after(close);
    const listeners = await table.listeners({ maxAgeMs: 0 });
    assert.ok(listeners?.some((one) => one.port === port && one.pid === process.pid));
    const sockets = await table.sockets({ maxAgeMs: 0 });
    assert.ok(sockets?.some((one) => one.port === port && one.pid === process.pid && one.protocol === 'tcp'));
  });

  test(`${looker} tells a child that serves from its parent`, async (t) => {
    const child = spawnNode(`import net from 'node:net';
      const server = net.createServer().listen(0, '127.0.0.1', () => console.log(server.address().port));
      process.stdin.on('end', () => process.exit()).resume();`);
    t.after(() => child.kill('SIGKILL'));
    const port = Number(String((await once(child.stdout, 'data'))[0]));
    const listeners = await table.listeners({ ports: new Set([port]), maxAgeMs: 0 });
    assert.deepEqual(
      listeners?.map((one) => one.pid),
      [child.pid],
    );
    child.stdin.end();
    await once(child, 'exit');
    assert.deepEqual(await table.listeners({ ports: new Set([port]), maxAgeMs: 0 }), []);
  });
}

for (const [looker, probe] of probes) {
  test(`${looker} answers in the order asked`, async (t) => {
    const first = await open('tcp', { host: '127.0.0.1', shown: '' }, await freePort('tcp'));
    t.after(first.close);
    const second = await open('tcp', { host: '127.0.0.1', shown: '' }, await freePort('tcp'));
    t.after(second.close);
    const free = await freePort('tcp');
    const asked = [second.port, free, first.port];
    assert.deepEqual(await probe.taken('tcp', asked), [second.port, first.port]);
    assert.deepEqual(await probe.taken('tcp', []), []);
  });

  test(`${looker} sees the port that an outgoing connection uses`, { skip: !onLinux }, async (t) => {
    const server = net.createServer().listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const client = net.connect(address.port, '127.0.0.1');
    t.after(() => client.destroy());
    await once(client, 'connect');
    assert.ok(client.localPort);
    assert.deepEqual(await probe.taken('tcp', [client.localPort]), [client.localPort]);
  });

  test(`${looker} sees a socket that is bound and does not listen`, { skip: !onLinux }, async (t) => {
    // Node cannot bind without SO_REUSEADDR, and with it no probe sees a socket that does not listen.
    const port = await freePort('tcp');
    const child = spawn(
      'python3',
      [
        '-c',
        `import socket,sys; s=socket.socket(); s.bind(('127.0.0.1',${port})); print('bound',flush=True); sys.stdin.read()`,
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    const started = await Promise.race([
      once(child.stdout, 'data').then(() => true),
      once(child, 'error').then(() => false),
    ]);
    if (!started) return t.skip('this machine has no python3');
    t.after(() => child.kill('SIGKILL'));
    assert.deepEqual(await probe.taken('tcp', [port]), [port]);
    child.stdin.end();
    await once(child, 'exit');
    assert.deepEqual(await probe.taken('tcp', [port]), []);
  });

  for (const protocol of protocols) {
    test(`${looker} leaves no socket open (${protocol})`, { skip: !onLinux }, async () => {
      const ports = Array.from({ length: 300 }, (_, i) => 12_000 + i);
      await probe.taken(protocol, ports);
      const left = await tables[1]?.[1].listeners({ ports: new Set(ports), maxAgeMs: 0 });
      assert.deepEqual(
        left?.filter((one) => one.pid === process.pid),
        [],
      );
      const sockets = () => readdirSync('/proc/self/fd').length;
      const before = sockets();
      await probe.taken(protocol, ports);
      assert.ok(sockets() <= before + 2, 'descriptors do not pile up');
    });
  }
}
