// Owns the look at project directories: whether they are still there.

import { stat } from 'node:fs/promises';
import { createRememberedLook } from './remembered-look.ts';

/**
 * A function that says whether a directory is still there; in doubt, true.
 *
 * @param now monotonic milliseconds
 */
export function createDirectoryLook(now: () => number): (path: string) => boolean | Promise<boolean> {
  return createRememberedLook({ look, inDoubt: () => true, now });
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
