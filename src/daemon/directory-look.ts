// Owns the look at project directories: whether they are still there, remembered for a moment.

import { stat } from 'node:fs/promises';

/** A directory that comes or goes changes a preference, never a right: a moment late is early enough. */
const MAX_AGE_MS = 5_000;
const MAX_ENTRIES = 10_000;

/**
 * A function that says whether a directory is still there; in doubt, true. It answers at once what it saw a moment ago,
 * because a look costs more than a grant's decision. It never blocks: a directory may be on a disk that does not answer.
 *
 * @param now monotonic milliseconds
 */
export function createDirectoryLook(now: () => number): (path: string) => boolean | Promise<boolean> {
  const seen = new Map<string, { readonly at: number; readonly exists: boolean }>();
  return (path) => {
    const known = seen.get(path);
    if (known !== undefined && now() - known.at < MAX_AGE_MS) return known.exists;
    return look(path).then((exists) => {
      if (seen.size >= MAX_ENTRIES) seen.clear();
      seen.set(path, { at: now(), exists });
      return exists;
    });
  };
}

async function look(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    // Out of sight is not gone.
    const { code } = error as NodeJS.ErrnoException;
    return code !== 'ENOENT' && code !== 'ENOTDIR';
  }
}
