// Owns the doubt: which leases must be looked at before a command is decided, because its decision rests on them.

import type { Catalogue } from '../core/catalogue.ts';
import type { AllocateRequest, Command, ReleaseCommand } from '../core/command.ts';
import { type LeaseEntry, leaseKey } from '../core/lease.ts';
import { isMistrusted } from '../core/lease-commands.ts';
import type { ProcessIdentity } from '../core/process-identity.ts';
import { leasesInTheWay } from '../core/quota.ts';
import { runningSingleton, singletonOf } from '../core/singleton.ts';
import type { StateView } from '../core/state.ts';

/**
 * The leases to look at before a command is decided, or null where nothing is in doubt: an allocation must not join
 * a lease, nor act for an instance, whose process has just died; a release must not miss a new listener.
 *
 * @param isDead looks at a process at this moment
 */
export function inDoubt(
  state: StateView,
  command: Command,
  catalogue: Catalogue,
  isDead: (process: ProcessIdentity | null) => boolean,
): readonly LeaseEntry[] | null {
  switch (command.kind) {
    case 'allocate':
      return state.leaseCount === 0 && isInstanceSound(command.request) ? null : doubtsOf([command.request]);
    case 'batch':
      return doubtsOf(command.allocations.map((one) => one.request));
    case 'renew':
      return withDeadHolder(state.lease(command.lockId));
    case 'release':
      return ofSomebodyElse(state, command);
    default:
      return null;
  }

  function doubtsOf(requests: readonly AllocateRequest[]): readonly LeaseEntry[] | null {
    const matching = requests.flatMap((request) => matches(state, request, catalogue));
    const crowding = leasesInTheWay(state, requests, catalogue);
    const found = crowding.length === 0 ? matching : [...new Set([...matching, ...crowding])];
    const dead = found.filter(({ lease }) => isDead(lease.process) || !isInstanceSound(lease));
    return dead.length === 0 && requests.every(isInstanceSound) ? null : dead;
  }

  function withDeadHolder(entry: LeaseEntry | undefined): readonly LeaseEntry[] | null {
    return entry !== undefined && isDead(entry.lease.process) ? [entry] : null;
  }

  function isInstanceSound({ instanceId }: Pick<AllocateRequest, 'instanceId'>): boolean {
    const known = instanceId === null ? undefined : state.instance(instanceId);
    return known === undefined || known.pulse.process === 'dead' || !isDead(known.instance.process);
  }
}

/** The live leases that an allocation would be given instead of a new one. */
function matches(state: StateView, request: AllocateRequest, catalogue: Catalogue): readonly LeaseEntry[] {
  const key = request.serviceName === null ? null : leaseKey(request);
  const own = key === null ? [] : state.leasesOfKey(key);
  const singleton = singletonOf(catalogue, request);
  const running = singleton === null ? undefined : runningSingleton(state, singleton);
  return running === undefined || own.includes(running) ? own : [...own, running];
}

/**
 * A caller that names itself as somebody else than the holder is not believed to know what the lease is used for: its
 * listener is looked at. Who names nobody has the lock id, which of a singleton everybody is told, of another lease
 * the holder alone: there the last observation counts.
 */
function ofSomebodyElse(state: StateView, command: ReleaseCommand): readonly LeaseEntry[] | null {
  const entry = state.lease(command.lockId);
  if (entry === undefined || command.force || entry.vitals.state === 'active') return null;
  return isMistrusted(entry.lease, command) ? [entry] : null;
}
