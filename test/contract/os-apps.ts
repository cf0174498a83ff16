// Owns the apps and ports that the contract of the system's adapters is tried with.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import type { Protocol } from '../../src/core/lease.ts';
import type { PortProbe } from '../../src/os/os.ts';
import { createPortProbe } from '../../src/os/port-probe.ts';

export const onLinux = process.platform === 'linux';

export interface Place {
  readonly host: string;
  readonly ipv6Only?: boolean;
  /** As the table shows it. */
  readonly shown: string;
}

export const protocols: readonly Protocol[] = ['tcp', 'udp'];

/** Wherever an app can be so that a port is taken. */
export const places: readonly Place[] = [
  { host: '127.0.0.1', shown: '127.0.0.1' },
  // macOS has no second loopback address unless somebody adds one.
  ...(onLinux ? [{ host: '127.0.0.2', shown: '127.0.0.2' }] : []),
  { host: '0.0.0.0', shown: '0.0.0.0' },
  { host: '::1', shown: '::1' },
  { host: '::', shown: '::' },
  { host: '::', ipv6Only: true, shown: '::' },
];

export const nameOf = ({ host, ipv6Only = false }: Place): string => `${host}${ipv6Only ? ' (v6-only)' : ''}`;

/** Whether this machine has IPv6 at all. */
export async function hasIpv6(): Promise<boolean> {
  try {
    await (await open('tcp', { host: '::1', shown: '' }, 0)).close();
    return true;
  } catch {
    return false;
  }
}

/** Every way to look that this machine has. */
export const probes: readonly (readonly [string, PortProbe])[] = [
  ['the probe', createPortProbe()],
  ['the probe that waits', createPortProbe(process.platform, false)],
];
/** An app on a place, and how to end it, which may be done twice. */
export async function open(protocol: Protocol, place: Place, port: number) {
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
export async function freePort(protocol: Protocol): Promise<number> {
  const probe = createPortProbe();
  for (;;) {
    const port = 10_240 + Math.floor(Math.random() * 20_000);
    if ((await probe.taken(protocol, [port])).length === 0) return port;
  }
}

/** A child that takes `port` and lets go of it, `times` over; prints how often it could not. */
export function rebinder(protocol: Protocol, port: number, times: number) {
  const takes = {
    tcp: `const server = net.createServer();
      server.once('error', refused).listen(${port}, '127.0.0.1', () => server.close(done));`,
    udp: `const socket = dgram.createSocket('udp4');
      socket.once('error', refused).bind(${port}, '127.0.0.1', () => socket.close(done));`,
  };
  return spawnNode(`import net from 'node:net';
    import dgram from 'node:dgram';
    let failed = 0;
    for (let i = 0; i < ${times}; i++) {
      await new Promise((done) => {
        const refused = () => { failed += 1; done(); };
        ${takes[protocol]}
      });
    }
    console.log('failed', failed);
    process.exit();`);
}

/** Looks again and again while `child` runs, and returns what it printed. */
export async function lookWhile(child: ReturnType<typeof rebinder>, look: () => unknown): Promise<string> {
  let output = '';
  let isOver = false;
  child.stdout.on('data', (data) => {
    output += data;
  });
  child.once('close', () => {
    isOver = true;
  });
  while (!isOver) {
    await look();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return output.trim();
}

/** A Node that runs a module, through `shell` where given; its first word is Node then. */
export function spawnNode(script: string, shell?: string) {
  const words = [...process.execArgv, '--input-type=module', '-e', script];
  return shell === undefined
    ? spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] })
    : spawn('/bin/sh', ['-c', shell, process.execPath, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
}
