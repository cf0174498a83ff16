// Owns where a shell is after `cd`.

import { resolve } from 'node:path';
import type { CommandWord } from './command-line.ts';
import type { Scope } from './scope.ts';
import { textsOf } from './word-values.ts';

/** No system has longer paths, in UTF-16 units. */
const MAX_PATH = 4_096;

/** The scope after `cd`. */
export function afterCd(words: readonly CommandWord[], scope: Scope): Scope {
  const [, ...rest] = words;
  const plain = rest.filter(({ value }) => value !== '--' && value !== '-P' && value !== '-L');
  const [to, ...more] = plain;
  if (more.length > 0) return { ...scope, directory: null };
  if (to === undefined) return { ...scope, directory: scope.home };
  const texts = isWorktree(to) ? rootOf(scope) : textsOf(to, scope);
  const [text, ...others] = texts ?? [];
  const isKnown = text !== undefined && others.length === 0 && !/^(?:[-+]\d*)?$/.test(text);
  if (!isKnown) return { ...scope, directory: null };
  const base = text.startsWith('/') ? '/' : scope.directory;
  const directory = base === null ? null : resolve(base, text);
  return { ...scope, directory: directory === null || directory.length > MAX_PATH ? null : directory };
}

/** The worktree's root, while the shell is still somewhere in it. */
function rootOf({ directory, worktree }: Scope): readonly string[] | null {
  const isInside =
    worktree !== null && (directory === worktree || directory?.startsWith(`${worktree}/`) === true);
  return isInside ? [worktree] : null;
}

/** `"$(git rev-parse --show-toplevel)"`, whatever its quotes are. */
function isWorktree({ text }: CommandWord): boolean {
  return /^"?(?:\$\(|`)\s*git\s+rev-parse\s+--show-toplevel\s*(?:\)|`)"?$/.test(text);
}
