// Owns the fence ceiling of a store that may have lost it: above every fence that was ever used.

import type { DatabaseSync } from 'node:sqlite';
import { twinOf } from './row-sums.ts';

/**
 * A ceiling for a store that lost its own, above every fence that was ever used.
 *
 * Fences begin at 1, or at the epoch milliseconds of such a loss, and no machine grants more than one lease in each
 * millisecond since, so the present moment is above them all.
 */
export function unusedFence(): number {
  return Date.now();
}

/** Raises the stored ceiling to at least `ceiling`. */
export function raiseFences(db: DatabaseSync, ceiling: number): void {
  const raise = db.prepare(
    `INSERT INTO meta (name, value) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)`,
  );
  for (const name of ['fence_ceiling', twinOf('fence_ceiling')]) raise.run(name, ceiling);
}
