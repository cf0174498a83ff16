// Owns the keeping of a lease while its command lives: a connection that holds it, through restarts of the daemon.

import type { LeaseJson } from '../api/schemas.ts';
import type { HoldEvent } from '../api/schemas-renew.ts';
import type { Client, Hold } from '../client/client.ts';
import { StyxyError } from '../errors.ts';
import type { SoleHold } from './sole-hold.ts';

/** How long to wait before the daemon is looked for again, in ms; doubled each time. */
const FIRST_PAUSE_MS = 20;
const MAX_PAUSE_MS = 1_000;

export interface Keeping {
  /** Stops looking after the lease; the connection that holds it stays until `close`. */
  stop(): void;
  close(): void;
}

export interface KeepOptions {
  /** Reaches a daemon that runs; starting one for its own sake is not a keeper's business. */
  readonly reach: () => Promise<Client>;
  readonly lease: LeaseJson;
  /** A connection that holds it already. */
  readonly first?: SoleHold | null;
  /** Takes what the daemon says of the lease. */
  readonly onEvent: (event: HoldEvent) => void;
  /** Called once when the lease is gone and cannot be held any more; the command goes on. */
  readonly onLost: (why: StyxyError) => void;
}

/**
 * Holds a lease until it is told to stop. Losing the daemon is nobody's death: the next one is held on to. The daemon
 * ends the connection of a lease that is gone, so the next try says so at once.
 */
export function keepLease(options: KeepOptions): Keeping {
  const { reach, lease, onEvent, onLost } = options;
  let isStopped = false;
  let hold: Hold | null = null;
  let timer: NodeJS.Timeout | undefined;
  let { first = null } = options;

  const holdOnce = async (): Promise<void> => {
    if (first !== null) {
      hold = first.hold;
      first.listen(onEvent);
      first = null;
      return;
    }
    const client = await reach();
    if (isStopped) return client.close();
    hold = client.hold(lease.lock_id, onEvent);
    await hold.opened;
  };
  const keep = async (): Promise<void> => {
    let pauseMs = FIRST_PAUSE_MS;
    while (!isStopped) {
      try {
        await holdOnce();
        pauseMs = FIRST_PAUSE_MS;
        await hold?.closed;
      } catch (error) {
        if (!isStopped && isGone(error)) return onLost(error);
        hold?.close();
      }
      if (isStopped) return;
      const pause = pauseMs;
      await new Promise((resolve) => {
        timer = setTimeout(resolve, pause);
      });
      pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    }
  };
  void keep();
  return {
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
    close: () => hold?.close(),
  };
}

/** Whether the daemon itself said that the lease is not ours any more; everything else may pass. */
function isGone(error: unknown): error is StyxyError {
  return error instanceof StyxyError && error.code === 'LEASE_NOT_FOUND';
}
