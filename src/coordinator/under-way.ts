// Owns the count of what is under way, for which a stop must wait.

export interface UnderWay {
  /** Counts `work` until it is settled, and settles as it does. */
  tracked<T>(work: Promise<T>): Promise<T>;
  /** Resolves once nothing is under way. */
  idle(): Promise<void>;
}

export function createUnderWay(): UnderWay {
  let count = 0;
  let whenIdle: (() => void)[] = [];
  return {
    async tracked(work) {
      count += 1;
      try {
        return await work;
      } finally {
        count -= 1;
        if (count === 0) {
          for (const resolve of whenIdle) resolve();
          whenIdle = [];
        }
      }
    },
    async idle() {
      if (count > 0) await new Promise<void>((resolve) => whenIdle.push(resolve));
    },
  };
}
