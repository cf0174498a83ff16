// Owns the names below `localhost`, such as `web.fix-ui.localhost`: every browser knows them, not every system does.

import { type LookupAllOptions, type LookupOptions, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

/** How long the system's resolver may think about it, in ms: one that asks a network that is away thinks for seconds. */
const PATIENCE_MS = 300;

/** Any name that cannot be anybody's, to ask the resolver for. */
const PROBE = 'styxy-name-probe.localhost';

/**
 * Whether programs that ask the system, as most servers do, find names below `localhost` on this machine. glibc alone
 * does not know them; systemd-resolved, nss-myhostname and macOS do.
 */
export function resolvesLocalNames(name: string = PROBE): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), PATIENCE_MS);
    lookup(name, { all: true }, (error, addresses) => {
      clearTimeout(timer);
      resolve(
        error === null && addresses.length > 0 && addresses.every(({ address }) => isLoopback(address)),
      );
    });
  });
}

/** A `lookup` for connections of our own to such names: they are this machine, whatever its resolver says (RFC 6761). */
export const lookupLocally: LookupFunction = (hostname, options, callback) => {
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  lookup(isLocal ? 'localhost' : hostname, options as LookupOptions & LookupAllOptions, callback as never);
};

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
