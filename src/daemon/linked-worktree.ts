// Owns the look at a directory that says whether it is a linked git worktree.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A project allocates many ports in a row, and does not become a worktree in between. */
const MAX_AGE_MS = 5_000;
const MAX_ENTRIES = 1_000;
const seen = new Map<string, { readonly at: number; readonly isLinked: boolean }>();

/** Whether `path` is the root of a linked worktree: there `.git` is a file that names its place in the main one. */
export function isLinkedWorktree(path: string | null): boolean {
  if (path === null) return false;
  const now = performance.now();
  const known = seen.get(path);
  if (known !== undefined && now - known.at < MAX_AGE_MS) return known.isLinked;
  if (seen.size >= MAX_ENTRIES) seen.clear();
  const isLinked = look(path);
  seen.set(path, { at: now, isLinked });
  return isLinked;
}

function look(path: string): boolean {
  try {
    return /^gitdir:.*[\\/]worktrees[\\/][^\\/]+\s*$/.test(readFileSync(join(path, '.git'), 'utf8'));
  } catch {
    // No repository, its main worktree (a directory), or out of sight: none of these is a linked one.
    return false;
  }
}
