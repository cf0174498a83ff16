// Owns the gathering: which of the requests that arrive about together are decided in one turn, and so commit together.

import type { Scheduler } from './scheduler.ts';

/**
 * A function that resolves, for all who call it in one turn, in a later turn; what they decide then is flushed at once.
 *
 * All that is read is decided after it was read: one kind of work after the other runs through warmer caches than
 * each request on its own from its first byte to its port. Clients that wait for their answers come back one by one while the last of
 * them are still being answered. So a gathering smaller than the one before waits one turn more, as databases do that delay
 * a commit for its siblings. A client on its own never waits for anybody.
 *
 * @param flush commits what was decided
 */
export function createGathering(scheduler: Scheduler, flush: () => void): () => Promise<void> {
  let gathering: Promise<void> | null = null;
  let present = 0;
  let presentBefore = 0;

  /** The flush is asked for in the same turn as the step, so that nothing is read between the two. */
  function later(step: () => void): void {
    scheduler.defer(step);
    scheduler.defer(flush);
  }

  return () => {
    present += 1;
    gathering ??= new Promise((resolve) => {
      const begin = (): void => {
        gathering = null;
        presentBefore = present;
        present = 0;
        resolve();
      };
      later(() => {
        if (present < presentBefore) later(begin);
        else begin();
      });
    });
    return gathering;
  };
}
