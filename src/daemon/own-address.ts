// Owns which addresses the daemon may listen on, and by which names its own requests call it.

import { BlockList, isIP } from 'node:net';
import { StyxyError } from '../errors.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Where the daemon listens unless told otherwise. */
export const LOOPBACK_ADDRESSES: readonly string[] = ['127.0.0.1', '::1'];

/**
 * The addresses to listen on.
 *
 * @param asked an address that somebody asked for; undefined for loopback
 * @param isDanger whether `--dangerously-listen` was given
 * @throws StyxyError INVALID_REQUEST for anything but a loopback address without it, and for what is no address
 */
export function listenAddresses(asked: string | undefined, isDanger: boolean): readonly string[] {
  if (asked === undefined || asked === 'localhost') return LOOPBACK_ADDRESSES;
  const address = asked.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(address);
  if (family !== 0 && loopback.check(address, family === 6 ? 'ipv6' : 'ipv4')) return [address];
  if (isDanger && family !== 0) return [address];
  const why = family === 0 ? 'is no IP address' : 'is no loopback address: other machines could reach it';
  throw new StyxyError('INVALID_REQUEST', `The address ${JSON.stringify(asked)} to listen on ${why}`, {
    hint:
      family === 0
        ? 'Give an IP address, such as 127.0.0.1.'
        : 'Leave it out to listen on loopback alone; `--dangerously-listen` allows it all the same.',
  });
}

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

function isLoopback(address: string): boolean {
  return loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
