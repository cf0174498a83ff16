// Owns the trim of memory after a busy time: V8 keeps what a burst of requests took, and an idle daemon should be small.

/** So few requests leave nothing behind that would be worth the collection. */
const BUSY_REQUESTS = 1_000;
/** How long nobody asked before it counts as calm: the collection takes a moment, and the next burst starts cold. */
const CALM_MS = 5_000;

type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/**
 * A function to be called at every request. Once many came and then none for some seconds, it collects garbage in the one
 * way that gives pages back to the system. An idle daemon runs no timer for it.
 *
 * @param collect V8's collection, which Node lends with `--expose-gc`; without it nothing happens
 */
export function createMemoryTrim(
  collect: Collect | undefined = globalThis.gc as Collect | undefined,
): () => void {
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
      collect?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    }, CALM_MS).unref();
  };
  return () => {
    requests += 1;
    if (isWatching || requests < BUSY_REQUESTS || collect === undefined) return;
    isWatching = true;
    watch(requests);
  };
}
