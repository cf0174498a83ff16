// Owns the counts of the watch since the start: its passes, what it looked at, and what it ended and why.

import type { EndReason } from '../core/audit.ts';
import type { EndedLease } from '../core/reply.ts';

export interface WatchCounts {
  /** Passes over all leases. */
  readonly passes: number;
  /** Leases that were looked at, each look counted. */
  readonly checks: number;
  /** Leases that ended by themselves, by reason. */
  readonly cleaned: ReadonlyMap<EndReason, number>;
}

export interface WatchTally extends WatchCounts {
  notePass(): void;
  noteChecks(leases: number): void;
  noteEnded(ended: readonly EndedLease[]): void;
}

export function createWatchTally(): WatchTally {
  let passes = 0;
  let checks = 0;
  const cleaned = new Map<EndReason, number>();
  return {
    get passes() {
      return passes;
    },
    get checks() {
      return checks;
    },
    cleaned,
    notePass() {
      passes += 1;
    },
    noteChecks(leases) {
      checks += leases;
    },
    noteEnded(ended) {
      for (const { reason } of ended) cleaned.set(reason, (cleaned.get(reason) ?? 0) + 1);
    },
  };
}

/** How many leases ended by themselves, whatever the reason. */
export function cleanedInAll({ cleaned }: Pick<WatchCounts, 'cleaned'>): number {
  let total = 0;
  for (const count of cleaned.values()) total += count;
  return total;
}
