// Owns the quarantine: how long a port rests after a forced end or after a stranger was found on it.

import type { Catalogue } from './catalogue.ts';
import { type DurableChange, type Meeting, portId } from './change.ts';
import { type Lease, leaseKey } from './lease.ts';
import type { StateView } from './state.ts';

/**
 * The rests after a forced end of `lease`: doubled, up to the maximum, when a port's last rest is not long over.
 * The key that held the ports last is not bound by it (contract, "Life").
 *
 * @param now coordinator time in ms
 */
export function restAfterForcedEnd(
  state: StateView,
  lease: Lease,
  catalogue: Pick<Catalogue, 'quarantineMs' | 'quarantineMaxMs'>,
  now: number,
): DurableChange[] {
  const changes: DurableChange[] = [];
  for (let port = lease.port; port < lease.port + lease.count; port++) {
    const before = state.quarantine(lease.protocol, port) ?? null;
    const repeats = before !== null && before.restMs >= catalogue.quarantineMs;
    const restMs = repeats ? Math.min(before.restMs * 2, catalogue.quarantineMaxMs) : catalogue.quarantineMs;
    const after = { until: now + restMs, restMs, key: leaseKey(lease) };
    changes.push({ table: 'quarantine', id: portId(lease.protocol, port), before, after });
  }
  return changes;
}

/**
 * The short rest of a port on which a probe met a stranger; it does not bind the key that remembers the port. A longer
 * rest stays as it is, and its row is put again, so that what was met is recorded.
 *
 * @param now coordinator time in ms
 */
export function restAfterConflict(
  state: StateView,
  met: Meeting,
  catalogue: Pick<Catalogue, 'conflictRestMs'>,
  now: number,
): DurableChange {
  const { protocol, port } = met;
  const id = portId(protocol, port);
  const before = state.quarantine(protocol, port) ?? null;
  const until = now + catalogue.conflictRestMs;
  if (before !== null && before.until >= until)
    return { table: 'quarantine', id, before, after: before, met };
  const key = state.keyRemembering(protocol, port) ?? null;
  // A longer rest that is over keeps its length: the next forced end still counts as a repetition.
  const after = { until, restMs: before?.restMs ?? catalogue.conflictRestMs, key: before?.key ?? key };
  return { table: 'quarantine', id, before, after, met };
}

/**
 * What a refusal changes: the strangers whom its probes met are recorded, and their ports rest. Whoever asks again and
 * again is told of one that was met a moment ago without another row: a program in a loop would push everything else out
 * of the audit.
 *
 * @param now coordinator time in ms
 */
export function restsAfterRefusal(
  state: StateView,
  meetings: readonly Meeting[],
  catalogue: Pick<Catalogue, 'conflictRestMs'>,
  now: number,
): DurableChange[] {
  return meetings
    .filter(({ protocol, port }) => {
      // A port under a lease needs no rest: it is its holder's.
      if (state.leaseOn(protocol, port) !== undefined) return false;
      const leftMs = (state.quarantine(protocol, port)?.until ?? now) - now;
      return leftMs <= 0 || leftMs > catalogue.conflictRestMs;
    })
    .map((met) => restAfterConflict(state, met, catalogue, now));
}

/**
 * The rests that are long over, so that the next forced end of these ports begins at the shortest rest again.
 *
 * @param now coordinator time in ms
 */
export function forgottenRests(
  state: StateView,
  catalogue: Pick<Catalogue, 'quarantineMaxMs'>,
  now: number,
): DurableChange[] {
  const changes: DurableChange[] = [];
  for (const [id, before] of state.quarantines()) {
    if (now >= before.until + catalogue.quarantineMaxMs)
      changes.push({ table: 'quarantine', id, before, after: null });
  }
  return changes;
}
