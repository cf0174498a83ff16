// Owns the reading of the audit: window by window, so that a long search keeps nobody waiting.

import type { AuditEntry } from '../core/audit.ts';
import type { AuditCount, AuditFilter, AuditStore } from '../store/audit-store.ts';
import { type Scheduler, turn } from './scheduler.ts';

/** How many numbers are looked through in one turn: half a millisecond for a search, a few where all of them match. */
const WINDOW = 1000;

export interface AuditQuery extends AuditFilter {
  /** Events after this number, the oldest first; null for the newest. */
  readonly after: number | null;
  readonly limit: number;
}

export interface AuditPage {
  /** Oldest first. */
  readonly entries: readonly AuditEntry[];
  /** Up to where the audit was looked through: what to ask with for what comes after. */
  readonly seenTo: number;
  /** Whether more of the same is kept: newer ones where a number was given, else older ones. */
  readonly hasMore: boolean;
  readonly unreadable: number;
}

export interface AuditReader {
  read(query: AuditQuery): Promise<AuditPage>;
  count(filter: AuditFilter): Promise<readonly AuditCount[]>;
}

export function createAuditReader(audit: AuditStore, scheduler: Scheduler): AuditReader {
  async function newest(query: AuditQuery): Promise<AuditPage> {
    const span = await audit.span();
    if (span === null) return { entries: [], seenTo: 0, hasMore: false, unreadable: 0 };
    const entries: AuditEntry[] = [];
    let unreadable = 0;
    for (let last = span.last; last >= span.first; last -= WINDOW) {
      // One more than is wanted says whether there are more.
      const wanted = query.limit + 1 - entries.length;
      const part = await audit.read({ first: last - WINDOW + 1, last }, query, wanted, false);
      entries.unshift(...part.entries);
      unreadable += part.unreadable;
      if (entries.length > query.limit) break;
      await turn(scheduler);
    }
    const shown = entries.slice(-query.limit);
    return { entries: shown, seenTo: span.last, hasMore: shown.length < entries.length, unreadable };
  }

  async function following(query: AuditQuery, after: number): Promise<AuditPage> {
    const span = await audit.span();
    const last = span?.last ?? 0;
    const entries: AuditEntry[] = [];
    let unreadable = 0;
    // What was trimmed meanwhile is not looked for.
    for (let first = Math.max(after + 1, span?.first ?? 1); first <= last; first += WINDOW) {
      const window = { first, last: Math.min(last, first + WINDOW - 1) };
      const part = await audit.read(window, query, query.limit + 1 - entries.length, true);
      entries.push(...part.entries);
      unreadable += part.unreadable;
      if (entries.length > query.limit) break;
      await turn(scheduler);
    }
    const shown = entries.slice(0, query.limit);
    const hasMore = shown.length < entries.length;
    return { entries: shown, seenTo: hasMore ? (shown.at(-1)?.seq ?? after) : last, hasMore, unreadable };
  }

  return {
    read: (query) => (query.after === null ? newest(query) : following(query, query.after)),
    async count(filter) {
      const counts: AuditCount[] = [];
      const span = await audit.span();
      if (span === null) return counts;
      for (let first = span.first; first <= span.last; first += WINDOW) {
        counts.push(...(await audit.count({ first, last: first + WINDOW - 1 }, filter)));
        await turn(scheduler);
      }
      return counts;
    },
  };
}
