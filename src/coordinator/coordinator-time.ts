// Owns coordinator time: monotonic milliseconds that go on across restarts, which every rule of the core reads.

import type { Moment } from '../core/command.ts';
import type { Clock } from '../os/os.ts';

/** A wall clock that is further off than this (ms) was set anew; less is drift and rounding. */
const JUMP_MS = 1000;

/**
 * Coordinator time begins where it was last saved. The wall clock is never part of it, so that no jump of that clock
 * ends a term, forgets a key or drops a request id (invariant 10).
 *
 * The moment's `wall` goes along with `now` until the clock jumps: who looks at a lease twice sees the same end twice.
 *
 * @param elapsedMs what was saved last
 */
export function coordinatorTime(clock: Clock, elapsedMs: number): () => Moment {
  const origin = clock.monotonic() - elapsedMs;
  let offset = clock.wall() - elapsedMs;
  return () => {
    const now = clock.monotonic() - origin;
    const wall = clock.wall();
    if (Math.abs(wall - now - offset) > JUMP_MS) offset = wall - now;
    return { now, wall: now + offset };
  };
}
