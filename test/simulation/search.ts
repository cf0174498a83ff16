// Owns the search for the first seed that fails.

import { type Result, simulate } from './run.ts';
import type { Variant } from './world.ts';

/** Simulates seeds 1 to `seeds`; returns the first failure, or null. */
export async function firstFailure(seeds: number, variant: Variant): Promise<Result | null> {
  for (let seed = 1; seed <= seeds; seed++) {
    const result = await simulate(seed, variant);
    if (result.failure !== null) return result;
  }
  return null;
}
