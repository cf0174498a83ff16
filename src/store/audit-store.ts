// Owns the part of the store's interface that keeps the audit: reading, counting and trimming, a window of numbers at a time.

import type { AuditEntry } from '../core/audit.ts';
import type { AuditEvent } from '../core/audit-events.ts';

/** What events to look for. What is null is not asked. */
export interface AuditFilter {
  /** Wall-clock epoch ms, from this moment on. */
  readonly since: number | null;
  /** Wall-clock epoch ms, before this moment. */
  readonly until: number | null;
  readonly event: AuditEvent | null;
  readonly serviceType: string | null;
  /** Events about a lease or a range that covers this port. */
  readonly port: number | null;
}

/**
 * Which numbers are looked through at once, both included. Of all events only the numbers are indexed, because every further index
 * would cost each grant more than the event itself: so whoever looks for something looks through windows, and lets
 * others have their turn between them.
 */
export interface AuditWindow {
  readonly first: number;
  readonly last: number;
}

export interface AuditPart {
  /** Oldest first. */
  readonly entries: readonly AuditEntry[];
  /** Rows that a damaged disk made unreadable; they are left out. */
  readonly unreadable: number;
}

/** How many events of one kind there were on one day. */
export interface AuditCount {
  readonly event: string;
  readonly serviceType: string | null;
  /** Days since the epoch, in UTC. */
  readonly day: number;
  readonly count: number;
}

/** What may go: events up to a number, or older than a moment. */
export interface AuditCut {
  /** Numbers up to this one go. */
  readonly upTo: number;
  /** Events before this coordinator time (ms) go. */
  readonly before: number;
}

export interface AuditStore {
  /** The numbers of the oldest and the newest event that is kept; null where there is none. */
  span(): AuditWindow | null | Promise<AuditWindow | null>;
  /** The nearest number that is kept, from this one on: upwards, or downwards; null where there is none. */
  nearest(seq: number, isForward: boolean): number | null | Promise<number | null>;
  /** The events of the window that match; of more than `limit` the newest, or with `isForward` the oldest. */
  read(
    window: AuditWindow,
    filter: AuditFilter,
    limit: number,
    isForward: boolean,
  ): AuditPart | Promise<AuditPart>;
  /**
   * The events that say what a lease is, of all leases of which no end is kept, oldest first: what leases are taken back from.
   * It looks through everything at once, which only a start may do.
   */
  standing(): AuditPart | Promise<AuditPart>;
  count(window: AuditWindow, filter: AuditFilter): readonly AuditCount[] | Promise<readonly AuditCount[]>;
  /**
   * Drops what may go among the next `limit` events after a number. Two kinds of events stay: the newest, from which
   * the numbers go on, and for each live lease the one that says best what it is.
   *
   * @returns the last number that was looked at, or null when nothing further may go
   */
  trim(after: number, cut: AuditCut, limit: number): number | null | Promise<number | null>;
}
