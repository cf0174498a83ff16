// Owns what the coordinator says of itself: whether it can commit, and what it counted.

import type { CommitQueue } from './commit-queue.ts';
import type { CoordinatorHealth } from './contract.ts';
import type { WatchCounts } from './watch-counts.ts';

/** @param conflicts candidates that probes found taken since the start */
export function healthOf(queue: CommitQueue, conflicts: number, watch: WatchCounts): CoordinatorHealth {
  const { failure } = queue;
  return {
    canCommit: failure === null,
    reason: failure === null ? null : failure instanceof Error ? failure.message : String(failure),
    commits: queue.commits,
    failedCommits: queue.failures,
    conflicts,
    watch,
  };
}
