// Owns the end of a lease: the changes that remove it, keep its key's memory, and let its ports rest where it was forced.

import type { EndCause, EndReason } from './audit.ts';
import type { Catalogue } from './catalogue.ts';
import type { Change } from './change.ts';
import type { Moment } from './command.ts';
import { type LeaseEntry, leaseKey } from './lease.ts';
import { snapshot } from './life.ts';
import { restAfterForcedEnd } from './quarantine.ts';
import type { EndedLease } from './reply.ts';
import type { StateView } from './state.ts';

/** Key memories are touched once a day at most: retention counts in months. */
export const KEY_PRECISION_MS = 86_400_000;

/** The changes of a clean release: no rest, and the key's ninety days begin now. */
export function releaseChanges(state: StateView, entry: LeaseEntry, cause: EndCause, now: number): Change[] {
  const { lease, vitals } = entry;
  return [
    ...keyUse(state, entry, now),
    // Vitals first: their inverse must find the lease there again.
    { table: 'vitals', id: lease.lockId, before: vitals, after: null },
    { table: 'lease', id: lease.lockId, before: lease, after: null, cause },
  ];
}

/** The changes of a forced end: as a release, and the ports rest. */
export function forcedEndChanges(
  state: StateView,
  entry: LeaseEntry,
  cause: EndCause,
  catalogue: Pick<Catalogue, 'quarantineMs' | 'quarantineMaxMs'>,
  now: number,
): Change[] {
  return [
    ...releaseChanges(state, entry, cause, now),
    ...restAfterForcedEnd(state, entry.lease, catalogue, now),
  ];
}

export function endedLease(
  state: StateView,
  entry: LeaseEntry,
  reason: EndReason,
  moment: Moment,
): EndedLease {
  return { snapshot: snapshot(state, entry, moment), reason };
}

function keyUse(state: StateView, { lease }: LeaseEntry, now: number): Change[] {
  const key = leaseKey(lease);
  const before = key === null ? undefined : state.keyMemory(key);
  if (key === null || before === undefined || now - before.usedAt < KEY_PRECISION_MS) return [];
  return [{ table: 'key', id: key, before, after: { ...before, usedAt: now } }];
}
