// Owns what a decision on a command line needs to know of the machine: a snapshot that a handler takes.

/** A live lease, and whose it is. */
export interface LeaseFact {
  readonly lockId: string;
  readonly ports: readonly number[];
  readonly protocol: 'tcp' | 'udp';
  readonly serviceType: string;
  readonly serviceName: string | null;
  readonly projectPath: string | null;
  /** Null where the directory has none, or it is not known. */
  readonly branch: string | null;
  /** How the holder's session is called, for people; null where no agent holds it. */
  readonly session: string | null;
  /**
   * Whether it belongs to whoever asks: the same instance, the same agent process, or a predecessor in the same checkout.
   */
  readonly isOwn: boolean;
  /** Whether somebody listens there. */
  readonly isActive: boolean;
  /** Whether a program that runs holds it, such as one whose server is still on its way. */
  readonly isHeld: boolean;
  /** The holder's process and the server's, as far as they are known. */
  readonly pids: readonly number[];
  /** The containers that publish its ports, by name. */
  readonly containers: readonly string[];
}

/** A process that a lease's server is made of: its listener, and what stands above it up to the holder. */
export interface ProcessFact {
  readonly pid: number;
  readonly parent: number | null;
  /** Null where the system has none, or it is not known. */
  readonly group: number | null;
  /** The name of its program, as the system knows it: cut to 15 characters on Linux. */
  readonly name: string;
  /** Its words with spaces between. */
  readonly command: string;
}

export interface ListenerFact {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  readonly pid: number | null;
}

export interface MachineFacts {
  readonly leases: readonly LeaseFact[];
  readonly listeners: readonly ListenerFact[];
  readonly processes: readonly ProcessFact[];
}

/** What a kill would reach: a lease of somebody else, by which command and process. */
export interface KillHit {
  readonly lease: LeaseFact;
  /** The command that would end it, as it is written. */
  readonly text: string;
  /** Null where the port is known and its process is not. */
  readonly pid: number | null;
}
