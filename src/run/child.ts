// Owns the command's process: it gets our own standard streams, so that terminals and pipes work as without us, or pipes that are read.

import { type StdioOptions, spawn } from 'node:child_process';
import type { Ending } from './exit-status.ts';

export interface Child {
  /** Null when it could not be started. */
  readonly pid: number | null;
  readonly ended: Promise<Ending>;
  /** Does nothing once it has ended. */
  kill(signal: NodeJS.Signals): void;
}

export type OutputStream = 'stdout' | 'stderr';

export interface ChildOptions {
  readonly env: NodeJS.ProcessEnv;
  /** `inherit` passes the standard streams on untouched. */
  readonly stdio: StdioOptions;
  /** This process's own unless given. */
  readonly cwd?: string | undefined;
  /** Takes what the command prints, where its streams are pipes. */
  readonly onOutput?: ((stream: OutputStream, chunk: Buffer) => void) | undefined;
}

/**
 * Starts a command in this process's group.
 *
 * @param words the command, looked up in the PATH of its environment, and its arguments
 */
export function startChild(words: readonly string[], { env, stdio, cwd, onOutput }: ChildOptions): Child {
  const [command = '', ...args] = words;
  try {
    const child = spawn(command, args, { env, stdio, cwd });
    // What it no longer reads is no fault of ours.
    child.stdin?.on('error', () => {});
    if (onOutput !== undefined) {
      child.stdout?.on('data', (chunk: Buffer) => onOutput('stdout', chunk));
      child.stderr?.on('data', (chunk: Buffer) => onOutput('stderr', chunk));
    }
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
