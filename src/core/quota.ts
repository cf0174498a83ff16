// Owns the quotas: how many leases one project and one instance may hold, so that a loop that runs wild leaves others some.

import type { Catalogue } from './catalogue.ts';
import type { AllocateRequest } from './command.ts';
import type { LeaseEntry } from './lease.ts';
import type { StateView } from './state.ts';

export type Quotas = Pick<Catalogue, 'maxLeasesPerProject' | 'maxLeasesPerInstance'>;
type Owner = Pick<AllocateRequest, 'projectPath' | 'instanceId'>;

/** A quota that is used up. */
export interface UsedQuota {
  /** Its key in the configuration. */
  readonly key: 'quotas.max_leases_per_project' | 'quotas.max_leases_per_instance';
  /** The project's path, or the instance's id. */
  readonly owner: string;
  readonly limit: number;
  /** How many leases its owner has now: more than `limit` where the quota was lowered since. */
  readonly count: number;
}

/**
 * The quota that one more lease would break, or null.
 *
 * @param replaced a lease that ends with the grant, and so does not count
 */
export function usedQuota(
  state: StateView,
  { projectPath, instanceId }: Owner,
  quotas: Quotas,
  replaced?: LeaseEntry,
): UsedQuota | null {
  if (projectPath !== null) {
    const limit = quotas.maxLeasesPerProject;
    const count = state.leaseCountOfProject(projectPath);
    const rest = replaced?.lease.projectPath === projectPath ? count - 1 : count;
    if (rest >= limit) return { key: 'quotas.max_leases_per_project', owner: projectPath, limit, count };
  }
  if (instanceId !== null) {
    const limit = quotas.maxLeasesPerInstance;
    const count = state.leaseCountOfInstance(instanceId);
    const rest = replaced?.lease.instanceId === instanceId ? count - 1 : count;
    if (rest >= limit) return { key: 'quotas.max_leases_per_instance', owner: instanceId, limit, count };
  }
  return null;
}

/** The leases by which these requests would break a quota, all granted: which of them are over by now decides. */
export function leasesInTheWay(state: StateView, requests: readonly Owner[], quotas: Quotas): LeaseEntry[] {
  const more = requests.length - 1;
  const nearly: Quotas = {
    maxLeasesPerProject: quotas.maxLeasesPerProject - more,
    maxLeasesPerInstance: quotas.maxLeasesPerInstance - more,
  };
  const full = requests.filter((request) => usedQuota(state, request, nearly) !== null);
  if (full.length === 0) return [];
  const projects = new Set(full.map(({ projectPath }) => projectPath).filter((path) => path !== null));
  const instances = new Set(full.map(({ instanceId }) => instanceId).filter((id) => id !== null));
  return [...state.leases()].filter(
    ({ lease }) => projects.has(lease.projectPath ?? '') || instances.has(lease.instanceId ?? ''),
  );
}
