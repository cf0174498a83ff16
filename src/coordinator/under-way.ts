// Owns the count of what is under way, for which a stop must wait.

export interface UnderWay {
  /** Counts `work` until it is settled; returns it. */
  tracked<T>(work: Promise<T>): Promise<T>;
  /** Resolves once nothing is under way. */
  idle(): Promise<void>;
}

export function createUnderWay(): UnderWay {
  let count = 0;
  let whenIdle: (() => void)[] = [];
  const done = (): void => {
    count -= 1;
    if (count > 0) return;
    for (const resolve of whenIdle) resolve();
    whenIdle = [];
  };
  return {
    tracked(work) {
      count += 1;
      work.then(done, done);
      return work;
    },
    async idle() {
      if (count > 0) await new Promise<void>((resolve) => whenIdle.push(resolve));
    },
  };
}
