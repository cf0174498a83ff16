// Owns the comparison of the indexes with the leases that they are to find.

import { knownName, leaseKey } from './lease.ts';
import type { StateView } from './state.ts';

/**
 * What of the indexes does not agree with the leases, a sentence each; none where all is well.
 *
 * @param limit how many are told at most
 */
export function indexFaults(state: StateView, limit: number): string[] {
  const faults: string[] = [];
  const covered = { tcp: 0, udp: 0 };
  for (const { lease } of state.leases()) {
    if (faults.length >= limit) return faults;
    const { lockId, protocol, instanceId } = lease;
    covered[protocol] += lease.count;
    for (let port = lease.port; port < lease.port + lease.count; port++) {
      if (state.leaseOn(protocol, port)?.lease !== lease)
        faults.push(`${protocol} port ${port} does not lead to lease ${lockId}`);
      if (!state.taken(protocol).has(port)) faults.push(`${protocol} port ${port} does not count as leased`);
    }
    const isAmong = (entries: readonly { readonly lease: typeof lease }[]): boolean =>
      entries.some((entry) => entry.lease === lease);
    const key = leaseKey(lease);
    if (key !== null && !isAmong(state.leasesOfKey(key)))
      faults.push(`lease ${lockId} is not found by its key`);
    if (instanceId !== null && !isAmong(state.leasesOfInstance(instanceId)))
      faults.push(`lease ${lockId} is not found by its instance`);
    if (lease.singleton && !isAmong(state.singletons(knownName(lease))))
      faults.push(`lease ${lockId} is not found as a singleton`);
  }
  for (const protocol of ['tcp', 'udp'] as const) {
    const { size } = state.taken(protocol);
    if (size !== covered[protocol])
      faults.push(`${size} ${protocol} ports count as leased, and leases cover ${covered[protocol]}`);
  }
  return faults.slice(0, limit);
}
