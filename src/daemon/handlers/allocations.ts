// Owns the handler that lists leases, page by page.

import { leaseJson } from '../../api/lease-json.ts';
import { MAX_PAGE } from '../../api/names.ts';
import type { AllocationsAnswer, AllocationsQuery } from '../../api/schemas.ts';
import type { Reading } from '../../coordinator/contract.ts';
import type { LeaseEntry } from '../../core/lease.ts';
import { snapshot } from '../../core/life.ts';
import type { Handler } from '../context.ts';
import { directory } from './command.ts';

export const listAllocations: Handler<'listAllocations'> = async (context, { query }) => {
  const wanted = { ...query, project_path: await directory(query.project_path, 'project_path') };
  return context.coordinator.query((reading) => page(reading, wanted));
};

type Wanted = Omit<AllocationsQuery, 'project_path'> & { readonly project_path: string | null };

/** Pages go by fence: leases are listed in its order, and it never moves. */
function page(reading: Reading, wanted: Wanted): AllocationsAnswer {
  const { state } = reading;
  const limit = wanted.limit ?? MAX_PAGE;
  const after = wanted.cursor === undefined ? 0 : Number(wanted.cursor);
  const allocations: AllocationsAnswer['allocations'] = [];
  let count = 0;
  let lastFence = 0;
  let hasMore = false;
  for (const entry of state.leases()) {
    if (!isWanted(entry, wanted)) continue;
    count += 1;
    if (entry.lease.fence <= after) continue;
    if (allocations.length === limit) {
      hasMore = true;
      continue;
    }
    allocations.push(leaseJson(snapshot(state, entry, reading)));
    lastFence = entry.lease.fence;
  }
  return { allocations, count, next_cursor: hasMore ? String(lastFence) : null };
}

function isWanted({ lease }: LeaseEntry, wanted: Wanted): boolean {
  if (wanted.service_type !== undefined && lease.serviceType !== wanted.service_type) return false;
  if (wanted.instance_id !== undefined && lease.instanceId !== wanted.instance_id) return false;
  if (wanted.project_path !== null && lease.projectPath !== wanted.project_path) return false;
  if (wanted.port === undefined) return true;
  return wanted.port >= lease.port && wanted.port < lease.port + lease.count;
}
