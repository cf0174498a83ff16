// Owns the daemon in the foreground: this very process becomes it where the platform can do that.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Home } from '../home.ts';
import { daemonCommand, daemonEnvironment } from './daemon-entry.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs the daemon with this process's terminal and streams.
 *
 * @returns its exit status; never where this process became the daemon itself, so that one pid is all there is
 */
export async function runInForeground(
  home: Home,
  env: NodeJS.ProcessEnv,
  extraArgs: readonly string[],
): Promise<number> {
  const { file, args } = daemonCommand(extraArgs);
  const environment = daemonEnvironment(env, home.dir);
  if (process.platform !== 'win32' && typeof process.execve === 'function') {
    // Node calls it experimental, which is of no use to who reads the daemon's output.
    process.removeAllListeners('warning');
    process.execve(file, [file, ...args], defined(environment));
  }
  const child = spawn(file, args, { env: environment, stdio: 'inherit' });
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) =>
      resolve(signal === null ? (status ?? 1) : 128 + constants.signals[signal]),
    );
  });
}

function defined(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
