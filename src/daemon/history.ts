// Owns the last hours in minutes, for charts: what the tally counted in each, and how long a sample of the allocations took.

import type { HistoryMinute } from '../api/schemas-dashboard.ts';
import type { Tally } from './tally.ts';

export const MINUTE_MS = 60_000;
/** Three hours: what somebody who looks at a chart of a day's work remembers. */
export const KEPT_MINUTES = 180;
/** How many allocations of a minute are timed: reading the clock is the only cost, and most minutes have fewer. */
const SAMPLES_PER_MINUTE = 500;
/** Of the others, as many go by until one looks whether the minute is over. */
const UNTIMED = 64;

/** What counts up and never down. */
interface Totals {
  readonly granted: number;
  readonly existing: number;
  readonly refused: number;
  readonly conflicts: number;
  readonly hijacks: number;
}

/** It has no timer, and wakes nobody: a minute is closed by the first allocation or the first look after it. */
export interface History {
  /** The moment at which an allocation begins, in ms; null for one that is not timed. */
  begin(): number | null;
  /** @param begun what `begin` said, at the time of the answer */
  end(begun: number): void;
  /** The minutes, the oldest first, and the one that is not over. */
  minutes(): readonly HistoryMinute[];
}

export interface HistoryOptions {
  readonly tally: Pick<Tally, 'allocations' | 'events'>;
  /** Ports that probes found taken so far. */
  readonly conflicts: () => number;
  readonly monotonic: () => number;
  /** Wall clock in epoch ms. */
  readonly wall: () => number;
}

export function createHistory({ tally, conflicts, monotonic, wall }: HistoryOptions): History {
  let kept: HistoryMinute[] = [];
  let before = totalsOf(tally, conflicts());
  /** The minute that is not over, in minutes of the wall clock. */
  let minute = Math.floor(wall() / MINUTE_MS);
  let samples: number[] = [];
  let untimed = 0;
  const current = (now: Totals): HistoryMinute => ({
    at: timeOf(minute),
    granted: now.granted - before.granted,
    existing: now.existing - before.existing,
    refused: now.refused - before.refused,
    conflicts: now.conflicts - before.conflicts,
    hijacks: now.hijacks - before.hijacks,
    latency_ms: latencyOf(samples),
  });
  /** A clock that was set back stays in the minute in which it was. */
  const close = (): void => {
    const next = Math.floor(wall() / MINUTE_MS);
    if (next <= minute) return;
    const now = totalsOf(tally, conflicts());
    kept.push(current(now));
    before = now;
    samples = [];
    for (let quiet = Math.max(minute + 1, next - KEPT_MINUTES); quiet < next; quiet++) {
      minute = quiet;
      kept.push(current(now));
    }
    minute = next;
    kept = kept.slice(-KEPT_MINUTES);
  };
  return {
    begin() {
      const isTimed = samples.length < SAMPLES_PER_MINUTE;
      if (!isTimed && ++untimed % UNTIMED !== 0) return null;
      close();
      return samples.length < SAMPLES_PER_MINUTE ? monotonic() : null;
    },
    end: (begun) => void samples.push(monotonic() - begun),
    minutes() {
      close();
      return [...kept, current(totalsOf(tally, conflicts()))];
    },
  };
}

function timeOf(minute: number): string {
  return new Date(minute * MINUTE_MS).toISOString();
}

function totalsOf({ allocations, events }: HistoryOptions['tally'], conflicts: number): Totals {
  let granted = 0;
  let existing = 0;
  let refused = 0;
  for (const outcomes of allocations.values()) {
    for (const [outcome, count] of outcomes) {
      if (outcome === 'granted') granted += count;
      else if (outcome === 'existing') existing += count;
      else refused += count;
    }
  }
  return { granted, existing, refused, conflicts, hijacks: events.get('')?.get('hijacked') ?? 0 };
}

function latencyOf(samples: readonly number[]): HistoryMinute['latency_ms'] {
  if (samples.length === 0) return null;
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number => {
    const ms = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return Math.round(ms * 100) / 100;
  };
  return { median: at(0.5), p95: at(0.95), samples: sorted.length };
}
