// Owns the way back from what was stored to a state: the same leases, keys and instances, observed by nobody yet.

import type { AutomaticRange, Change, KeyMemory, Quarantine, RequestMemory } from './change.ts';
import { type Instance, NEW_PULSE } from './instance.ts';
import { type Lease, NEW_VITALS } from './lease.ts';
import { evolve, State } from './state.ts';

export interface Stored {
  readonly leases: readonly Lease[];
  readonly keys: ReadonlyMap<string, KeyMemory>;
  readonly quarantines: ReadonlyMap<string, Quarantine>;
  readonly instances: readonly Instance[];
  readonly requests: ReadonlyMap<string, RequestMemory>;
  readonly ranges: readonly AutomaticRange[];
  readonly fenceCeiling: number;
  /** The number of the last event in the audit; 0 where there is none. */
  readonly lastAudit: number;
}

/**
 * The state that `stored` describes. Every lease begins a full term at `now`, because nobody could renew it while the
 * daemon was away (etcd extends leases after a leader change for the same reason).
 *
 * @param now coordinator time in ms
 */
export function restore(stored: Stored, now: number): State {
  const state = new State(stored.fenceCeiling, stored.lastAudit);
  const changes: Change[] = [{ table: 'floor', id: 'floor', before: 0, after: now }];
  for (const instance of stored.instances) {
    changes.push({ table: 'instance', id: instance.instanceId, before: null, after: instance });
    if (instance.process === null) continue;
    // As with leases below: what lives as long as its process is not over for a silence.
    const after = { ...NEW_PULSE, process: 'unknown' } as const;
    changes.push({ table: 'pulse', id: instance.instanceId, before: null, after });
  }
  // Keys in the order of their projects, so that of two with one name the same one keeps it.
  const age = projectAges(stored.leases);
  const ageOf = ({ projectPath }: KeyMemory): number => age.get(projectPath) ?? Number.POSITIVE_INFINITY;
  const keys = [...stored.keys].sort(
    ([, a], [, b]) => compare(ageOf(a), ageOf(b)) || compare(a.projectPath ?? '', b.projectPath ?? ''),
  );
  for (const [id, after] of keys) changes.push({ table: 'key', id, before: null, after });
  for (const lease of [...stored.leases].sort((a, b) => a.fence - b.fence)) {
    changes.push({ table: 'lease', id: lease.lockId, before: null, after: lease });
    if (lease.pid === null) continue;
    // A process that was not looked at yet is unknown, which is not "none": nobody may take its lease over.
    const after = { ...NEW_VITALS, process: 'unknown' } as const;
    changes.push({ table: 'vitals', id: lease.lockId, before: null, after });
  }
  for (const after of stored.ranges) changes.push({ table: 'range', id: after.name, before: null, after });
  for (const [id, after] of stored.quarantines)
    changes.push({ table: 'quarantine', id, before: null, after });
  for (const [id, after] of stored.requests) changes.push({ table: 'request', id, before: null, after });
  evolve(state, changes);
  return state;
}

/** The oldest live lease of each project, by its fence. */
function projectAges(leases: readonly Lease[]): Map<string | null, number> {
  const ages = new Map<string | null, number>();
  for (const { projectPath, fence } of leases) {
    if (fence < (ages.get(projectPath) ?? Number.POSITIVE_INFINITY)) ages.set(projectPath, fence);
  }
  return ages;
}

function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
