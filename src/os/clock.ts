// Owns the real clock.

import type { Clock } from './os.ts';

/**
 * The machine's clock.
 *
 * On Linux its monotonic time stands still while the machine sleeps; no term runs out in one's sleep then.
 */
export function createClock(): Clock {
  return { monotonic: () => performance.now(), wall: () => Date.now() };
}
