// Owns the trim of memory after a busy time: V8 keeps what a burst of requests took, and an idle daemon should be small.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** So few requests leave nothing behind that would be worth the collection. */
const BUSY_REQUESTS = 1_000;
/** How long nobody asked before it counts as calm: the collection takes a moment, and the next burst starts cold. */
const CALM_MS = 10_000;

type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/**
 * V8's collection as Node's `--expose-gc` lends it. Set here and not at the start: with this flag on its command line
 * Node cannot use the code that it keeps compiled, and starts a fifth slower.
 */
function borrowCollection(): Collect {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as Collect;
}

/**
 * A function to be called at every request. Once many came and then none for some seconds, it collects garbage in the one
 * way that gives pages back to the system. An idle daemon runs no timer for it.
 *
 * @param borrow asked once, when the first collection is due
 */
export function createMemoryTrim(borrow: () => Collect = borrowCollection): () => void {
  let collect: Collect | null = null;
  let requests = 0;
  let isWatching = false;
  const watch = (seen: number): void => {
    setTimeout(() => {
      if (requests !== seen) {
        watch(requests);
        return;
      }
      isWatching = false;
      requests = 0;
      collect ??= borrow();
      collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    }, CALM_MS).unref();
  };
  return () => {
    requests += 1;
    if (isWatching || requests < BUSY_REQUESTS) return;
    isWatching = true;
    watch(requests);
  };
}
