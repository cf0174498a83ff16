// Owns the question whether files changed: what tells one state of a file from another, and when a change has settled.

import { statSync } from 'node:fs';

/** A text that differs when any of the files was written, replaced, made, removed, or reached by another link. */
export function sightingOf(paths: readonly string[]): string {
  return paths.map(stateOf).join('\n');
}

function stateOf(path: string): string {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) return 'missing';
    return [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ');
  } catch (error) {
    return String(error instanceof Error && 'code' in error ? error.code : error);
  }
}

/** A file that is written all the time is read anew at the next look. */
const MAX_READS = 3;

/** What to do with the content of files that may have changed. */
export interface Reloading {
  sight(): string;
  /** Reads the files; waits with what may be over in a moment, such as a missing file, until `isSettled`. */
  reload(isSettled: boolean): 'taken' | 'waiting';
}

export interface Following {
  /** A look out of turn, for somebody who asks; it settles nothing. */
  lookNow(): void;
  /** The look at regular times. */
  look(): void;
}

/**
 * Follows files by looking at them.
 *
 * A look costs two system calls and works on every file system, for links and for editors that put another file in
 * the place of the first; a notification knows the file that was there, and not the one that comes. What may be over in
 * a moment counts when two regular looks in a row found it so.
 */
export function followFiles({ sight, reload }: Reloading): Following {
  /** As what was last taken over. */
  let taken = sight();
  /** As the last regular look found it. */
  let lastLook = taken;
  /** Two writes within one tick of the file system's clock look the same: the content is read once more. */
  let isFresh = true;

  const take = (isSettled: boolean): void => {
    for (let reads = 0; reads < MAX_READS; reads++) {
      const before = sight();
      if (reload(isSettled) === 'waiting') return;
      // Which files there are may depend on what they say.
      const sighted = sight();
      if (sighted !== taken) isFresh = true;
      taken = sighted;
      // Otherwise somebody wrote between the reading and the look, and what was read is not what is there.
      if (sighted === before) return;
    }
  };
  return {
    lookNow: () => {
      if (sight() !== taken) take(false);
    },
    look: () => {
      const sighted = sight();
      const isSettled = sighted === lastLook;
      lastLook = sighted;
      if (sighted === taken && !isFresh) return;
      isFresh = false;
      take(isSettled);
    },
  };
}
