// Owns the audit of the memory store: the same answers as a database's, from a map by number.

import type { AuditEntry } from '../core/audit.ts';
import type { Lease } from '../core/lease.ts';
import { LEASE_ENDS } from '../core/rebuild.ts';
import type { AuditCount, AuditCut, AuditFilter, AuditPart, AuditWindow } from './audit-store.ts';

const DAY_MS = 86_400_000;

export function spanOf(audit: ReadonlyMap<number, AuditEntry>): AuditWindow | null {
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const seq of audit.keys()) {
    first = Math.min(first, seq);
    last = Math.max(last, seq);
  }
  return last === 0 ? null : { first, last };
}

export function nearestTo(
  audit: ReadonlyMap<number, AuditEntry>,
  seq: number,
  isForward: boolean,
): number | null {
  let nearest: number | null = null;
  for (const kept of audit.keys()) {
    if (isForward ? kept < seq : kept > seq) continue;
    if (nearest === null || (isForward ? kept < nearest : kept > nearest)) nearest = kept;
  }
  return nearest;
}

export function readPart(
  audit: ReadonlyMap<number, AuditEntry>,
  window: AuditWindow,
  filter: AuditFilter,
  limit: number,
  isForward: boolean,
): AuditPart {
  const found = matching(audit, window, filter);
  const entries = isForward ? found.slice(0, limit) : found.slice(Math.max(0, found.length - limit));
  return { entries, unreadable: 0 };
}

export function standingPart(audit: ReadonlyMap<number, AuditEntry>): AuditPart {
  const ends = new Set<string>(LEASE_ENDS);
  const ended = new Set(
    sorted(audit).flatMap(({ event, subject }) => (ends.has(event) ? subject.lockId : [])),
  );
  const entries = sorted(audit).filter(({ lease }) => lease !== null && !ended.has(lease.lockId));
  return { entries, unreadable: 0 };
}

export function countPart(
  audit: ReadonlyMap<number, AuditEntry>,
  window: AuditWindow,
  filter: AuditFilter,
): AuditCount[] {
  const counts = new Map<string, AuditCount>();
  for (const { event, at, subject } of matching(audit, window, filter)) {
    const { serviceType } = subject;
    const day = Math.floor(at / DAY_MS);
    const id = `${event} ${serviceType} ${day}`;
    counts.set(id, { event, serviceType, day, count: (counts.get(id)?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}

/** @returns the last number that was looked at; null when nothing further may go */
export function trimPart(
  audit: Map<number, AuditEntry>,
  leases: ReadonlyMap<string, Lease>,
  after: number,
  { upTo, before }: AuditCut,
  limit: number,
): number | null {
  const newest = spanOf(audit)?.last ?? 0;
  const best = new Map<string, number>();
  for (const { seq, lease } of sorted(audit)) if (lease !== null) best.set(lease.lockId, seq);
  const slice = sorted(audit)
    .filter(({ seq }) => seq > after && seq < newest)
    .slice(0, limit);
  const going = slice.filter(({ seq, moment }) => seq <= upTo || moment < before);
  for (const { seq, lease } of going) {
    const isStoodOn = lease !== null && leases.has(lease.lockId) && best.get(lease.lockId) === seq;
    if (!isStoodOn) audit.delete(seq);
  }
  return going.at(-1)?.seq ?? null;
}

function matching(
  audit: ReadonlyMap<number, AuditEntry>,
  { first, last }: AuditWindow,
  { since, until, event, serviceType, port }: AuditFilter,
): AuditEntry[] {
  return sorted(audit).filter(
    ({ seq, at, event: happened, subject }) =>
      seq >= first &&
      seq <= last &&
      (since === null || at >= since) &&
      (until === null || at < until) &&
      (event === null || happened === event) &&
      (serviceType === null || subject.serviceType === serviceType) &&
      (port === null || covers(subject.port, subject.count, port)),
  );
}

function covers(first: number | null, count: number | null, port: number): boolean {
  return first !== null && port >= first && port < first + (count ?? 1);
}

function sorted(audit: ReadonlyMap<number, AuditEntry>): AuditEntry[] {
  return [...audit.values()].sort((a, b) => a.seq - b.seq);
}
