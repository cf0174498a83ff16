// Owns the look at a directory that says whether it is a linked git worktree.

import { join } from 'node:path';
import { firstLine } from './first-line.ts';
import { createRememberedLook } from './remembered-look.ts';

/**
 * Whether a path is the root of a linked worktree: there `.git` is a file that names its place in the main one. What
 * cannot be read is no repository, a main worktree (where it is a directory), or out of sight: none of these is linked.
 */
export const isLinkedWorktree = createRememberedLook<boolean>({
  look: async (path) =>
    /^gitdir:.*[\\/]worktrees[\\/][^\\/]+$/.test((await firstLine(join(path, '.git'))) ?? ''),
  inDoubt: () => false,
});
