// Owns coordinator time: monotonic milliseconds that go on across restarts, which every rule of the core reads.

import type { Moment } from '../core/command.ts';
import type { Clock } from '../os/os.ts';

/**
 * Coordinator time begins where it was last saved. The wall clock is never part of it, so that no jump of that clock
 * ends a term, forgets a key or drops a request id (invariant 10).
 *
 * @param elapsedMs what was saved last
 */
export function coordinatorTime(clock: Clock, elapsedMs: number): () => Moment {
  const origin = clock.monotonic();
  return () => ({ now: elapsedMs + (clock.monotonic() - origin), wall: clock.wall() });
}
