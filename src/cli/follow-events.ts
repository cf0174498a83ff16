// Owns the following of the daemon's events: over lost connections and restarts, until nobody reads any more.

import type { StreamEvent } from '../api/schemas-events.ts';
import type { Hold } from '../client/client.ts';
import { StyxyError } from '../errors.ts';
import type { Invocation } from './command.ts';
import { watchOutputEnd } from './output-end.ts';
import { reachRunning } from './reach.ts';
import { isOutputClosed, say } from './write.ts';

/** Before the next look for a daemon that went away. It is waited for, not started: whoever ended it may want none. */
const PAUSE_MS = 500;

/**
 * Follows the events of whatever daemon serves the home, each from where the one before was left.
 *
 * @param take takes what came since its last call, one call at a time; nothing at first, and after each lost connection
 * @throws StyxyError a refusal of the daemon
 */
export async function followEvents(
  invocation: Invocation,
  take: (events: readonly StreamEvent[]) => Promise<void> | void,
): Promise<void> {
  const end = watchOutputEnd();
  let hasEnded = false;
  end.came.then(() => {
    hasEnded = true;
  });
  let lastId: string | null = null;
  let isLost = false;
  try {
    while (!hasEnded && !isOutputClosed()) {
      let came: StreamEvent[] = [];
      let bell = Promise.withResolvers<void>();
      const stream = await open(invocation, lastId, (id, event) => {
        lastId = id;
        if (event !== null) came.push(event);
        bell.resolve();
      });
      if (stream === null) {
        if (!isLost) say('No daemon answers; waiting for the next one.');
        isLost = true;
        await Promise.race([pause(PAUSE_MS), end.came]);
        continue;
      }
      isLost = false;
      let isOver = false;
      const over = Promise.race([stream.closed, end.came]).then(() => {
        isOver = true;
      });
      while (!isOver) {
        const now = came;
        came = [];
        bell = Promise.withResolvers<void>();
        await take(now);
        if (came.length === 0) await Promise.race([bell.promise, over]);
      }
      await take(came);
      stream.close();
      // A daemon that stops still takes connections for a moment, and ends them at once.
      await Promise.race([pause(PAUSE_MS / 5), end.came]);
    }
  } finally {
    end.stop();
  }
}

/** An open stream; null where no daemon answers. */
async function open(
  invocation: Invocation,
  lastId: string | null,
  onEvent: (id: string, event: StreamEvent | null) => void,
): Promise<Hold | null> {
  try {
    const client = await reachRunning(invocation);
    const stream = client.events(lastId, onEvent);
    await stream.opened;
    return stream;
  } catch (error) {
    if (error instanceof StyxyError && error.code === 'DAEMON_UNREACHABLE') return null;
    throw error;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
