// Owns the last step of a run: the lease is given back, so that its port is free at once.

import type { LeaseJson } from '../api/schemas.ts';
import type { Client } from '../client/client.ts';

/** Releases `lease` as its own project and instance. Never fails: what has no holder, the daemon ends by itself. */
export async function releaseLease(reach: () => Promise<Client>, lease: LeaseJson): Promise<void> {
  const query = new URLSearchParams({ fence: String(lease.fence) });
  if (lease.instance_id !== null) query.set('instance_id', lease.instance_id);
  if (lease.project_path !== null) query.set('project_path', lease.project_path);
  try {
    const client = await reach();
    await client.request('DELETE', `/allocate/${encodeURIComponent(lease.lock_id)}?${query}`);
  } catch {
    // Without a daemon there is nobody to tell; the next one finds the holder dead.
  }
}
