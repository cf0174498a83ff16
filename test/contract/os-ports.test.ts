// Owns the contract of port probe and port table, checked with real sockets.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import net from 'node:net';
import { userInfo } from 'node:os';
import { before, describe, type TestContext, test } from 'node:test';
import type { Protocol } from '../../src/core/lease.ts';
import { createLinuxPortTable } from '../../src/os/linux/port-table.ts';
import { readProcNet } from '../../src/os/linux/socket-source.ts';
import type { PortProbe, PortTable } from '../../src/os/os.ts';
import { createPortTable } from '../../src/os/platform.ts';
import { createPortProbe, hasSynchronousBinds } from '../../src/os/port-probe.ts';

const onLinux = process.platform === 'linux';

interface Place {
  readonly host: string;
  readonly ipv6Only?: boolean;
  /** As the table shows it. */
  readonly shown: string;
}

const places: readonly Place[] = [
  { host: '127.0.0.1', shown: '127.0.0.1' },
  // macOS has no second loopback address unless somebody adds one.
  ...(onLinux ? [{ host: '127.0.0.2', shown: '127.0.0.2' }] : []),
  { host: '0.0.0.0', shown: '0.0.0.0' },
  { host: '::1', shown: '::1' },
  { host: '::', shown: '::' },
  { host: '::', ipv6Only: true, shown: '::' },
];

const protocols: readonly Protocol[] = ['tcp', 'udp'];

/** Every way to look that this machine has. */
const probes: readonly (readonly [string, PortProbe])[] = [
  ['the probe', createPortProbe()],
  ['the probe that waits', createPortProbe(process.platform, false)],
];
const tables: readonly (readonly [string, PortTable])[] = onLinux
  ? [
      ['the table', createPortTable()],
      [
        'the table without ss',
        createLinuxPortTable(async () => {
          const rows = await readProcNet();
          return rows === null ? null : { rows, hasOwners: false };
        }),
      ],
    ]
  : [];

let hasIpv6 = false;
before(async () => {
  hasIpv6 = await open('tcp', { host: '::1', shown: '' }, 0).then(
    ({ close }) => close().then(() => true),
    () => false,
  );
});

function skipWithout(t: TestContext, place: Place): boolean {
  if (hasIpv6 || !place.host.includes(':')) return false;
  t.skip('this machine has no IPv6');
  return true;
}

/** An app on a place, and how to end it, which may be done twice. */
async function open(protocol: Protocol, place: Place, port: number) {
  const { host, ipv6Only = false } = place;
  if (protocol === 'tcp') {
    const server = net.createServer().listen({ host, port, ipv6Only, exclusive: true });
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    return {
      port: address.port,
      close: () => new Promise<unknown>((resolve) => server.close(resolve)),
    };
  }
  const socket = dgram.createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', ipv6Only });
  socket.bind({ address: host, port, exclusive: true });
  await once(socket, 'listening');
  let isClosed = false;
  return {
    port: socket.address().port,
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** A port below the ephemeral range: the kernel hands it to nobody while it is let go of between two looks. */
async function freePort(protocol: Protocol): Promise<number> {
  const probe = createPortProbe();
  for (;;) {
    const port = 10_240 + Math.floor(Math.random() * 20_000);
    if ((await probe.taken(protocol, [port])).length === 0) return port;
  }
}

function spawnNode(script: string, shell?: string) {
  const words = [...process.execArgv, '--input-type=module', '-e', script];
  return shell === undefined
    ? spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] })
    : spawn('/bin/sh', ['-c', shell, process.execPath, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
}

for (const protocol of protocols) {
  for (const place of places) {
    const name = `${protocol} on ${place.host}${place.ipv6Only ? ' (v6-only)' : ''}`;

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
        assert.ok(processName);
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

for (const isSynchronous of hasSynchronousBinds() ? [true, false] : [false]) {
  for (const protocol of protocols) {
    const name = `2,048 ports at once (${protocol}, ${isSynchronous ? 'synchronous' : 'waiting'})`;
    test(`probing ${name} needs few descriptors`, { skip: !onLinux }, async (t) => {
      const child = spawnNode(
        `const { createPortProbe } = await import(${JSON.stringify(new URL('../../src/os/port-probe.ts', import.meta.url).href)});
         const ports = Array.from({ length: 2048 }, (_, i) => 12000 + i);
         const taken = await createPortProbe('linux', ${isSynchronous}).taken('${protocol}', ports);
         console.log(taken.length);`,
        'ulimit -n 128; exec "$0" "$@"',
      );
      t.after(() => child.kill('SIGKILL'));
      // A probe without a descriptor to spare would call every further port taken.
      const taken = Number(String((await once(child.stdout, 'data'))[0]));
      assert.ok(taken < 1000, `${taken} of 2048 taken`);
    });
  }
}

describe('next to an app that binds again and again', { skip: !onLinux }, () => {
  /** A child that listens on `port` and lets go, `times` over; prints how often it could not. */
  function rebinder(port: number, times: number) {
    return spawnNode(`import net from 'node:net';
      let failed = 0;
      for (let i = 0; i < ${times}; i++) {
        const server = net.createServer();
        await new Promise((resolve) => {
          server.once('error', () => { failed += 1; resolve(); });
          server.listen(${port}, '127.0.0.1', () => server.close(resolve));
        });
      }
      console.log('failed', failed);
      process.exit();`);
  }

  async function failures(probe: PortProbe, app: number, asked: readonly number[], t: TestContext) {
    const child = rebinder(app, 300);
    t.after(() => child.kill('SIGKILL'));
    let output = '';
    let isOver = false;
    child.stdout.on('data', (data) => {
      output += data;
    });
    child.once('close', () => {
      isOver = true;
    });
    while (!isOver) {
      for (let i = 0; i < 20; i++) await probe.taken('tcp', asked);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return output.trim();
  }

  for (const [looker, probe] of probes) {
    test(`${looker} of the neighbouring ports is never in its way`, async (t) => {
      const port = await freePort('tcp');
      assert.equal(await failures(probe, port, [port - 1, port + 1], t), 'failed 0');
    });
  }

  test('not even a probe of its own port, where it needs not listen', async (t) => {
    if (!hasSynchronousBinds()) return t.skip('this Node cannot bind without listening');
    const port = await freePort('tcp');
    assert.equal(await failures(createPortProbe(), port, [port], t), 'failed 0');
  });
});
