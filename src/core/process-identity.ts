// Owns the identity of a process: a pid alone is recycled, so a process is named by boot, namespace, pid and start.

/** Raw ticks and ids, compared for equality only: converted to wall-clock time they would move with the clock. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Raw start time in the platform's own ticks; never converted to wall-clock time. */
  readonly startTicks: string;
  readonly bootId: string;
  /** Inode of the pid namespace; empty where the platform has none. */
  readonly pidNamespace: string;
}

export function isSameProcess(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return (
    a.pid === b.pid &&
    a.startTicks === b.startTicks &&
    a.bootId === b.bootId &&
    a.pidNamespace === b.pidNamespace
  );
}
