// Owns the interfaces to the operating system: who listens on which port, which processes live, what time it is.

import type { ProcessLife, Protocol } from '../core/lease.ts';
import type { ProcessIdentity } from '../core/process-identity.ts';

/** A socket that takes a port: listening for TCP, bound for UDP. Unknown fields are null. */
export interface Listener {
  readonly protocol: Protocol;
  readonly port: number;
  readonly addresses: readonly string[];
  readonly pid: number | null;
  readonly process: string | null;
  readonly command: string | null;
  readonly user: string | null;
  readonly cwd: string | null;
  readonly container: string | null;
}

/** A socket that takes a port, and no more than the process that it is attributed to; null where that is not known. */
export type PortOwner = Pick<Listener, 'protocol' | 'port' | 'pid'>;

/** Any set of ports: listed, or told by their numbers. */
export interface Ports {
  has(port: number): boolean;
}

/** The machine's table of listeners. Reading it never disturbs anybody's bind. */
export interface PortTable {
  /**
   * The listeners among `ports`, or all of them, with pid where that is known.
   * One entry for each process on a port, with all its addresses. Answers may be up to `maxAgeMs` old (default 200).
   * Never throws: where nothing can be read, it answers null, which means "unknown", not "nobody".
   */
  listeners(query?: { ports?: Ports; maxAgeMs?: number }): Promise<readonly Listener[] | null>;

  /**
   * Every socket that takes a port, with its process's pid, and without a look at any process where the system names
   * the owners by itself: for who asks about many ports often. Shares its readings with `listeners`.
   *
   * @param query.maxAgeMs how old the answer may be (default 200)
   * @returns one entry for each socket, in no order; null, which means "unknown", where nothing can be read
   */
  sockets(query?: { maxAgeMs?: number }): Promise<readonly PortOwner[] | null>;
}

/** Says whether a port can be bound right now, for every address and family at once. */
export interface PortProbe {
  /**
   * For candidates only: a port under a live lease is never probed. A port that cannot be bound counts as taken,
   * unless nothing could be bound at all.
   *
   * @returns the ports of `ports` that are taken, in their order; synchronously where the platform allows.
   * @throws StyxyError SYSTEM_LIMIT where the system has no socket left to try it with
   */
  taken(protocol: Protocol, ports: readonly number[]): readonly number[] | Promise<readonly number[]>;
}

export interface ProcessTable {
  /** The identity of a running process; null when there is none or it cannot be known. */
  identify(pid: number): ProcessIdentity | null;
  /** Whether that very process still runs. `unknown` is not `dead`. */
  life(identity: ProcessIdentity): ProcessLife;
  /** The pids from `pid` up to the root, `pid` first; empty when it cannot be known. */
  ancestors(pid: number): readonly number[];
  /** The working directory, or null when it cannot be known. */
  cwd(pid: number): string | null;
}

/** What a process is called, and where it stands among the others. */
export interface ProcessFacts {
  readonly pid: number;
  /** Null for one without a parent that can be seen. */
  readonly parent: number | null;
  /** Its process group; null where the system has none. */
  readonly group: number | null;
  /** As the system knows it, cut to 15 characters on Linux. */
  readonly name: string;
  /** Its words with spaces between; its name where they cannot be read. */
  readonly command: string;
}

export interface ProcessNames {
  /** The facts of a running process; null when there is none or it cannot be known. */
  facts(pid: number): ProcessFacts | null;
}

/** Finds all the processes that one command started, so that the whole tree can be ended. */
export interface ProcessTree {
  /** The running processes below `pid`, parents before children, without `pid` itself; those that were orphaned are missing. */
  descendants(pid: number): readonly ProcessIdentity[];
  /**
   * The running processes that were started with `name=value` in their environment, as far as it can be read: one's
   * own, or everybody's for root. The calling process is never among them. Finds what was orphaned on the way.
   */
  withEnvironment(name: string, value: string): readonly ProcessIdentity[];
}

export interface Clock {
  /** Monotonic milliseconds from an arbitrary origin; wall-clock jumps do not move it. */
  monotonic(): number;
  /** Wall clock in epoch milliseconds, for what people read. */
  wall(): number;
}
