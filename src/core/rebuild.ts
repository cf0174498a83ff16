// Owns the way back from the audit to the leases: what its events leave, where the table of leases is lost.

import type { AuditEntry } from './audit.ts';
import type { AuditEvent } from './audit-events.ts';
import { type DurableChange, portId } from './change.ts';
import { type Lease, singletonName } from './lease.ts';

/**
 * The note that a store writes together with the loss of leases, so that whoever takes them back from the audit knows of it
 * even after dying over that. It is emptied when they are back.
 */
export const LOST_LEASES_NOTE = 'lost_leases';

/** The events after which a lease is over. */
export const LEASE_ENDS: readonly AuditEvent[] = ['released', 'expired', 'reclaimed'];
const ENDS: ReadonlySet<string> = new Set(LEASE_ENDS);

/** Folds events, which must come oldest first, into the leases that live after the last of them. */
export class AuditFold {
  readonly #leases = new Map<string, Lease>();

  take({ event, subject, lease }: Pick<AuditEntry, 'event' | 'subject' | 'lease'>): void {
    if (lease !== null) this.#leases.set(lease.lockId, lease);
    else if (ENDS.has(event) && subject.lockId !== null) this.#leases.delete(subject.lockId);
  }

  /** In the order of their fences. */
  leases(): Lease[] {
    return [...this.#leases.values()].sort((a, b) => a.fence - b.fence);
  }
}

/**
 * The leases that the audit tells of and the store does not have. One whose ports another lease covers stays lost, and so
 * does a second of one singleton: of a damaged audit the end of the former may be missing, and two leases of a port would
 * be worse than none (invariants 1 and 14). Doing it again with what it gave adds nothing (invariant 17).
 *
 * @param stored the leases that could be read
 * @param told the leases that the audit leaves
 */
export function missingLeases(stored: readonly Lease[], told: readonly Lease[]): Lease[] {
  const lockIds = new Set(stored.map(({ lockId }) => lockId));
  const ports = new Set(stored.flatMap(portIds));
  const singletons = new Set(stored.flatMap(singletonNames));
  const missing: Lease[] = [];
  // The newest grant of a port is the one that counts.
  for (const lease of [...told].sort((a, b) => b.fence - a.fence)) {
    const own = portIds(lease);
    const names = singletonNames(lease);
    if (lockIds.has(lease.lockId) || own.some((id) => ports.has(id))) continue;
    if (names.some((name) => singletons.has(name))) continue;
    for (const id of own) ports.add(id);
    for (const name of names) singletons.add(name);
    missing.push(lease);
  }
  return missing.reverse();
}

/** The changes that put leases back into the store. */
export function putBack(leases: readonly Lease[]): DurableChange[] {
  return leases.map((lease) => ({ table: 'lease', id: lease.lockId, before: null, after: lease }));
}

function portIds({ protocol, port, count }: Lease): string[] {
  return Array.from({ length: count }, (_, index) => portId(protocol, port + index));
}

function singletonNames(lease: Lease): string[] {
  return lease.singleton ? [singletonName(lease.serviceType, lease.serviceName)] : [];
}
