// Owns the coordinator's intervals and block sizes, each with its unit and reason.

export interface Timings {
  /** How often terms are looked at, and how often listeners under a held connection are. */
  readonly tickMs: number;
  /** How often all listeners and processes are looked at; the contract promises ten seconds. */
  readonly passMs: number;
  /** A tick this late means that the machine slept or the daemon was stopped. */
  readonly sleepGapMs: number;
  /** How often old keys, request ids and rests are looked for while nothing is leased. */
  readonly housekeepingMs: number;
  /** How often coordinator time is saved; after a crash ages count this much less, never more. */
  readonly saveElapsedMs: number;
  /** How many fences are reserved with one full sync. A restart uses up what is left, so more would not be for free. */
  readonly fenceBlock: number;
  /** How long after a hold closed its holder's process is looked at again. */
  readonly secondLookMs: number;
  /** How many processes are looked at before other work gets its turn. */
  readonly processSlice: number;
}

export const DEFAULT_TIMINGS: Timings = {
  tickMs: 1000,
  passMs: 5000,
  sleepGapMs: 10_000,
  housekeepingMs: 60_000,
  saveElapsedMs: 600_000,
  fenceBlock: 10_000,
  secondLookMs: 100,
  processSlice: 200,
};
