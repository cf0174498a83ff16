// Owns what becomes of a server that outlives its command, as one that put itself into the background: it gets the lease.

import type { CheckAnswer, LeaseJson, SystemUsage } from '../api/schemas.ts';
import type { RenewAnswer } from '../api/schemas-renew.ts';
import { type Client, expectOk } from '../client/client.ts';

const POLL_MS = 100;

/**
 * Makes the process that listens on the lease's port its holder, where it is the lease's own program: everything else
 * of the command has ended. Never fails: what cannot be asked, is released.
 *
 * @param patienceMs how long it may take to listen
 * @returns who has the lease now; null where nobody does
 */
export async function handOver(
  reach: () => Promise<Client>,
  lease: LeaseJson,
  patienceMs: number,
): Promise<SystemUsage | null> {
  try {
    const client = await reach();
    const usage = await ownListener(client, lease, performance.now() + patienceMs);
    if (usage === null) return null;
    const body = { pid: usage.pid, fence: lease.fence };
    const path = `/allocate/${encodeURIComponent(lease.lock_id)}/heartbeat`;
    const renewed = expectOk(await client.request<RenewAnswer>('PUT', path, body));
    // From a sandbox no pid reaches the daemon, and the connection was all that held the lease.
    return renewed.pid === usage.pid ? usage : null;
  } catch {
    return null;
  }
}

async function ownListener(client: Client, lease: LeaseJson, until: number): Promise<SystemUsage | null> {
  const path = `/check/${lease.port}?protocol=${lease.protocol}`;
  for (;;) {
    const { allocated_to: now, system_usage: usage } = expectOk(
      await client.request<CheckAnswer>('GET', path),
    );
    if (usage !== null) {
      const isOwn = now?.lock_id === lease.lock_id && now.state === 'active';
      // Of a process in an unknown directory it cannot be said whose it is.
      return isOwn && usage.pid !== null && usage.cwd !== null ? usage : null;
    }
    if (performance.now() >= until) return null;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
