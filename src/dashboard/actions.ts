// Owns what the user can do from the page, each with what is said about it afterwards.

import type { LeaseJson, ReleaseAnswer } from '../api/schemas.ts';
import type { CleanupAnswer } from '../api/schemas-cleanup.ts';
import type { EndOrphanAnswer } from '../api/schemas-dashboard.ts';
import { request } from './api.ts';

/**
 * Releases a lease, whoever's it is: the user was told.
 *
 * @throws Refused, Unreachable
 */
export async function release({ lock_id: id, fence }: LeaseJson): Promise<string> {
  const path = `/allocate/${encodeURIComponent(id)}?fence=${fence}&force=true`;
  return (await request<ReleaseAnswer>('DELETE', path)).message;
}

/** @throws Refused, Unreachable */
export function endOrphan({ lock_id: id }: LeaseJson, isDryRun: boolean): Promise<EndOrphanAnswer> {
  return request('POST', `/allocate/${encodeURIComponent(id)}/end-orphan`, { dry_run: isDryRun });
}

/** @throws Refused, Unreachable */
export function cleanup(options: { force: boolean; isDryRun: boolean }): Promise<CleanupAnswer> {
  return request('POST', '/cleanup', { force: options.force, dry_run: options.isDryRun });
}
