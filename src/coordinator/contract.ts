// Owns the coordinator's outward face: what the daemon's handlers and the simulation see of the one writer.

import type { Actor } from '../core/audit.ts';
import type { Command, Moment } from '../core/command.ts';
import type { Vitals } from '../core/lease.ts';
import type { Refusal } from '../core/refusal.ts';
import type { Replies } from '../core/reply.ts';
import type { StateView } from '../core/state.ts';
import type { AuditReader } from './audit-reader.ts';
import type { WatchCounts } from './watch-counts.ts';

export type Outcome<Reply> =
  | { readonly ok: true; readonly reply: Reply }
  | { readonly ok: false; readonly refusal: Refusal };

/** A view for readers, valid during the call only. */
export interface Reading extends Moment {
  readonly state: StateView;
}

export interface CoordinatorHealth {
  /** Whether the last commit succeeded. */
  readonly canCommit: boolean;
  /** Why not, for `status`. */
  readonly reason: string | null;
  /** Group commits since the start. */
  readonly commits: number;
  /** Group commits that failed since the start. */
  readonly failedCommits: number;
  /** Candidates that a probe found taken since the start. */
  readonly conflicts: number;
  /** What the watch did since the start. */
  readonly watch: WatchCounts;
}

export type StepName = 'store' | 'leases' | 'holders' | 'singletons' | 'indexes';

export interface StepReport {
  readonly step: StepName;
  /** `well`: nothing to do; `failed`: the daemon serves without it; `skipped`: the configuration says so. */
  readonly outcome: 'well' | 'mended' | 'failed' | 'skipped';
  /** What was mended, or what it failed with; null where all is well. */
  readonly detail: string | null;
  /** How often it was tried. */
  readonly attempts: number;
}

export interface RecoveryReport {
  readonly steps: readonly StepReport[];
  /** Leases that the store had. */
  readonly restored: number;
  /** Leases that only the audit told of, which are in the store again. */
  readonly rebuilt: number;
}

/** A lease that a connection holds. */
export interface Held {
  /** What was known of the lease when the connection opened; `onSeen` tells of what comes later. */
  readonly vitals: Vitals;
  close(): void;
}

/** The only writer of the state. */
export interface Coordinator {
  /**
   * Decides a command, makes its changes durable, and then answers.
   *
   * @param actor who asks, for the audit; the daemon itself unless given
   * @throws StyxyError STORE_FULL or STORE_UNAVAILABLE when the commit failed; nothing was changed then.
   */
  submit<Kind extends Command['kind']>(
    command: Extract<Command, { kind: Kind }>,
    actor?: Actor,
  ): Promise<Outcome<Replies[Kind]>>;
  /** Reads the state as of a commit: what is not durable yet is not shown. */
  query<T>(read: (reading: Reading) => T): Promise<T>;
  /** Holds a lease while a connection is open; `close` may be called once. Refuses an unknown lease. */
  hold(lockId: string, actor?: Actor): Promise<Outcome<Held>>;
  /** What was recorded, as far as it is committed. */
  readonly audit: AuditReader;
  health(): CoordinatorHealth;
  /** What the start found and did. */
  readonly recovery: RecoveryReport;
  /**
   * Makes a commit of its own, which changes nothing that anybody sees: whether the store takes commits is known then.
   *
   * @throws StyxyError STORE_FULL or STORE_UNAVAILABLE
   */
  proveStore(): Promise<void>;
  /** Finishes what is under way, commits it and closes the store. */
  stop(): Promise<void>;
}
