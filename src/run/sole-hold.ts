// Owns the connection that decides between two runs which were given one lease: the first that holds it has it.

import type { LeaseJson } from '../api/schemas.ts';
import type { HoldEvent } from '../api/schemas-renew.ts';
import type { Client, Hold } from '../client/client.ts';

/** A connection that holds a lease, and that nobody listens to yet. */
export interface SoleHold {
  readonly hold: Hold;
  /** Passes on what the daemon said of the lease until now, and says from now on. */
  listen(onEvent: (event: HoldEvent) => void): void;
}

/**
 * Holds a lease by a connection, unless another one does.
 *
 * @returns null where another connection was first
 * @throws StyxyError LEASE_NOT_FOUND, DAEMON_UNREACHABLE
 */
export async function holdAlone(client: Client, { lock_id: lockId }: LeaseJson): Promise<SoleHold | null> {
  const said: HoldEvent[] = [];
  const begun = Promise.withResolvers<HoldEvent>();
  let pass = (event: HoldEvent): void => {
    said.push(event);
    begun.resolve(event);
  };
  const hold = client.hold(lockId, (event) => pass(event));
  await hold.opened;
  const first = await Promise.race([begun.promise, hold.closed]);
  // A daemon that is about to stop, or an older one, does not say.
  if (first?.holders !== undefined && first.holders > 1) {
    hold.close();
    return null;
  }
  return {
    hold,
    listen(onEvent) {
      pass = onEvent;
      for (const event of said.splice(0)) onEvent(event);
    },
  };
}
