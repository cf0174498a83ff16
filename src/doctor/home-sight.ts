// Owns the first look at the home: whether it is there, whose it is, and whether its file system answers at all.

import { stat } from 'node:fs/promises';
import type { Home } from '../home.ts';

/**
 * `missing` need not be wrong: the first command makes it. `silent` is a file system that does not answer, as a network's
 * does whose server is away. `foreign` belongs to another user, `closed` cannot be entered.
 */
export type HomeSight =
  | { readonly kind: 'own'; readonly mode: number }
  | { readonly kind: 'missing' | 'silent' | 'no-directory' }
  | { readonly kind: 'foreign'; readonly uid: number }
  | { readonly kind: 'closed'; readonly reason: string };

/** A disk that sleeps needs some seconds; more than this nobody waits for. */
const PATIENCE_MS = 4_000;

/**
 * @param uid the user that this is; null on Windows, where directories have no owners in this sense
 */
export async function lookAtHome({ dir }: Home, uid: number | null): Promise<HomeSight> {
  let timer: NodeJS.Timeout | undefined;
  // Off the main thread: a look that never comes back must not keep the other checks from theirs.
  const look = stat(dir).then(
    (stats): HomeSight => {
      if (!stats.isDirectory()) return { kind: 'no-directory' };
      if (uid !== null && stats.uid !== uid) return { kind: 'foreign', uid: stats.uid };
      return { kind: 'own', mode: stats.mode & 0o7777 };
    },
    (error: NodeJS.ErrnoException): HomeSight =>
      error.code === 'ENOENT'
        ? { kind: 'missing' }
        : error.code === 'ENOTDIR'
          ? { kind: 'no-directory' }
          : { kind: 'closed', reason: error.message },
  );
  const silence = new Promise<HomeSight>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, { kind: 'silent' });
  });
  const sight = await Promise.race([look, silence]);
  clearTimeout(timer);
  return sight;
}
