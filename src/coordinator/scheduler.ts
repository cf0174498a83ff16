// Owns the scheduler: how the coordinator asks for a later turn, so that a simulation can decide what "later" is.

export interface Scheduler {
  /** Runs `fn` once this turn's input has been taken: what arrives together is committed together. */
  defer(fn: () => void): void;
  /** Runs `fn` after `delayMs` of monotonic time; the returned function cancels it. Keeps no process alive. */
  after(delayMs: number, fn: () => void): () => void;
}

export function createScheduler(): Scheduler {
  return {
    defer: (fn) => {
      setImmediate(fn);
    },
    after: (delayMs, fn) => {
      const timer = setTimeout(fn, delayMs).unref();
      return () => clearTimeout(timer);
    },
  };
}

/** Lets other work have its turn. */
export function turn(scheduler: Scheduler): Promise<void> {
  return new Promise((resolve) => scheduler.defer(resolve));
}
