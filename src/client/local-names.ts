// Owns the names below `localhost`, such as `web.fix-ui.localhost`: every browser knows them, not every system does.

import { type LookupAddress, lookup } from 'node:dns';
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

/** What `localhost` and every name below it means (RFC 6761). */
const LOOPBACK: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/**
 * A `lookup` for connections of our own to `localhost` and names below it. Nobody is asked: a resolver may not know the
 * names, or of `localhost` only one of the two families, while the server listens on the other.
 */
export const lookupLocally: LookupFunction = (_hostname, { all, family }, callback) => {
  const fitting = LOOPBACK.filter((each) => (family !== 4 && family !== 6 ? true : each.family === family));
  const [first] = fitting;
  if (all === true) callback(null, fitting as LookupAddress[]);
  else callback(null, first?.address ?? '', first?.family ?? 0);
};

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
