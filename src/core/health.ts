// Owns the verdict on how a lease is: well, in need of a hand, or not to be told.

import type { LeaseEntry } from './lease.ts';
import { isOrphan, missesInRow } from './life.ts';
import type { StateView } from './state.ts';

export type LeaseHealth = 'healthy' | 'unhealthy' | 'unknown';

/**
 * `unhealthy`: a stranger has the port, the server outlived its holder, or the listener was missed. `unknown`: the last
 * look could not tell who listens. A lease on which nobody has listened yet is healthy.
 *
 * @param now coordinator time in ms
 */
export function healthOf(state: StateView, entry: LeaseEntry, now: number): LeaseHealth {
  const { vitals } = entry;
  const isMissed = vitals.state === 'idle' && missesInRow(vitals, state.floor) > 0;
  if (vitals.state === 'hijacked' || isOrphan(state, entry, now) || isMissed) return 'unhealthy';
  return vitals.isUnseen ? 'unknown' : 'healthy';
}

/** How many live leases are how. */
export function countHealth(state: StateView, now: number): Record<LeaseHealth, number> {
  const counts = { healthy: 0, unhealthy: 0, unknown: 0 };
  for (const entry of state.leases()) counts[healthOf(state, entry, now)] += 1;
  return counts;
}
