// Owns the bind probe: the authority on whether a port can be taken right now.

import dgram from 'node:dgram';
import net from 'node:net';
import type { Protocol } from '../core/lease.ts';
import { StyxyError } from '../errors.ts';
import type { PortProbe } from './os.ts';

/** What one bind said. `unsupported`: the machine does not have this address, so nobody can hold the port there. */
type Verdict = 'free' | 'taken' | 'unsupported';

/** One at a time would make a long list slow, and all at once would use up the process's descriptors. */
const MAX_OPEN_PROBES = 32;

/**
 * On Linux one exclusive bind of `::` fails for any holder on any address of either family. Elsewhere wildcard and
 * specific binds may stand side by side, so each is tried.
 */
function addressesToTry(platform: NodeJS.Platform): readonly string[] {
  return platform === 'linux' ? ['::', '0.0.0.0'] : ['::', '0.0.0.0', '127.0.0.1', '::1'];
}

/**
 * A probe that binds and lets go at once. With `net.BoundSocket` and `dgram`'s `bindSync` it answers synchronously and
 * never listens, so that a program which binds the port in the same moment is not in its way; on a Node without them
 * it listens and closes. No socket outlives a call.
 *
 * What it cannot see: a socket that was bound with SO_REUSEADDR and does not listen.
 *
 * @param platform as `process.platform` names it
 * @param synchronous false to do without the synchronous binds although Node has them
 */
export function createPortProbe(
  platform: NodeJS.Platform = process.platform,
  synchronous: boolean = hasSynchronousBinds(),
): PortProbe {
  const addresses = addressesToTry(platform);
  // Where the wildcard of IPv6 covers IPv4 too, the second address is only for machines without IPv6.
  const isFirstEnough = platform === 'linux';

  function isTakenNow(protocol: Protocol, port: number): boolean {
    let isBindable = false;
    for (const host of addresses) {
      const verdict = tryNow(protocol, port, host);
      if (verdict === 'taken') return true;
      if (verdict === 'free' && isFirstEnough) return false;
      if (verdict === 'free') isBindable = true;
    }
    return !isBindable;
  }

  async function isTakenSoon(protocol: Protocol, port: number): Promise<boolean> {
    let isBindable = false;
    for (const host of addresses) {
      const verdict = await trySoon(protocol, port, host);
      if (verdict === 'taken') return true;
      if (verdict === 'free' && isFirstEnough) return false;
      if (verdict === 'free') isBindable = true;
    }
    return !isBindable;
  }

  async function filterSoon(protocol: Protocol, ports: readonly number[]): Promise<readonly number[]> {
    const taken: number[] = [];
    for (let first = 0; first < ports.length; first += MAX_OPEN_PROBES) {
      const batch = ports.slice(first, first + MAX_OPEN_PROBES);
      const verdicts = await Promise.all(batch.map((port) => isTakenSoon(protocol, port)));
      taken.push(...batch.filter((_, index) => verdicts[index]));
    }
    return taken;
  }

  return {
    taken: (protocol, ports) =>
      synchronous ? ports.filter((port) => isTakenNow(protocol, port)) : filterSoon(protocol, ports),
  };
}

/** Whether this Node can bind without listening and without waiting (24.21, 26.10). */
export function hasSynchronousBinds(): boolean {
  return typeof net.BoundSocket === 'function' && typeof dgram.Socket.prototype.bindSync === 'function';
}

function tryNow(protocol: Protocol, port: number, host: string): Verdict {
  try {
    bindNow[protocol](port, host);
    return 'free';
  } catch (error) {
    return verdictOf(error, port);
  }
}

async function trySoon(protocol: Protocol, port: number, host: string): Promise<Verdict> {
  try {
    await bindSoon[protocol](port, host);
    return 'free';
  } catch (error) {
    return verdictOf(error, port);
  }
}

/** Binds and lets go; throws with the system's code where the bind fails. */
const bindNow: Record<Protocol, (port: number, host: string) => void> = {
  tcp(port, host) {
    new net.BoundSocket({ host, port }).close();
  },
  udp(port, host) {
    const socket = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4');
    try {
      socket.bindSync({ address: host, port });
    } finally {
      socket.close();
    }
  },
};

/** The same for a Node that cannot bind without waiting. */
const bindSoon: Record<Protocol, (port: number, host: string) => Promise<void>> = {
  tcp(port, host) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Who connects in the moment of the probe is turned away, as if nobody had listened.
    const server = net.createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen({ host, port, exclusive: true, backlog: 1 }, () => server.close(() => resolve()));
    return promise;
  },
  udp(port, host) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const socket = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', (error) => socket.close(() => reject(error)));
    socket.bind({ address: host, port, exclusive: true }, () => socket.close(() => resolve()));
    return promise;
  },
};

/** Says nothing about a port: there was no socket to try it with. */
const NO_SOCKET: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

/** @throws StyxyError SYSTEM_LIMIT */
function verdictOf(error: unknown, port: number): Verdict {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (NO_SOCKET.has(code)) {
    const what = `port ${port} could not be tried: the system gives the daemon no more sockets (${code})`;
    throw new StyxyError('SYSTEM_LIMIT', what, { cause: error });
  }
  // Everything else that is in the way (in use, not permitted) means: do not hand it out.
  return code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL' ? 'unsupported' : 'taken';
}
