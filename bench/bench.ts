// Owns what every case is given: the program, a place for homes, the load, and how long and how often to measure.

import type { LoadProcess } from './load-process.ts';
import type { Program } from './program.ts';
import type { Row } from './report.ts';

export interface Bench {
  readonly program: Program;
  /** A directory that ends with the run. */
  readonly scratch: string;
  readonly load: LoadProcess;
  readonly plan: Plan;
  /** Tells on standard error what is being measured. */
  say(message: string): void;
}

/** Lengths and numbers of one run. */
export interface Plan {
  /** How often A and B are measured in turn. */
  readonly alternations: number;
  /** How often a process is started to time it. */
  readonly starts: number;
  readonly warmUpMs: number;
  /** How long one side of an alternation is under load. */
  readonly loadMs: number;
  /** How many leases are held where many are. */
  readonly leases: number;
  /** How many sockets listen where a scan is measured. */
  readonly listeners: number;
  /** How often a scan is made for one side of an alternation. */
  readonly scans: number;
  /** How many fresh daemons memory is measured on. */
  readonly daemons: number;
  readonly restMs: number;
  readonly idleMs: number;
}

export const FULL: Plan = {
  alternations: 7,
  starts: 21,
  warmUpMs: 2500,
  loadMs: 1200,
  leases: 19_900,
  listeners: 1000,
  scans: 9,
  daemons: 5,
  restMs: 1000,
  idleMs: 25_000,
};

/** Enough to see that everything runs. */
export const QUICK: Plan = {
  alternations: 2,
  starts: 2,
  warmUpMs: 50,
  loadMs: 100,
  leases: 200,
  listeners: 100,
  scans: 2,
  daemons: 1,
  restMs: 50,
  idleMs: 300,
};

export interface Case {
  readonly name: string;
  readonly summary: string;
  run(bench: Bench): Promise<Row[]>;
}
