// Owns what a coordinator is made from: every effect behind an interface, so that a simulation can supply its own.

import type { AuditEntry } from '../core/audit.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { AutomaticRange } from '../core/change.ts';
import type { HolderFacts } from '../core/command.ts';
import type { Lease, LeaseEntry, Vitals } from '../core/lease.ts';
import type { Clock, PortProbe, PortTable, ProcessTable } from '../os/os.ts';
import type { Store } from '../store/store.ts';
import type { Scheduler } from './scheduler.ts';
import type { Timings } from './timings.ts';

/** What a start does beside loading; `recovery.system_recovery` of the configuration. */
export interface StartupPolicy {
  /** Whether leases that the store lost are taken from the audit, singletons marked and indexes compared. */
  readonly isMending: boolean;
  /** Whether listeners and holders are looked at before anybody is served. */
  readonly isLooking: boolean;
  /** How often a step that fails is tried. */
  readonly attempts: number;
}

export const DEFAULT_STARTUP: StartupPolicy = { isMending: true, isLooking: true, attempts: 3 };

export interface CoordinatorOptions {
  readonly store: Store;
  readonly probe: PortProbe;
  readonly ports: PortTable;
  readonly processes: ProcessTable;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** The effective catalogue, asked for at every decision so that a change of configuration counts at once. */
  readonly catalogue: () => Catalogue;
  /** A fresh lock id that cannot be guessed. */
  readonly newLockId: () => string;
  /** Whether a project directory is still there; in doubt, true. */
  readonly directoryExists: (path: string) => boolean | Promise<boolean>;
  /** What is known of a lease's holder beside the lease; nothing, unless given. It must not fail. */
  readonly holderFacts?: (entry: LeaseEntry) => HolderFacts | Promise<HolderFacts>;
  /** The daemon's own process, which is among those of whoever started it. */
  readonly daemonPid?: number;
  /** Told of every lease that is gone, released or ended, once that is committed. */
  readonly onEnded?: (lockId: string) => void;
  /** Told of every automatic range that is made, moved or taken back (null), once that is committed. */
  readonly onRange?: (
    serviceType: string,
    range: AutomaticRange | null,
    former: AutomaticRange | null,
  ) => void;
  /** Told of every event of the audit, in the order of their numbers, once it is committed. */
  readonly onEvent?: (event: AuditEntry) => void;
  /** Told of every lease that is in another state than before, or whose program is on other ports, once that is committed. */
  readonly onSeen?: (lease: Lease, vitals: Vitals) => void;
  /** Told of faults that no command waits for. */
  readonly onFault?: (error: unknown) => void;
  /** What a start does beside loading; everything unless given. */
  readonly startup?: StartupPolicy;
  readonly timings?: Timings;
}
