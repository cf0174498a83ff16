// Owns the look at a directory that says whether it is a linked git worktree.

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createRememberedLook } from './remembered-look.ts';

const MAX_BYTES = 16 * 1024;

/**
 * Whether a path is the root of a linked worktree: there `.git` is a file that names its place in the main one. What
 * cannot be read is no repository, a main worktree (where it is a directory), or out of sight: none of these is linked.
 */
export const isLinkedWorktree = createRememberedLook<boolean>({
  look: async (path) =>
    /^gitdir:.*[\\/]worktrees[\\/][^\\/]+$/.test((await textOf(join(path, '.git'))).trimEnd()),
  inDoubt: () => false,
});

/** @throws Error where it is no file, or one that is longer than any path that git would write there */
async function textOf(path: string): Promise<string> {
  const found = await stat(path);
  if (!found.isFile() || found.size > MAX_BYTES) throw new Error(`${path} is no file that git wrote`);
  return readFile(path, 'utf8');
}
