// Owns by which names the daemon's own requests call it.

import { isIP } from 'node:net';
import { isLoopback } from '../api/listen-address.ts';

/** Whether a `Host` header or the authority of an `Origin` (lower case) names this daemon. */
export type IsOwnHost = (host: string) => boolean;

/**
 * @param addresses the addresses that are listened on
 * @param port the port, the same on all
 */
export function ownHosts(addresses: readonly string[], port: number): IsOwnHost {
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]);
  const isOpen = addresses.some((address) => !isLoopback(address));
  if (!isOpen) return (host) => hosts.has(host);
  // Reached from elsewhere, it has addresses that it cannot know. An address in digits cannot be rebound by DNS.
  return (host) => hosts.has(host) || (host.endsWith(`:${port}`) && isIP(bare(host, port)) !== 0);
}

function bare(host: string, port: number): string {
  return host.slice(0, -`:${port}`.length).replace(/^\[(.*)\]$/, '$1');
}
