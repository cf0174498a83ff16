// Owns which leases have to be asked for anew: single ports after single events, all of them after many.

import type { LeaseJson } from '../api/schemas.ts';

/** More ports than this are asked for all at once. */
const MAX_PORTS = 12;

export interface LeaseChanges {
  /** A lease on this port came, went, or is in another state. */
  touch(port: number): void;
  touchAll(): void;
  /** What is to be asked for, which is then out of the list: `all`, some ports, or nothing. */
  take(): 'all' | readonly number[];
}

export function createLeaseChanges(): LeaseChanges {
  const ports = new Set<number>();
  let isAll = false;
  return {
    touch: (port) => void ports.add(port),
    touchAll: () => {
      isAll = true;
    },
    take() {
      const due = isAll || ports.size > MAX_PORTS ? 'all' : [...ports];
      ports.clear();
      isAll = false;
      return due;
    },
  };
}

/** The leases with those of one port put in the place of what was known of it. */
export function withPort(
  known: ReadonlyMap<string, LeaseJson>,
  port: number,
  found: readonly LeaseJson[],
): Map<string, LeaseJson> {
  const next = new Map<string, LeaseJson>();
  for (const [id, lease] of known) if (!lease.ports.includes(port)) next.set(id, lease);
  for (const lease of found) next.set(lease.lock_id, lease);
  return next;
}
