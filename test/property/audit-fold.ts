// Owns the folding of the audit: the leases that its events leave, and whether changes and events tell the same.

import assert from 'node:assert/strict';
import type { AuditEntry } from '../../src/core/audit.ts';
import type { Change } from '../../src/core/change.ts';
import type { Lease } from '../../src/core/lease.ts';

const ENDS: ReadonlySet<string> = new Set(['released', 'expired', 'reclaimed']);

/** The live leases by lock id, after events that come oldest first. */
export function fold(entries: Iterable<AuditEntry>): Map<string, Lease> {
  const leases = new Map<string, Lease>();
  for (const { event, subject, lease } of entries) {
    if (lease !== null) leases.set(lease.lockId, lease);
    else if (ENDS.has(event) && subject.lockId !== null) leases.delete(subject.lockId);
  }
  return leases;
}

export function eventsOf(changes: readonly Change[]): AuditEntry[] {
  return changes.flatMap((change) =>
    change.table === 'audit' && change.after !== null ? [change.after] : [],
  );
}

/**
 * Each row that was put or removed has its event among the same changes, which says so, with the reason of an end.
 *
 * @returns what is missing; null where nothing is
 */
export function untold(changes: readonly Change[]): string | null {
  const events = eventsOf(changes);
  for (const change of changes) {
    const { table, id, before, after } = change;
    if (table === 'lease') {
      const found = events.find(({ event, subject, lease }) =>
        after === null ? ENDS.has(event) && subject.lockId === id : lease === after,
      );
      if (found === undefined) return `lease ${id} changed and no event says so`;
      if (after === null && found.reason === null) return `lease ${id} ended without a reason`;
      if (after !== null && (before === null) !== (found.event === 'granted'))
        return `lease ${id} is told as ${found.event}`;
    }
    if (table === 'instance' && !events.some(({ subject }) => subject.instanceId === id))
      return `instance ${id} changed and no event says so`;
    if (table === 'range' && !events.some(({ event }) => event.startsWith('range_')))
      return `range ${id} changed and no event says so`;
  }
  return null;
}

/** Numbers follow each other without a gap. */
export function assertNumbered(entries: readonly AuditEntry[], first: number): void {
  assert.deepEqual(
    entries.map(({ seq }) => seq),
    entries.map((_, index) => first + index),
  );
}
