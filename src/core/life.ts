// Owns the life of a lease: which holders it has, whether its term renews itself, and when and why it ends.

import type { EndReason } from './audit.ts';
import type { Catalogue } from './catalogue.ts';
import type { Moment } from './command.ts';
import { hostName } from './host-name.ts';
import { isStale } from './instance.ts';
import type { Lease, LeaseEntry, Vitals } from './lease.ts';
import type { KeepReason, LeaseSnapshot } from './reply.ts';
import type { StateView } from './state.ts';

/** A held connection, or a process proven alive. */
export function hasLiveProcess({ vitals }: LeaseEntry): boolean {
  return vitals.holds > 0 || vitals.process === 'alive';
}

/** What is known of a holder's process when it is named: it was just seen, or it cannot be seen from here. */
export function lifeAtGrant(lease: Lease): Vitals['process'] {
  if (lease.pid === null) return 'none';
  return lease.process === null ? 'unknown' : 'alive';
}

/** Whether the term renews itself: a holder is there, or the lease's own listener. */
export function renewsItself(entry: LeaseEntry): boolean {
  return entry.vitals.state === 'active' || hasLiveProcess(entry);
}

/** Whether a connection or a process is known, or cannot be excluded, to hold the lease. */
export function hasProcessLeft(entry: LeaseEntry): boolean {
  // Unknown is not dead (invariant 11), but only where there is a process to be unknown about.
  return hasLiveProcess(entry) || (entry.lease.pid !== null && entry.vitals.process !== 'dead');
}

/**
 * Whether anybody is known, or cannot be excluded, to hold the lease: a connection, the process, the instance.
 *
 * @param now coordinator time in ms
 */
export function hasLiveHolder(state: StateView, entry: LeaseEntry, now: number): boolean {
  return hasProcessLeft(entry) || hasLiveInstance(state, entry, now);
}

/** Milliseconds left of the term; null while it renews itself. Never negative. */
export function remainingMs(state: StateView, entry: LeaseEntry, now: number): number | null {
  if (renewsItself(entry)) return null;
  const begun = Math.max(entry.vitals.renewedAt, state.floor);
  return Math.max(0, begun + entry.lease.ttlMs - now);
}

/**
 * Listener checks missed in a row since the floor: who came and went in a sleep was seen by nobody.
 *
 * @param floor coordinator time in ms
 */
export function missesInRow({ missed, missedAt }: Vitals, floor: number): number {
  return missedAt < floor ? 0 : missed;
}

/**
 * Why the lease is over now, or null while it lives (contract, "Life").
 *
 * A lease whose own program listens never ends by itself, nor one with a live holder; a stranger's listening counts
 * for nothing.
 */
export function endReason(
  state: StateView,
  entry: LeaseEntry,
  catalogue: Pick<Catalogue, 'maxMisses'>,
  now: number,
): EndReason | null {
  if (renewsItself(entry)) return null;
  const { lease, vitals } = entry;
  const byTerm = remainingMs(state, entry, now) === 0 ? 'term-over' : null;
  // A server may go on without its holder. Where that cannot be seen, the term alone decides.
  if (vitals.isUnseen) return byTerm;
  if (vitals.process === 'dead') return 'holder-dead';
  if (vitals.orphan) return 'hold-closed';
  const instance = lease.instanceId === null ? undefined : state.instance(lease.instanceId);
  if (instance !== undefined && isStale(instance, now, state.floor)) return 'instance-ended';
  const hasMissed = missesInRow(vitals, state.floor) >= catalogue.maxMisses;
  if (hasMissed && !hasLiveHolder(state, entry, now)) return 'listener-gone';
  return byTerm;
}

/**
 * Why a lease that is not over stays: the strongest reason there is.
 *
 * @param now coordinator time in ms
 */
export function keepReason(state: StateView, entry: LeaseEntry, now: number): KeepReason {
  const { lease, vitals } = entry;
  if (vitals.state === 'active' && !vitals.isUnseen)
    return isOrphan(state, entry, now) ? 'orphan-listens' : 'listens';
  if (vitals.holds > 0) return 'held';
  if (vitals.process === 'alive') return 'holder-lives';
  if (vitals.isUnseen) return 'listener-unknown';
  if (vitals.state === 'hijacked') return 'stranger-listens';
  if (lease.pid !== null && vitals.process === 'unknown') return 'holder-unknown';
  return hasLiveInstance(state, entry, now) ? 'instance-lives' : 'term-runs';
}

/**
 * Whether the lease's own program listens although its last holder is gone: connection, process, or an instance that
 * held it alone. The last of these is no mark: an instance that is heard again holds it again.
 *
 * @param now coordinator time in ms
 */
export function isOrphan(state: StateView, entry: LeaseEntry, now: number): boolean {
  const { lease, vitals } = entry;
  if (vitals.state !== 'active' || vitals.orphan || vitals.isUnseen) return vitals.orphan;
  const instance = lease.instanceId === null ? undefined : state.instance(lease.instanceId);
  return instance !== undefined && isStale(instance, now, state.floor) && !hasProcessLeft(entry);
}

/** The lease as it is at `moment`. */
export function snapshot(state: StateView, entry: LeaseEntry, moment: Moment): LeaseSnapshot {
  const orphan = isOrphan(state, entry, moment.now);
  return {
    lease: entry.lease,
    vitals: orphan === entry.vitals.orphan ? entry.vitals : { ...entry.vitals, orphan },
    remainingMs: remainingMs(state, entry, moment.now),
    at: moment.wall,
    host: hostName(state.projects, entry.lease.projectPath, entry.lease.serviceName),
  };
}

function hasLiveInstance(state: StateView, { lease }: LeaseEntry, now: number): boolean {
  const instance = lease.instanceId === null ? undefined : state.instance(lease.instanceId);
  return instance !== undefined && !isStale(instance, now, state.floor);
}
