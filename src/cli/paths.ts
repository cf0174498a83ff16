// Owns how paths are shown: those below the user's home directory from there.

import { homedir } from 'node:os';
import { sep } from 'node:path';

/** The path with `~` for the user's home directory. */
export function shortPath(path: string, home: string = homedir()): string {
  if (path === home) return '~';
  return home.length > 1 && path.startsWith(home + sep) ? `~${path.slice(home.length)}` : path;
}
