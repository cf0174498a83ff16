// Owns the audit's words: what can happen, to what, by whom, why, and the event that says so.

import type { AuditEvent } from './audit-events.ts';
import type { Lease, Protocol, Vitals } from './lease.ts';

/** Why a lease ended without being released by its holder. */
export type EndReason =
  | 'term-over'
  | 'holder-dead'
  | 'hold-closed'
  | 'instance-ended'
  | 'listener-gone'
  | 'forced';

/** Why a lease ended; what `EndReason` does not have was asked for. */
export type EndCause =
  | EndReason
  | 'released'
  | 'released-by-force'
  | 'instance-retired'
  | 'range-undone'
  | 'replaced';

/** Who made a change, as far as that is known. What a client says of itself is not proven. */
export interface Actor {
  readonly instanceId: string | null;
  readonly pid: number | null;
  /** The program, such as `styxy run`, never its arguments. */
  readonly command: string | null;
}

/** What an event is about. A lease is one, as it is. */
export interface AuditSubject {
  readonly lockId: string | null;
  readonly protocol: Protocol | null;
  /** The first port, of a lease or of a range. */
  readonly port: number | null;
  /** How many consecutive ports there are from it on. */
  readonly count: number | null;
  readonly serviceType: string | null;
  readonly serviceName: string | null;
  readonly instanceId: string | null;
  readonly projectPath: string | null;
}

/** What happened. */
export interface AuditFact {
  readonly event: AuditEvent;
  /** A word, or a sentence where no word would do. */
  readonly reason: string | null;
  readonly subject: AuditSubject;
  /** The lease as it is from then on, where the event made it so: the leases can be rebuilt from these. */
  readonly lease: Lease | null;
}

/** An event: what happened, when, and who asked for it. */
export interface AuditEntry extends AuditFact {
  /** Rises by one with each event; never used twice for what was committed. */
  readonly seq: number;
  /** Wall-clock epoch ms, for people only. */
  readonly at: number;
  /** Coordinator time in ms, which retention counts in. */
  readonly moment: number;
  readonly actor: Actor;
}

/** Where nobody is known. */
export const NOBODY: Actor = { instanceId: null, pid: null, command: null };

/** A plain renewal of a lease is recorded once in this time (ms): clients may renew every few seconds. */
export const RENEWAL_NOTE_MS = 600_000;

export const NO_SUBJECT: AuditSubject = {
  lockId: null,
  protocol: null,
  port: null,
  count: null,
  serviceType: null,
  serviceName: null,
  instanceId: null,
  projectPath: null,
};

/** When a renewal now is noted: at once where it changes the lease or the last note is long ago, else as before. */
export function notedAt(vitals: Vitals, isChanged: boolean, now: number): number {
  const isDue = vitals.notedAt === null || now - vitals.notedAt >= RENEWAL_NOTE_MS;
  return isChanged || isDue ? now : (vitals.notedAt ?? now);
}
