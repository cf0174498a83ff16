// Owns the judgement whether a service that failed is started again, and after how long. Pure.

/** How often in a row a service is started again. */
export const MAX_RESTARTS = 5;
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 30_000;
/** A service that ran for so long has worked: what ends it then is a fault of its own, and counts anew. */
const STEADY_MS = 60_000;

export interface Restart {
  /** How many there were in a row, with this one. */
  readonly count: number;
  readonly pauseMs: number;
}

/**
 * @param former how many restarts in a row came before
 * @param ranMs how long it ran this time, in ms
 * @returns null when it is not started again
 */
export function judgeRestart(former: number, ranMs: number): Restart | null {
  const count = ranMs >= STEADY_MS ? 1 : former + 1;
  if (count > MAX_RESTARTS) return null;
  return { count, pauseMs: Math.min(FIRST_PAUSE_MS * 2 ** (count - 1), MAX_PAUSE_MS) };
}
