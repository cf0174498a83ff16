// Owns the memory store: the same promises as a database within one process, for tests and the simulation.

import type { AuditEntry } from '../core/audit.ts';
import {
  type AutomaticRange,
  type DurableChange,
  type KeyMemory,
  portId,
  type Quarantine,
  type RequestMemory,
} from '../core/change.ts';
import type { Instance } from '../core/instance.ts';
import type { Lease, Protocol } from '../core/lease.ts';
import { StyxyError } from '../errors.ts';
import { countPart, nearestTo, readPart, spanOf, standingPart, trimPart } from './memory-audit.ts';
import type { Store, StoredState } from './store.ts';

/** What was committed. It outlives the store that wrote it, as a disk outlives a process: open the next one on it. */
export interface MemoryDisk {
  readonly leases: Map<string, Lease>;
  /** Which lock holds a port, by `portId`. */
  readonly ports: Map<string, string>;
  readonly keys: Map<string, KeyMemory>;
  readonly quarantines: Map<string, Quarantine>;
  readonly instances: Map<string, Instance>;
  readonly requests: Map<string, RequestMemory>;
  readonly ranges: Map<string, AutomaticRange>;
  /** By number. */
  readonly audit: Map<number, AuditEntry>;
  readonly notes: Map<string, string>;
  fenceCeiling: number;
  elapsedMs: number;
  /** How many commits with changes were made. */
  commits: number;
}

/** What a store is about to write; a fault thrown by the hook makes the write fail with nothing changed. */
export type MemoryWrite =
  | { readonly kind: 'commit'; readonly changes: readonly DurableChange[] }
  | { readonly kind: 'fences'; readonly ceiling: number }
  | { readonly kind: 'elapsed'; readonly elapsedMs: number }
  | { readonly kind: 'trim' }
  | { readonly kind: 'note'; readonly name: string; readonly value: string };

export interface MemoryStoreOptions {
  /** Where commits go; a fresh disk unless given. */
  readonly disk?: MemoryDisk;
  /** Called before each write; what it throws is what the caller gets. */
  readonly beforeWrite?: (write: MemoryWrite) => void;
}

export interface MemoryStore extends Store {
  readonly disk: MemoryDisk;
}

export function createMemoryDisk(): MemoryDisk {
  return {
    leases: new Map(),
    ports: new Map(),
    keys: new Map(),
    quarantines: new Map(),
    instances: new Map(),
    requests: new Map(),
    ranges: new Map(),
    audit: new Map(),
    notes: new Map(),
    fenceCeiling: 0,
    elapsedMs: 0,
    commits: 0,
  };
}

/** A copy of `disk` that later commits do not reach. */
export function snapshotDisk(disk: MemoryDisk): MemoryDisk {
  return {
    leases: new Map(disk.leases),
    ports: new Map(disk.ports),
    keys: new Map(disk.keys),
    quarantines: new Map(disk.quarantines),
    instances: new Map(disk.instances),
    requests: new Map(disk.requests),
    ranges: new Map(disk.ranges),
    audit: new Map(disk.audit),
    notes: new Map(disk.notes),
    fenceCeiling: disk.fenceCeiling,
    elapsedMs: disk.elapsedMs,
    commits: disk.commits,
  };
}

/**
 * A store that keeps everything on a `MemoryDisk`.
 *
 * A crash is simulated by dropping the store and opening another on the same disk.
 *
 * @throws from its methods: StyxyError STORE_UNAVAILABLE for a change that contradicts what is stored and after
 *   `close`, and whatever `beforeWrite` throws
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const disk = options.disk ?? createMemoryDisk();
  let isOpen = true;
  const begin = (write: MemoryWrite | null): void => {
    if (!isOpen) throw new StyxyError('STORE_UNAVAILABLE', 'the memory store is closed');
    if (write !== null) options.beforeWrite?.(write);
  };
  return {
    kind: 'memory',
    disk,
    audit: {
      span() {
        begin(null);
        return spanOf(disk.audit);
      },
      nearest(seq, isForward) {
        begin(null);
        return nearestTo(disk.audit, seq, isForward);
      },
      read(window, filter, limit, isForward) {
        begin(null);
        return readPart(disk.audit, window, filter, limit, isForward);
      },
      standing() {
        begin(null);
        return standingPart(disk.audit);
      },
      count(window, filter) {
        begin(null);
        return countPart(disk.audit, window, filter);
      },
      trim(after, cut, limit) {
        begin({ kind: 'trim' });
        return trimPart(disk.audit, disk.leases, after, cut, limit);
      },
    },
    load(): StoredState {
      begin(null);
      return {
        leases: [...disk.leases.values()],
        keys: new Map(disk.keys),
        quarantines: new Map(disk.quarantines),
        instances: [...disk.instances.values()],
        requests: new Map(disk.requests),
        ranges: [...disk.ranges.values()],
        fenceCeiling: disk.fenceCeiling,
        elapsedMs: disk.elapsedMs,
        lastAudit: spanOf(disk.audit)?.last ?? 0,
        setAside: [],
      };
    },
    commit(changes) {
      begin({ kind: 'commit', changes });
      commitAll(disk, changes);
    },
    reserveFences(ceiling) {
      begin({ kind: 'fences', ceiling });
      disk.fenceCeiling = Math.max(disk.fenceCeiling, ceiling);
    },
    saveElapsed(elapsedMs) {
      begin({ kind: 'elapsed', elapsedMs });
      disk.elapsedMs = elapsedMs;
    },
    readNote(name) {
      begin(null);
      return disk.notes.get(name) ?? null;
    },
    writeNote(name, value) {
      begin({ kind: 'note', name, value });
      disk.notes.set(name, value);
    },
    close() {
      isOpen = false;
    },
  };
}

/** Applies all changes or none: each one applied leaves its own undo behind. */
function commitAll(disk: MemoryDisk, changes: readonly DurableChange[]): void {
  const undo: (() => void)[] = [];
  try {
    for (const change of changes) applyChange(disk, change, undo);
    if (changes.length > 0) disk.commits += 1;
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  }
}

function applyChange(disk: MemoryDisk, change: DurableChange, undo: (() => void)[]): void {
  switch (change.table) {
    case 'lease':
      applyLease(disk, change.id, change.before, change.after, undo);
      break;
    case 'key':
      put(disk.keys, change.id, change.after, undo);
      break;
    case 'quarantine':
      put(disk.quarantines, change.id, change.after, undo);
      break;
    case 'instance':
      put(disk.instances, change.id, change.after, undo);
      break;
    case 'request':
      put(disk.requests, change.id, change.after, undo);
      break;
    case 'range':
      put(disk.ranges, change.id, change.after, undo);
      break;
    case 'audit':
      put(disk.audit, change.id, change.after, undo);
      break;
    default:
      change satisfies never;
  }
}

function applyLease(
  disk: MemoryDisk,
  lockId: string,
  before: Lease | null,
  after: Lease | null,
  undo: (() => void)[],
): void {
  if (before !== null) {
    for (const id of portIds(before)) {
      if (disk.ports.get(id) !== lockId) throw contradiction(`lease ${lockId} does not hold ${id}`);
      put(disk.ports, id, null, undo);
    }
  } else if (disk.leases.has(lockId)) {
    throw contradiction(`lease ${lockId} is there already`);
  }
  if (after !== null) {
    for (const id of portIds(after)) {
      const holder = disk.ports.get(id);
      if (holder !== undefined) throw contradiction(`${id} is held by lease ${holder}`);
      put(disk.ports, id, lockId, undo);
    }
  }
  put(disk.leases, lockId, after, undo);
}

function portIds(lease: { protocol: Protocol; port: number; count: number }): string[] {
  return Array.from({ length: lease.count }, (_, i) => portId(lease.protocol, lease.port + i));
}

function contradiction(detail: string): StyxyError {
  return new StyxyError('STORE_UNAVAILABLE', `the change contradicts the store: ${detail}`);
}

function put<Id, Value>(map: Map<Id, Value>, id: Id, value: Value | null, undo: (() => void)[]): void {
  const former = map.get(id);
  undo.push(() => (former === undefined ? map.delete(id) : map.set(id, former)));
  if (value === null) map.delete(id);
  else map.set(id, value);
}
