// Owns virtual time: a queue of events in the order of their moments, and the sleep that shifts all of them.

interface Event {
  at: number;
  readonly order: number;
  run: (() => void) | null;
}

/** Virtual time in ms from the start of the world. Nothing in a simulated world waits for real time. */
export class Timeline {
  #now = 0;
  #sleptMs = 0;
  #order = 0;
  /** A binary heap: the earliest event first. */
  readonly #heap: Event[] = [];

  get now(): number {
    return this.#now;
  }

  /** Runs `fn` in `delayMs`; the returned function cancels it. */
  after(delayMs: number, fn: () => void): () => void {
    const event: Event = { at: this.#now + Math.max(0, delayMs), order: this.#order++, run: fn };
    this.#heap.push(event);
    this.#up(this.#heap.length - 1);
    return () => {
      event.run = null;
    };
  }

  /** The whole machine sleeps: time passes, and every event is as far away as before. */
  sleep(durationMs: number): void {
    this.#now += durationMs;
    this.#sleptMs += durationMs;
    for (const event of this.#heap) event.at += durationMs;
  }

  /**
   * Runs events until `untilMs` of waking time, and between two of them all the promises that the first one set in motion.
   *
   * @param stop asked after each event; true ends the run
   */
  async run(untilMs: number, stop: () => boolean): Promise<void> {
    for (;;) {
      const event = this.#heap[0];
      if (event === undefined || event.at > untilMs + this.#sleptMs) break;
      this.#pop();
      if (event.run === null) continue;
      this.#now = Math.max(this.#now, event.at);
      event.run();
      await settled();
      if (stop()) return;
    }
    this.#now = Math.max(this.#now, untilMs + this.#sleptMs);
  }

  #up(index: number): void {
    for (let i = index; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!this.#swapIfEarlier(i, parent)) return;
      i = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let i = 0; ; ) {
      const left = 2 * i + 1;
      const right = left + 1;
      const least = right < heap.length && isEarlier(heap[right], heap[left]) ? right : left;
      if (least >= heap.length || !this.#swapIfEarlier(least, i)) return;
      i = least;
    }
  }

  #swapIfEarlier(child: number, parent: number): boolean {
    const a = this.#heap[child];
    const b = this.#heap[parent];
    if (a === undefined || b === undefined || !isEarlier(a, b)) return false;
    this.#heap[child] = b;
    this.#heap[parent] = a;
    return true;
  }
}

function isEarlier(a: Event | undefined, b: Event | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Resolves when no promise is left to settle: the real event loop reaches its next phase only then. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
