// Owns the order of several sources for one table: the first that answers counts, and one that does not is left alone.

import type { SocketSource } from './socket-row.ts';

/** What is missing, failed or hung is left alone for so long, lest every reading waits for it. */
const REST_MS = 30_000;

/**
 * Asks one source after the other until one answers. One that does not is passed over for 30 seconds.
 *
 * @param now milliseconds of a clock that only goes forward
 */
export function firstToAnswer(
  sources: readonly SocketSource[],
  now: () => number = () => performance.now(),
): SocketSource {
  const restsUntil = sources.map(() => Number.NEGATIVE_INFINITY);
  return async () => {
    for (const [index, source] of sources.entries()) {
      if (now() < (restsUntil[index] ?? 0)) continue;
      const reading = await source().catch(() => null);
      if (reading !== null) return reading;
      restsUntil[index] = now() + REST_MS;
    }
    return null;
  };
}
