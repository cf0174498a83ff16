// Owns the question whether `styxy`, typed in a shell with this environment, is this very program.

import { realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { commandLineEntry } from '../../client/daemon-entry.ts';

const MAX_DIRECTORIES = 100;

export function isOnPath(env: NodeJS.ProcessEnv): boolean {
  // On Windows a shell finds a script of npm's in front of the program.
  if (process.platform === 'win32') return false;
  const directories = (env.PATH ?? '').split(delimiter).slice(0, MAX_DIRECTORIES);
  for (const directory of directories) {
    const found = directory === '' ? null : realPath(join(directory, 'styxy'));
    if (found !== null) return found === realPath(commandLineEntry());
  }
  return false;
}

function realPath(path: string): string | null {
  try {
    return realpathSync.native(path);
  } catch {
    return null;
  }
}
