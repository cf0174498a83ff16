// Owns what became of each type's range since config.json was written, until it is written again.

import type { AutomaticRange } from '../core/change.ts';

/** What became of one type's range. */
export interface Step {
  /** What the file has of it. */
  readonly former: AutomaticRange | null;
  /** What it is to have; null for none. */
  readonly range: AutomaticRange | null;
}

/** By type. */
export type Steps = ReadonlyMap<string, Step>;

/**
 * Takes in that a range was made, moved, or is gone (null).
 *
 * @param waiting by type, what is still to be written
 * @param former what the type had before this step
 */
export function addStep(
  waiting: Map<string, Step>,
  serviceType: string,
  range: AutomaticRange | null,
  former: AutomaticRange | null,
): void {
  // The file has what was there before the first of several steps.
  const first = waiting.get(serviceType);
  waiting.set(serviceType, { former: first === undefined ? former : first.former, range });
}
