// Owns the reading of the audit: window by window, so that a long search keeps nobody waiting.

import type { AuditEntry } from '../core/audit.ts';
import type { AuditCount, AuditFilter, AuditStore, AuditWindow } from '../store/audit-store.ts';
import { type Scheduler, turn } from './scheduler.ts';

/** How many numbers are looked through in one turn: half a millisecond for a search, a few where all of them match. */
export const WINDOW = 1000;

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

/** @param lastSeq the number of the last event: what is kept under a higher one was not counted but flipped */
export function createAuditReader(
  audit: AuditStore,
  scheduler: Scheduler,
  lastSeq: () => number,
): AuditReader {
  /** The number of the newest event that is kept; null where there is none. */
  const lastKept = (): number | null | Promise<number | null> => audit.nearest(lastSeq(), false);

  async function newest(query: AuditQuery): Promise<AuditPage> {
    const seenTo = (await lastKept()) ?? 0;
    const entries: AuditEntry[] = [];
    let unreadable = 0;
    for await (const window of windowsDown(audit, seenTo, scheduler)) {
      // One more than is wanted says whether there are more.
      const wanted = query.limit + 1 - entries.length;
      const part = await audit.read(window, query, wanted, false);
      entries.unshift(...part.entries);
      unreadable += part.unreadable;
      if (entries.length > query.limit) break;
    }
    const shown = entries.slice(-query.limit);
    return { entries: shown, seenTo, hasMore: shown.length < entries.length, unreadable };
  }

  async function following(query: AuditQuery, after: number): Promise<AuditPage> {
    const last = (await lastKept()) ?? 0;
    const entries: AuditEntry[] = [];
    let unreadable = 0;
    for await (const window of windowsUp(audit, after + 1, last, scheduler)) {
      const part = await audit.read(window, query, query.limit + 1 - entries.length, true);
      entries.push(...part.entries);
      unreadable += part.unreadable;
      if (entries.length > query.limit) break;
    }
    const shown = entries.slice(0, query.limit);
    const hasMore = shown.length < entries.length;
    return { entries: shown, seenTo: hasMore ? (shown.at(-1)?.seq ?? after) : last, hasMore, unreadable };
  }

  return {
    read: (query) => (query.after === null ? newest(query) : following(query, query.after)),
    async count(filter) {
      const counts: AuditCount[] = [];
      const last = (await lastKept()) ?? 0;
      for await (const window of windowsUp(audit, 1, last, scheduler))
        counts.push(...(await audit.count(window, filter)));
      return counts;
    },
  };
}

/**
 * The windows upwards that have something in them, each begun at a number that is kept, and a turn for everybody else
 * between them. So there are no more of them than events, whatever a damaged disk makes of a number.
 *
 * @param from the lowest number that is looked for
 * @param last the highest
 */
export async function* windowsUp(
  audit: Pick<AuditStore, 'nearest'>,
  from: number,
  last: number,
  scheduler: Scheduler,
): AsyncGenerator<AuditWindow> {
  for (let next = Math.max(1, from); next <= last; ) {
    const first = await audit.nearest(next, true);
    // Among flipped numbers the search may answer anything: the way goes upwards all the same.
    if (first === null || first < next || first > last) return;
    next = first + WINDOW;
    yield { first, last: Math.min(last, next - 1) };
    await turn(scheduler);
  }
}

/** The same downwards. */
async function* windowsDown(
  audit: Pick<AuditStore, 'nearest'>,
  from: number,
  scheduler: Scheduler,
): AsyncGenerator<AuditWindow> {
  for (let next = from; next >= 1; ) {
    const last = await audit.nearest(next, false);
    if (last === null || last > next || last < 1) return;
    next = last - WINDOW;
    yield { first: Math.max(1, next + 1), last };
    await turn(scheduler);
  }
}
