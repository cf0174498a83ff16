// Owns the coordinator's intervals and block sizes, each with its unit and reason.

export interface Timings {
  /** How often held leases are looked at, and whether a term is over; the contract promises two seconds. */
  readonly tickMs: number;
  /** How often all leases are looked at, their listeners and processes; the contract promises ten seconds. */
  readonly passMs: number;
  /** How old a table of listeners may be that a look shares with others: two seconds are short. */
  readonly sharedTableMs: number;
  /** A tick this late means that the machine slept or the daemon was stopped. */
  readonly sleepGapMs: number;
  /** How often old keys, request ids, rests and instances are looked for, to be forgotten. */
  readonly housekeepingMs: number;
  /** How often coordinator time is saved; after a crash ages count this much less, never more. */
  readonly saveElapsedMs: number;
  /** How many fences are reserved with one full sync. A restart uses up what is left, so more would not be for free. */
  readonly fenceBlock: number;
  /** How long after a hold closed its holder's process is looked at again. */
  readonly secondLookMs: number;
  /** How many leases are looked at before other work gets its turn: for each a process, or a few, at some 20 µs. */
  readonly lookSlice: number;
  /** How many leases are ended, and as many old rows forgotten, before other work gets its turn. */
  readonly sweepSlice: number;
}

export const DEFAULT_TIMINGS: Timings = {
  tickMs: 1000,
  passMs: 5000,
  sharedTableMs: 200,
  sleepGapMs: 10_000,
  housekeepingMs: 60_000,
  saveElapsedMs: 600_000,
  fenceBlock: 10_000,
  secondLookMs: 100,
  lookSlice: 50,
  sweepSlice: 200,
};
