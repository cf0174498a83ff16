// Owns what is counted while requests are answered: one addition each. All else is asked for when somebody scrapes.

import type { AuditEntry } from '../core/audit.ts';

/** More service types than this share one label: whoever asks for ever new ones must not fill the memory of two programs. */
const MAX_TYPES = 200;
/** What is no name of a route or a type; in brackets, so that it is none of them. */
export const OTHER = '(other)';
export const NO_ROUTE = '(none)';
export const REFUSED = '(refused)';

/** Counts by two labels. */
export type Counts = ReadonlyMap<string, ReadonlyMap<string, number>>;

export interface Tally {
  /** A request that got a port. @param skipped how many taken ports it passed over */
  granted(serviceType: string, isExisting: boolean, skipped: number): void;
  /** A request that got none. @param serviceType as it was asked for, which may be anything */
  refused(serviceType: string, code: string): void;
  request(operation: string, status: number): void;
  event(event: AuditEntry): void;
  /** By service type and outcome. */
  readonly allocations: Counts;
  /** By operation and status. */
  readonly requests: Counts;
  /** By name of the event, under the empty string. */
  readonly events: Counts;
  /** Ports that answers passed over, and how many answers did. */
  readonly avoided: { readonly ports: number; readonly grants: number };
}

/** @param isConfigured whether the configuration has a service type */
export function createTally(isConfigured: (serviceType: string) => boolean): Tally {
  const allocations = new Map<string, Map<string, number>>();
  const requests = new Map<string, Map<string, number>>();
  const events = new Map<string, Map<string, number>>();
  const avoided = { ports: 0, grants: 0 };
  const labelOf = (serviceType: string, isType: boolean): string =>
    allocations.has(serviceType) || (isType && allocations.size < MAX_TYPES) ? serviceType : OTHER;
  return {
    granted(serviceType, isExisting, skipped) {
      add(allocations, labelOf(serviceType, true), isExisting ? 'existing' : 'granted');
      if (skipped === 0) return;
      avoided.ports += skipped;
      avoided.grants += 1;
    },
    refused: (serviceType, code) =>
      add(allocations, labelOf(serviceType, isConfigured(serviceType)), code.toLowerCase()),
    request: (operation, status) => add(requests, operation, String(status)),
    event: ({ event }) => add(events, '', event),
    allocations,
    requests,
    events,
    avoided,
  };
}

function add(counts: Map<string, Map<string, number>>, first: string, second: string): void {
  let inner = counts.get(first);
  if (inner === undefined) {
    inner = new Map();
    counts.set(first, inner);
  }
  inner.set(second, (inner.get(second) ?? 0) + 1);
}
