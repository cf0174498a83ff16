// Owns what is said of a grant: the port, what became of a wish, and the range that was made for it.

import { nearMiss } from './automatic-type.ts';
import { type Catalogue, whyForbidden } from './catalogue.ts';
import type { AutomaticRange } from './change.ts';
import type { AllocateRequest } from './command.ts';
import type { Lease } from './lease.ts';
import type { SkippedPort } from './reply.ts';

/** What is told of the port, and of the one that was wished for where that is another. */
export function grantMessage(
  request: AllocateRequest,
  lease: Lease,
  skipped: readonly SkippedPort[],
  catalogue: Catalogue,
): string {
  const { port, count, protocol } = lease;
  if (request.adopt) return `port ${port} is leased to the server that listens there`;
  const ports = count === 1 ? `port ${port}` : `ports ${port} to ${port + count - 1}`;
  const granted = `${protocol === 'udp' ? 'UDP ' : ''}${ports} granted`;
  const wish = request.preferredPort;
  if (wish === null || wish === port) return granted;
  const holder = skipped.find((one) => one.port === wish)?.holder ?? null;
  const forbidden = whyForbidden(catalogue, protocol, wish);
  if (forbidden !== null) return `${granted}; port ${wish} is never granted: ${forbidden}`;
  return `${granted}; port ${wish} is ${holder === null ? 'not to be had' : `held by ${holder}`}`;
}

/** What is told of a range that was made, and of a known type that the name may have been meant for. */
export function rangeMessage({ name, start, end }: AutomaticRange, catalogue: Catalogue): string {
  const made = `; ${name} was not known and has the range ${start}–${end} now`;
  const near = nearMiss(name, catalogue.serviceTypes.keys());
  return near === null ? made : `${made}: did you mean ${near}?`;
}
