// Owns the running of the system's own programs: where they are, and what they print.

import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/** What takes longer than this hangs. */
export const PROGRAM_TIMEOUT_MS = 2_000;
/** Room for more than 200,000 sockets. */
export const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

const SYSTEM_DIRECTORIES = ['/usr/bin', '/usr/sbin', '/bin', '/sbin', '/run/current-system/sw/bin'];

/** The absolute path of a program: the system's own first, then whatever the path says; null when there is none. */
export async function findProgram(name: string): Promise<string | null> {
  const named = (process.env.PATH ?? '').split(delimiter).filter(isAbsolute);
  for (const directory of [...SYSTEM_DIRECTORIES, ...named]) {
    const path = join(directory, name);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // Not there.
    }
  }
  return null;
}

/**
 * Runs a program and waits for its end. Starting one blocks for a moment that grows with our own memory.
 *
 * @param options `timeoutMs`, 2000 unless given; `mayFail`: any exit status will do, as for a program that reports
 *   "nothing found" by one
 * @returns what it printed; null when it cannot be run, fails or hangs
 */
export function programOutput(
  path: string,
  args: readonly string[],
  {
    timeoutMs = PROGRAM_TIMEOUT_MS,
    mayFail = false,
  }: { readonly timeoutMs?: number; readonly mayFail?: boolean } = {},
): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  execFile(
    path,
    args,
    {
      // Times and numbers are printed for a place; one place is as good as another, but it must stay the same.
      env: { LC_ALL: 'C', TZ: 'UTC', ...windowsEnvironment() },
      cwd: process.platform === 'win32' ? undefined : '/',
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_OUTPUT_BYTES,
      windowsHide: true,
    },
    (error, stdout) => {
      const hasEnded = error === null || (mayFail && typeof error.code === 'number');
      resolve(hasEnded ? stdout : null);
    },
  );
  return promise;
}

/** Programs of Windows do not start without these. */
function windowsEnvironment(): NodeJS.ProcessEnv {
  if (process.platform !== 'win32') return {};
  const { SystemRoot, PATH, TEMP } = process.env;
  return { SystemRoot, PATH, TEMP };
}
