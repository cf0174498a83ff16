// Owns which addresses the daemon may be asked to listen on.

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

/** @param address an IP address */
export function isLoopback(address: string): boolean {
  return loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
