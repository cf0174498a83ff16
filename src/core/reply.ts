// Owns the replies that commands get: what was granted, renewed, ended, seen.

import type { EndReason } from './audit.ts';
import type { AutomaticRange } from './change.ts';
import type { ConsolidateProgress, RangeMove } from './command.ts';
import type { InstanceEntry } from './instance.ts';
import type { LeaseEntry } from './lease.ts';
import type { NamedRange } from './range-placement.ts';

/** A port that was found taken on the way to the answer, and by whom, as far as that is known. */
export interface SkippedPort {
  readonly port: number;
  readonly holder: string | null;
}

/** A lease as it was at one moment: all that its JSON form is made from. */
export interface LeaseSnapshot extends LeaseEntry {
  /** What is left of the term in ms; null while it renews itself. */
  readonly remainingMs: number | null;
  /** Wall-clock time of the snapshot, epoch ms. */
  readonly at: number;
  /** Its name below `localhost`; missing in answers that an older version remembered under a request id. */
  readonly host?: string;
}

export interface AllocateReply {
  readonly snapshot: LeaseSnapshot;
  readonly existing: boolean;
  readonly message: string;
  readonly skipped: readonly SkippedPort[];
  /** The range that was made for its type, where it had none. */
  readonly autoAllocated?: NamedRange;
}

export interface BatchReply {
  readonly allocations: readonly AllocateReply[];
}

export interface LeaseReply {
  readonly snapshot: LeaseSnapshot;
}

export interface InstanceReply {
  readonly entry: InstanceEntry;
  readonly created: boolean;
}

export interface RetireReply {
  readonly instanceId: string;
  readonly released: readonly LeaseSnapshot[];
}

export interface EndedLease {
  readonly snapshot: LeaseSnapshot;
  readonly reason: EndReason;
}

export interface ObserveReply {
  /** The leases that are in another state than before, whose program is on other ports, or is seen to serve at last. */
  readonly news: readonly LeaseEntry[];
}

export interface SweepReply {
  readonly ended: readonly EndedLease[];
}

/** Why a lease stays at a clean-up. */
export type KeepReason =
  | 'listens'
  | 'orphan-listens'
  | 'held'
  | 'holder-lives'
  | 'holder-unknown'
  | 'instance-lives'
  | 'stranger-listens'
  | 'listener-unknown'
  | 'term-runs';

export interface KeptLease {
  readonly snapshot: LeaseSnapshot;
  readonly reason: KeepReason;
}

export interface CleanupReply {
  readonly cleaned: readonly EndedLease[];
  readonly kept: readonly KeptLease[];
}

export interface UndoRangeReply {
  readonly range: AutomaticRange;
  /** How many leases ended with it. */
  readonly ended: number;
}

export interface ConsolidateReply {
  readonly moves: readonly RangeMove[];
  /** Where the next command goes on; null where no range is left. */
  readonly next: ConsolidateProgress | null;
}

export interface MarkReply {
  /** How many leases are singletons now and were none, or the other way round. */
  readonly marked: number;
}

export interface SettleReply {
  /** How many automatic ranges are let go. */
  readonly settled: number;
}

/** The reply that belongs to each command. */
export interface Replies {
  allocate: AllocateReply;
  batch: BatchReply;
  renew: LeaseReply;
  release: LeaseReply;
  hold: LeaseReply;
  abandon: Record<string, never>;
  register: InstanceReply;
  'instance-heartbeat': InstanceReply;
  retire: RetireReply;
  observe: ObserveReply;
  sweep: SweepReply;
  forget: { readonly isPartial: boolean };
  wake: Record<string, never>;
  cleanup: CleanupReply;
  'undo-range': UndoRangeReply;
  consolidate: ConsolidateReply;
  'mark-singletons': MarkReply;
  'settle-ranges': SettleReply;
  record: Record<string, never>;
}
