// Owns the store's interface: what the coordinator needs of durability, whatever database is behind it.

import type { AutomaticRange, DurableChange, KeyMemory, Quarantine, RequestMemory } from '../core/change.ts';
import type { Instance } from '../core/instance.ts';
import type { Lease } from '../core/lease.ts';
import type { AuditStore } from './audit-store.ts';

/** Everything that a store keeps, as it is read at start. */
export interface StoredState {
  readonly leases: readonly Lease[];
  readonly keys: ReadonlyMap<string, KeyMemory>;
  /** By `portId`. */
  readonly quarantines: ReadonlyMap<string, Quarantine>;
  readonly instances: readonly Instance[];
  readonly requests: ReadonlyMap<string, RequestMemory>;
  readonly ranges: readonly AutomaticRange[];
  /** No fence above this one was ever used; every one up to it counts as used. */
  readonly fenceCeiling: number;
  /** The number of the newest event in the audit, 0 where there is none. The events themselves stay where they are. */
  readonly lastAudit: number;
  /** Coordinator time (ms) when it was last saved; it goes on from here. */
  readonly elapsedMs: number;
  /** Records that could not be read: set aside with a backup, never fatal (invariant 15). */
  readonly setAside: readonly SetAside[];
}

export interface SetAside {
  readonly table: string;
  readonly id: string;
  readonly reason: string;
}

/**
 * A durable store with one writer. A change that was committed survives `kill -9`.
 *
 * Every method may throw or reject with a `StyxyError` of code `STORE_FULL` or `STORE_UNAVAILABLE`; a failed
 * `commit` has changed nothing.
 */
export interface Store {
  /** Which store this is, for `status`: `sqlite` or `memory`. */
  readonly kind: string;
  /** What was recorded, which is written by `commit` like everything else. */
  readonly audit: AuditStore;
  load(): StoredState | Promise<StoredState>;
  /** Makes all of `changes` durable, or none. */
  commit(changes: readonly DurableChange[]): void | Promise<void>;
  /** Promises with a full sync, which also survives a power cut, that no fence above `ceiling` will be used. */
  reserveFences(ceiling: number): void | Promise<void>;
  /** Saves coordinator time, so that ages go on counting after a restart. */
  saveElapsed(elapsedMs: number): void | Promise<void>;
  /** A small value that is no row of the state, such as the last good configuration. */
  readNote(name: string): string | null | Promise<string | null>;
  writeNote(name: string, value: string): void | Promise<void>;
  close(): void | Promise<void>;
}
