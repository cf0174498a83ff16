// Owns the leases of a project of Compose while its command runs, and what becomes of them at its end: those of containers that go on stay.

import type { LeaseJson } from '../api/schemas.ts';
import { type Client, expectOk } from '../client/client.ts';
import type { StyxyError } from '../errors.ts';
import { type LeasedMove, listenerOf, releaseNew } from './compose-leases.ts';
import { keepLease } from './keeping.ts';

/** How often a lease is renewed that no connection holds, in ms. */
const RENEWAL_MS = 30_000;
/** How long the daemon may take to see that a connection was closed, in ms. */
const CLOSING_MS = 100;

export interface ComposeKeeping {
  /**
   * To be called at the command's end.
   *
   * @param isDone whether it did what it was asked to
   * @returns the leases whose containers go on
   */
  finish(isDone: boolean): Promise<readonly LeasedMove[]>;
}

export interface ComposeKeepingOptions {
  readonly reach: () => Promise<Client>;
  readonly leased: readonly LeasedMove[];
  /**
   * Whether the containers are meant to go on. Then no connection holds the leases: at its end they would be those of
   * servers that somebody left behind, and a container belongs to nobody who could.
   */
  readonly isDetached: boolean;
  readonly onLost: (lease: LeaseJson, why: StyxyError) => void;
}

export function keepComposeLeases(options: ComposeKeepingOptions): ComposeKeeping {
  const { reach, leased, isDetached, onLost } = options;
  const keepings = isDetached
    ? []
    : leased.map(({ lease }) =>
        keepLease({ reach, lease, onEvent: () => {}, onLost: (why) => onLost(lease, why) }),
      );
  const renewal = isDetached ? setInterval(() => void renew(reach, leased), RENEWAL_MS) : undefined;
  return {
    finish: async (isDone) => {
      clearInterval(renewal);
      for (const keeping of keepings) keeping.stop();
      let going: readonly LeasedMove[] = [];
      try {
        const client = await reach();
        going = await listenedTo(client, leased);
        const ended = leased.filter((each) => !going.includes(each));
        // What was made and not started yet publishes its port later: until then the term keeps it.
        if (!isDetached || !isDone) await releaseNew(client, ended);
      } catch {
        // Without a daemon there is nobody to ask; the next one looks for itself.
      }
      for (const keeping of keepings) keeping.close();
      if (going.length > 0 && !isDetached) {
        await new Promise((resolve) => setTimeout(resolve, CLOSING_MS));
        await renew(reach, going);
      }
      return going;
    },
  };
}

async function listenedTo(client: Client, leased: readonly LeasedMove[]): Promise<readonly LeasedMove[]> {
  const usages = await Promise.all(leased.map(({ lease }) => listenerOf(client, lease)));
  return leased.filter((_, index) => usages[index] !== null);
}

/** Never fails: a lease whose container runs lives by that. */
async function renew(reach: () => Promise<Client>, leased: readonly LeasedMove[]): Promise<void> {
  try {
    const client = await reach();
    for (const { lease } of leased) {
      const path = `/allocate/${encodeURIComponent(lease.lock_id)}/heartbeat`;
      expectOk(await client.request('PUT', path, { fence: lease.fence }));
    }
  } catch {
    // It is tried again, or the lease was ended by somebody.
  }
}
