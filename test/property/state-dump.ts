// Owns the plain, comparable picture of a state with all its indexes, for tests that compare states.

import { portId } from '../../src/core/change.ts';
import { knownName, leaseKey, type Protocol } from '../../src/core/lease.ts';
import type { StateView } from '../../src/core/state.ts';

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp'];

/** Everything that a state answers, as plain data. `lastFence` is left out: it only rises, also when undone. */
export function dumpState(state: StateView, ports: readonly number[]): unknown {
  const leases = [...state.leases()];
  const keys = [...state.keys()];
  const keyNames = new Set([
    ...keys.map(([key]) => key),
    ...leases.flatMap(({ lease }) => leaseKey(lease) ?? []),
  ]);
  const instances = [...state.instances()];
  const instanceIds = new Set([
    ...instances.map(({ instance }) => instance.instanceId),
    ...leases.flatMap(({ lease }) => lease.instanceId ?? []),
  ]);
  return structuredClone({
    floor: state.floor,
    lastAudit: state.lastAudit,
    leaseCount: state.leaseCount,
    leases,
    byId: leases.map(({ lease }) => state.lease(lease.lockId)?.lease.fence),
    held: state
      .heldLeases()
      .map(({ lease }) => lease.lockId)
      .sort(),
    watchedInstances: [...state.watchedInstances].sort(),
    byKey: sorted([...keyNames].map((key) => [key, state.leasesOfKey(key).map(({ lease }) => lease.lockId)])),
    byInstance: sorted(
      [...instanceIds].map((id) => [
        id,
        state
          .leasesOfInstance(id)
          .map(({ lease }) => lease.lockId)
          .sort(),
      ]),
    ),
    counts: sorted(
      leases.flatMap(({ lease: { projectPath, instanceId } }) => [
        [`project ${projectPath}`, state.leaseCountOfProject(projectPath ?? '')] as const,
        [`instance ${instanceId}`, state.leaseCountOfInstance(instanceId ?? '')] as const,
      ]),
    ),
    singletons: sorted(
      leases
        .map(({ lease }) => knownName(lease))
        .map((name) => [name, state.singletons(name).map(({ lease }) => lease.lockId)]),
    ),
    keys: sorted(keys),
    quarantines: sorted([...state.quarantines()]),
    instances: sorted(instances.map((entry) => [entry.instance.instanceId, entry])),
    requests: sorted([...state.requests()]),
    ranges: sorted([...state.ranges()].map((range) => [range.name, range])),
    ports: PROTOCOLS.map((protocol) => ({
      taken: [...state.taken(protocol)],
      size: state.taken(protocol).size,
      at: ports.map((port) => [
        port,
        state.leaseOn(protocol, port)?.lease.lockId ?? null,
        state.keyRemembering(protocol, port) ?? null,
        state.quarantine(protocol, port)?.until ?? null,
        portId(protocol, port),
      ]),
    })),
  });
}

function sorted(entries: readonly (readonly [string, unknown])[]): (readonly [string, unknown])[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
