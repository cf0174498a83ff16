// Owns the commands that the core decides, and what is observed for them.

import type { Actor, AuditFact } from './audit.ts';
import type { Catalogue } from './catalogue.ts';
import type { AutomaticRange, Change } from './change.ts';
import type { LeaseEntry, ProcessLife, Protocol } from './lease.ts';
import type { PortRange } from './port-range.ts';
import type { PortSet } from './port-set.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { NamedRange } from './range-placement.ts';
import type { Refusal } from './refusal.ts';

/** A request for a lease, its fields validated and defaults filled in. */
export interface AllocateRequest {
  readonly serviceType: string;
  readonly serviceName: string | null;
  readonly preferredPort: number | null;
  /** `preferredPort` or a refusal. */
  readonly exact: boolean;
  readonly protocol: Protocol;
  /** Consecutive ports, 1–32. */
  readonly count: number;
  readonly instanceId: string | null;
  readonly projectPath: string | null;
  readonly pid: number | null;
  /** Which process `pid` is now; null when it cannot be known. */
  readonly process: ProcessIdentity | null;
  /** The term in ms; null takes the configured one. */
  readonly ttlMs: number | null;
  /** Never an existing lease. */
  readonly fresh: boolean;
  /** Whether `projectPath` is a linked worktree, which gives a new instance the `features` template. */
  readonly linkedWorktree: boolean;
  /** `process` listens on `preferredPort` already: the port is leased to it as it is, without a probe. */
  readonly adopt?: true;
}

export interface AllocateCommand {
  readonly kind: 'allocate';
  readonly request: AllocateRequest;
  readonly requestId: string | null;
}

/** Up to 64 requests, all granted or none. */
export interface BatchCommand {
  readonly kind: 'batch';
  readonly allocations: readonly AllocateCommand[];
}

export interface RenewCommand {
  readonly kind: 'renew';
  readonly lockId: string;
  readonly ttlMs: number | null;
  readonly pid: number | null;
  readonly process: ProcessIdentity | null;
  readonly fence: number | null;
  /** `pid` becomes the holder only where no live one is known; of two at once, one is refused. */
  readonly claim: boolean;
}

/** Who asks for a release; an active lease of somebody else needs `force`. */
export interface ReleaseCommand {
  readonly kind: 'release';
  readonly lockId: string;
  readonly fence: number | null;
  readonly callerInstanceId: string | null;
  readonly callerProjectPath: string | null;
  readonly force: boolean;
}

/** A connection that holds the lease was opened (+1) or closed (−1). */
export interface HoldCommand {
  readonly kind: 'hold';
  readonly lockId: string;
  readonly delta: 1 | -1;
}

/** What was seen after a holding connection closed: whether the lease is left without any holder. */
export interface AbandonCommand {
  readonly kind: 'abandon';
  readonly lockId: string;
  /** When the connection closed, in coordinator time (ms): who renewed or asked again since then is the holder. */
  readonly since: number;
  /** Whether the lease's own program listens. */
  readonly listening: boolean;
}

export interface RegisterCommand {
  readonly kind: 'register';
  readonly instanceId: string;
  readonly workingDirectory: string | null;
  readonly linkedWorktree: boolean;
  readonly template: string | null;
  readonly pid: number | null;
  readonly process: ProcessIdentity | null;
  readonly ttlMs: number | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface InstanceHeartbeatCommand {
  readonly kind: 'instance-heartbeat';
  readonly instanceId: string;
}

export interface RetireCommand {
  readonly kind: 'retire';
  readonly instanceId: string;
}

/** What was seen of one leased port: `none` listens, `own`, a proven `stranger`, or the table could not be read. */
export type ListenerSight = 'none' | 'own' | 'stranger' | 'unknown';

/** One pass of observation over leases and instances; whoever is missing from a map was not looked at. */
export interface ObserveCommand {
  readonly kind: 'observe';
  /** By lock id: what listens on the lease's ports. */
  readonly listeners: ReadonlyMap<string, ListenerSight>;
  /** By lock id: on which other ports the holder's program listens, none where it is on its own. */
  readonly drifts?: ReadonlyMap<string, readonly number[]>;
  /** By lock id: the process that listens, where it is proven to be of the holder's tree. */
  readonly servers?: ReadonlyMap<string, ProcessIdentity>;
  /** By lock id: the life of the process that `pid` names. */
  readonly holders: ReadonlyMap<string, ProcessLife>;
  /** By instance id. */
  readonly instances: ReadonlyMap<string, ProcessLife>;
}

/** Ends leases that are over: of all, or of those with the given ids. */
export interface SweepCommand {
  readonly kind: 'sweep';
  readonly lockIds?: readonly string[];
}

/** Forgets rests, keys, request ids and instances that are too old: all, or some `limit` of them, which is `isPartial`. */
export interface ForgetCommand {
  readonly kind: 'forget';
  readonly limit?: number;
}

/** The machine slept or the daemon was stopped: no term and no silence counts from before `now`. */
export interface WakeCommand {
  readonly kind: 'wake';
}

/** Ends what nobody uses: of all leases, or of those with the given ids. */
export interface CleanupCommand {
  readonly kind: 'cleanup';
  readonly lockIds?: readonly string[];
  /** Idle and reserved leases too, never one with a live listener. */
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** Takes an automatic range back. */
export interface UndoRangeCommand {
  readonly kind: 'undo-range';
  readonly serviceType: string;
  /** Ends the leases of the type, which otherwise keep the range. */
  readonly force: boolean;
}

/** Closes the holes that undone ranges left: of all automatic ranges, or some of them at a time. */
export interface ConsolidateCommand {
  readonly kind: 'consolidate';
  /** Whether anything is moved, or only the plan shown. */
  readonly apply: boolean;
  /** Where the command before this one stopped. */
  readonly since?: ConsolidateProgress;
  /** How many ranges are looked at by this one; all that are left unless given. */
  readonly limit?: number;
  /** Moves that commands before this one planned and did not make: they count as made. */
  readonly planned?: readonly RangeMove[];
}

/** How far commands came that look at some ranges each. */
export interface ConsolidateProgress {
  /** How many ranges were looked at, the oldest first. */
  readonly offset: number;
  /** The holes beside ranges in use, which others may close. */
  readonly left: readonly PortRange[];
}

/** One automatic range at its old and its new place. */
export interface RangeMove {
  readonly from: AutomaticRange;
  readonly to: AutomaticRange;
}

/** The configuration is another one: leases say anew whether they are singletons. Decisions go by it already. */
export interface MarkSingletonsCommand {
  readonly kind: 'mark-singletons';
}

/** Takes facts into the audit that belong to no other change of the store. */
export interface RecordCommand {
  readonly kind: 'record';
  readonly facts: readonly AuditFact[];
}

/** The configuration is another one: automatic ranges that it has taken the place of are let go. */
export interface SettleRangesCommand {
  readonly kind: 'settle-ranges';
  /** Types whose ranges stay, whatever the configuration says of them: it does not know them yet. */
  readonly except: readonly string[];
  /** Ranges that the former configuration had, and that somebody took out of it. */
  readonly dropped: readonly NamedRange[];
}

export type Command =
  | AllocateCommand
  | BatchCommand
  | RenewCommand
  | ReleaseCommand
  | HoldCommand
  | AbandonCommand
  | RegisterCommand
  | InstanceHeartbeatCommand
  | RetireCommand
  | ObserveCommand
  | SweepCommand
  | ForgetCommand
  | WakeCommand
  | CleanupCommand
  | UndoRangeCommand
  | ConsolidateCommand
  | MarkSingletonsCommand
  | SettleRangesCommand
  | RecordCommand;

/** The moment of a decision. The core has no clock of its own. */
export interface Moment {
  /** Coordinator time in ms: monotonic, goes on across restarts, never the wall clock. Every rule reads this one. */
  readonly now: number;
  /** Wall clock in epoch ms, for what people read; with its fraction, so that it moves in step with `now`. */
  readonly wall: number;
}

/** What is known of a lease's holder beside the lease, in words. */
export interface HolderFacts {
  /** The branch of the project's checkout. */
  readonly branch: string | null;
  /** Who listens, such as `ollama serve (pid 4121)`. */
  readonly server: string | null;
}

/** What the coordinator observed for one command so far, and the randomness it may use. */
export interface Observed {
  readonly catalogue: Catalogue;
  /** Who asks, for the audit alone: no rule reads it. */
  readonly actor: Actor;
  /**
   * By `portId`: ports that probes found taken, with a sentence about the holder, null where nobody knows it, and
   * undefined where that was not looked up yet.
   */
  readonly busy: ReadonlyMap<string, string | null | undefined>;
  /** By `portId`: ports that probes found free for this very command. */
  readonly clear: ReadonlySet<string>;
  /** Ports that other commands are about to be granted: candidates whose probe is under way. */
  readonly pending: Readonly<Record<Protocol, PortSet>>;
  /** Project directories looked at: whether they still exist. */
  readonly directories: ReadonlyMap<string, boolean>;
  /** By lock id: what is known of the holders that were asked about. */
  readonly holders: ReadonlyMap<string, HolderFacts>;
  /** Fresh lock ids, one for each lease that the command may grant. */
  readonly lockIds: readonly string[];
}

/** A port that must be found free before it is granted. */
export interface Probe {
  readonly protocol: Protocol;
  readonly port: number;
}

/** What a decision makes happen. */
interface Effects {
  readonly changes: readonly Change[];
  /** What the audit is to record once this is done, where nothing of it is stored. */
  readonly notes?: readonly AuditFact[];
}

/**
 * What the core says to a command: an answer or a refusal with the changes it makes, or what it must know first.
 * `probe`, `look` and `meet` are answered by deciding again with the result in `Observed`.
 */
export type Decision<Reply> =
  | ({ readonly kind: 'answer'; readonly reply: Reply } & Effects)
  | ({ readonly kind: 'refuse'; readonly refusal: Refusal } & Effects)
  | { readonly kind: 'probe'; readonly probes: readonly Probe[] }
  | { readonly kind: 'look'; readonly directories: readonly string[] }
  | { readonly kind: 'meet'; readonly entry: LeaseEntry };
