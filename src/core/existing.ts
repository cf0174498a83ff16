// Owns the answer from what is there: which live lease a request matches, and what becomes of it when it is asked for again.

import { notedAt } from './audit.ts';
import type { AllocateRequest } from './command.ts';
import { isStale } from './instance.ts';
import { type Lease, type LeaseEntry, leaseKey } from './lease.ts';
import { hasLiveProcess, lifeAtGrant } from './life.ts';
import type { StateView } from './state.ts';

/** The newest live lease that this request matches, if any (contract, "Key"). */
export function matchingLease(state: StateView, request: AllocateRequest): LeaseEntry | undefined {
  const key = leaseKey(request);
  if (key === null || request.serviceName === null || request.fresh) return undefined;
  return state
    .leasesOfKey(key)
    .findLast(({ lease, vitals }) => vitals.state !== 'hijacked' && hasSameShape(request, lease));
}

/** Whether a lease has what the request insists on: the protocol, how many ports, and which one if exactly one will do. */
export function hasSameShape(request: AllocateRequest, lease: Lease): boolean {
  const isOther = request.protocol !== lease.protocol || request.count !== lease.count;
  return !(isOther || (request.exact && request.preferredPort !== lease.port));
}

/**
 * A lease that its key asked for again: the term begins anew, and where the former holder is dead or unknown the
 * asker takes its place, so that the lease does not end under the asker by the death of somebody before it.
 *
 * @param now coordinator time in ms
 */
export function askedAgain(
  state: StateView,
  request: AllocateRequest,
  entry: LeaseEntry,
  now: number,
): LeaseEntry {
  const { lease, vitals } = entry;
  const isDead = vitals.process === 'dead' || vitals.orphan;
  // While a program listens, the lease is its holder's or an orphan, whoever asks; and unknown is not dead.
  const isUnknown = lease.pid !== null && vitals.process === 'unknown';
  const isFree = !(hasLiveProcess(entry) || isUnknown || vitals.state === 'active');
  // A dead process goes out of the lease even while a connection holds it: the next start would judge by it.
  const takesOver = isFree
    ? isDead || (request.pid !== null && request.pid !== lease.pid)
    : vitals.process === 'dead' && vitals.state !== 'active';
  const instance = lease.instanceId === null ? undefined : state.instance(lease.instanceId);
  const isInstanceOver = instance !== undefined && isStale(instance, now, state.floor);
  const ttlMs = request.ttlMs ?? lease.ttlMs;
  const isSame = ttlMs === lease.ttlMs && !takesOver && !isInstanceOver;
  const renewed: Lease = isSame
    ? lease
    : {
        ...lease,
        ttlMs,
        instanceId: isInstanceOver ? request.instanceId : lease.instanceId,
        pid: takesOver ? request.pid : lease.pid,
        process: takesOver ? request.process : lease.process,
      };
  return {
    lease: renewed,
    vitals: {
      ...vitals,
      renewedAt: now,
      askedAt: now,
      notedAt: notedAt(vitals, !isSame, now),
      missed: 0,
      // Asked for anew, it waits for its program as after a grant.
      state: vitals.state === 'idle' ? 'reserved' : vitals.state,
      process: takesOver ? lifeAtGrant(renewed) : vitals.process,
      orphan: vitals.orphan && !takesOver,
    },
  };
}

/** What the asker is told: the port, and what became of a wish for another one. */
export function existingMessage(request: AllocateRequest, lease: Lease): string {
  const wish = request.preferredPort;
  const kept = `${lease.serviceName ?? lease.serviceType} has port ${lease.port} already`;
  return wish === null || wish === lease.port
    ? kept
    : `${kept}; the wish for port ${wish} does not move it (release it first, or ask with "new")`;
}
