// Owns looks at directories whose answers are remembered for a moment, and that keep nobody waiting for a dead disk.

/** What comes or goes changes a preference or a name, never a right: a moment late is early enough. */
const MAX_AGE_MS = 5_000;
/** A disk that has not answered by then, on a machine however busy, is taken for one that does not answer. */
const PATIENCE_MS = 2_000;
const MAX_ENTRIES = 10_000;

export interface LookOptions<Seen> {
  /** Looks; a rejection means that it could not be seen. */
  readonly look: (path: string) => Promise<Seen>;
  /** What counts when it could not be seen. */
  readonly inDoubt: (path: string) => Seen;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  readonly patienceMs?: number;
}

/**
 * A function that answers at once what a look showed a moment ago, because a look costs more than a grant's decision,
 * and otherwise looks. There is one look at a path at a time, since one that hangs keeps a thread of the few there are.
 */
export function createRememberedLook<Seen>({
  look,
  inDoubt,
  now = () => performance.now(),
  patienceMs = PATIENCE_MS,
}: LookOptions<Seen>): (path: string) => Seen | Promise<Seen> {
  const seen = new Map<string, { readonly at: number; readonly what: Seen }>();
  const underWay = new Map<string, Promise<Seen>>();

  const begin = (path: string): Promise<Seen> => {
    const { promise, resolve } = Promise.withResolvers<Seen>();
    const timer = setTimeout(() => resolve(seen.get(path)?.what ?? inDoubt(path)), patienceMs);
    underWay.set(path, promise);
    look(path)
      .catch(() => inDoubt(path))
      .then((what) => {
        clearTimeout(timer);
        underWay.delete(path);
        if (seen.size >= MAX_ENTRIES) seen.clear();
        seen.set(path, { at: now(), what });
        resolve(what);
      });
    return promise;
  };

  return (path) => {
    const known = seen.get(path);
    if (known !== undefined && now() - known.at < MAX_AGE_MS) return known.what;
    return underWay.get(path) ?? begin(path);
  };
}
