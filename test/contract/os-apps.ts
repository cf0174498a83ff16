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

/** A Node that runs a module, through `shell` where given; its first word is Node then. */
export function spawnNode(script: string, shell?: string) {
  const words = [...process.execArgv, '--input-type=module', '-e', script];
  return shell === undefined
    ? spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] })
    : spawn('/bin/sh', ['-c', shell, process.execPath, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
}
