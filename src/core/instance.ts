// Owns the instance: an agent session, terminal or checkout that holds leases, and when it counts as gone.

import type { ProcessLife } from './lease.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** How many heartbeats in a row an instance without a process may miss before it is stale (contract, "Instances"). */
export const MISSED_HEARTBEATS = 3;

/** What is stored of an instance. */
export interface Instance {
  readonly instanceId: string;
  readonly workingDirectory: string | null;
  /** Shifts where the instance starts among a type's preferred ports. */
  readonly template: string | null;
  readonly pid: number | null;
  readonly process: ProcessIdentity | null;
  /** Time between heartbeats in milliseconds; only counts without a process. */
  readonly ttlMs: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Wall-clock epoch milliseconds, for people only. */
  readonly registeredAt: number;
}

/** What is known of an instance at this moment; never stored. */
export interface Pulse {
  /** When it was last heard, in coordinator time (ms). */
  readonly heardAt: number;
  readonly process: ProcessLife | 'none';
}

/** What is known of an instance before it was heard. */
export const NEW_PULSE: Pulse = { heardAt: 0, process: 'none' };

export interface InstanceEntry {
  readonly instance: Instance;
  readonly pulse: Pulse;
}

/**
 * Whether an instance is provably over: its process is dead, or, where none is known, it missed three heartbeats.
 *
 * @param now coordinator time in ms
 * @param floor the start of the daemon or the end of a sleep, before which no silence counts
 */
export function isStale(entry: InstanceEntry, now: number, floor: number): boolean {
  if (entry.pulse.process === 'dead') return true;
  if (entry.pulse.process === 'alive') return false;
  if (entry.pulse.process === 'unknown' && entry.instance.process !== null) return false;
  return now - Math.max(entry.pulse.heardAt, floor) >= MISSED_HEARTBEATS * entry.instance.ttlMs;
}
