// Owns the change: one row put or removed, with the row before it, so that the same value is applied, stored and undone.

import type { AuditEntry, EndCause } from './audit.ts';
import type { Instance, Pulse } from './instance.ts';
import type { Lease, Protocol, Vitals } from './lease.ts';
import type { NamedRange } from './range-placement.ts';
import type { Refusal } from './refusal.ts';

/** The port that a key had last, so that it gets the same one again (contract, "Key"). */
export interface KeyMemory {
  readonly protocol: Protocol;
  readonly port: number;
  /** How many consecutive ports the lease had. */
  readonly count: number;
  readonly projectPath: string | null;
  /** When the key was last used, in coordinator time (ms), to a day's precision. */
  readonly usedAt: number;
}

/** A port that rests after a forced end, or after a stranger was found on it. */
export interface Quarantine {
  /** When the rest ends, in coordinator time (ms). */
  readonly until: number;
  /** How long this rest is (ms): it doubles when it repeats. */
  readonly restMs: number;
  /** The key that held the port last, which quarantine does not bind. */
  readonly key: string | null;
}

/** The range that a service type got by itself, at its first request. */
export interface AutomaticRange extends NamedRange {
  /** Wall-clock time in epoch ms, for people only. */
  readonly madeAt: number;
}

/** The answer to a request id: what was asked, and what the first answer was. */
export interface RequestMemory {
  /** Canonical text of the body, defaults filled in: another body under the same id is a mistake. */
  readonly fingerprint: string;
  /** When it was answered, in coordinator time (ms). */
  readonly answeredAt: number;
  readonly answer: RememberedAnswer;
}

/** `reply` is opaque here: the reply type of the operation that was asked, as plain JSON data. */
export type RememberedAnswer =
  | { readonly kind: 'reply'; readonly reply: unknown }
  | { readonly kind: 'refusal'; readonly refusal: Refusal };

interface Row<Table extends string, Id, Value> {
  readonly table: Table;
  readonly id: Id;
  readonly before: Value | null;
  readonly after: Value | null;
}

/** A stranger whom a probe met, and who asked for the port. */
export interface Meeting {
  readonly protocol: Protocol;
  readonly port: number;
  readonly holder: string | null;
  readonly serviceType: string;
}

/** Changes that the store keeps. */
export type DurableChange =
  /** `cause`: why it ended. */
  | (Row<'lease', string, Lease> & { readonly cause?: EndCause })
  | Row<'key', string, KeyMemory>
  /** `met`: whom the port rests from, where that is no forced end. */
  | (Row<'quarantine', string, Quarantine> & { readonly met?: Meeting })
  | Row<'instance', string, Instance>
  | Row<'request', string, RequestMemory>
  | Row<'range', string, AutomaticRange>
  /** Only ever put; the store alone drops old ones. */
  | Row<'audit', number, AuditEntry>;

/** Changes of what is only observed; they live in memory alone. */
export type VolatileChange =
  | Row<'vitals', string, Vitals>
  | Row<'pulse', string, Pulse>
  | Row<'floor', 'floor', number>;

export type Change = DurableChange | VolatileChange;

/** The id of a quarantine row. */
export function portId(protocol: Protocol, port: number): string {
  return `${protocol}:${port}`;
}

/** The port in the id of a quarantine row. */
export function portOfId(id: string): number {
  return Number(id.slice(id.indexOf(':') + 1));
}

export function isDurable(change: Change): change is DurableChange {
  return change.table !== 'vitals' && change.table !== 'pulse' && change.table !== 'floor';
}

/** The changes that take a state back: inverted, in reverse order. */
export function invert(changes: readonly Change[]): Change[] {
  return changes
    .map((change) => ({ ...change, before: change.after, after: change.before }) as Change)
    .reverse();
}
