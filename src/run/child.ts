// Owns the command's process: it gets our own standard streams, so that terminals and pipes work as without us.

import { type StdioOptions, spawn } from 'node:child_process';
import type { Ending } from './exit-status.ts';

export interface Child {
  /** Null when it could not be started. */
  readonly pid: number | null;
  readonly ended: Promise<Ending>;
  /** Does nothing once it has ended. */
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts a command in this process's group and working directory.
 *
 * @param words the command, looked up in the PATH of `env`, and its arguments
 * @param stdio `inherit` passes the standard streams on untouched
 */
export function startChild(words: readonly string[], env: NodeJS.ProcessEnv, stdio: StdioOptions): Child {
  const [command = '', ...args] = words;
  try {
    const child = spawn(command, args, { env, stdio });
    const ended = new Promise<Ending>((resolve) => {
      child.once('error', (error: NodeJS.ErrnoException) => {
        // An error after the start, such as a signal that was not permitted, is not its end.
        if (child.pid === undefined) resolve({ kind: 'not-started', code: error.code ?? 'EUNKNOWN' });
      });
      child.once('exit', (status, signal) => {
        resolve(signal === null ? { kind: 'exited', status: status ?? 1 } : { kind: 'signalled', signal });
      });
    });
    return { pid: child.pid ?? null, ended, kill: (signal) => void child.kill(signal) };
  } catch (error) {
    return {
      pid: null,
      ended: Promise.resolve({ kind: 'not-started', code: codeOf(error) }),
      kill: () => {},
    };
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'EUNKNOWN';
}
