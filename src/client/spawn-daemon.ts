// Owns the birth of a daemon: a process in a session of its own that inherits nothing from its starter.

import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { ERRORS, type ErrorCode } from '../errors.ts';
import type { Home } from '../home.ts';
import { daemonCommand, daemonEnvironment } from './daemon-entry.ts';
import { closeOutput, openOutput, outputPath } from './daemon-output.ts';

/** Why a daemon did not start, in its own words. */
export interface DaemonRefusal {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly hint: string;
}

const NOTIFY_FD = 3;
const END_GRACE_MS = 200;

/**
 * Starts a daemon and waits until it says that it is ready or why not.
 *
 * @param timeoutMs how long to wait for its word
 * @returns null when it is ready or has not said anything against it
 */
export async function spawnDaemon(
  home: Home,
  env: NodeJS.ProcessEnv,
  timeoutMs: number,
  extraArgs: readonly string[] = [],
): Promise<DaemonRefusal | null> {
  const { file, args } = daemonCommand(['--background', '--notify-fd', String(NOTIFY_FD), ...extraArgs]);
  const output = openOutput(home);
  const umask = process.umask(0o077);
  let child: ChildProcess;
  try {
    child = spawn(file, args, {
      cwd: '/',
      detached: true,
      windowsHide: true,
      env: daemonEnvironment(env, home.dir),
      stdio: ['ignore', output ?? 'ignore', output ?? 'ignore', 'pipe'],
    });
  } finally {
    process.umask(umask);
    closeOutput(output);
  }
  return await firstWord(child, home, timeoutMs);
}

function firstWord(child: ChildProcess, home: Home, timeoutMs: number): Promise<DaemonRefusal | null> {
  return new Promise((resolve) => {
    const notify = child.stdio[NOTIFY_FD] as Readable | null;
    let said = '';
    const settle = (refusal: DaemonRefusal | null): void => {
      clearTimeout(timer);
      notify?.destroy();
      child.removeAllListeners();
      child.on('error', () => {});
      child.unref();
      resolve(refusal);
    };
    let timer = setTimeout(() => settle(null), timeoutMs);
    notify?.on('data', (bytes: Buffer) => {
      said += bytes.toString('utf8');
      if (said.includes('\n')) settle(readRefusal(said));
    });
    notify?.on('error', () => {});
    // A daemon that closes the descriptor and goes on is ready; one that ended closes it too, and is heard of below.
    notify?.on('end', () => {
      clearTimeout(timer);
      timer = setTimeout(() => settle(null), END_GRACE_MS);
    });
    child.on('error', (error) => settle(refusalOf(`it cannot be run: ${error.message}`)));
    // Only once its streams are closed has all that it said arrived.
    child.on('close', (code, signal) => {
      const end = `it ended at once (${signal ?? `status ${code}`}); see ${outputPath(home)}`;
      settle(readRefusal(said) ?? refusalOf(end));
    });
  });
}

/** Reads what the daemon wrote: one line of JSON, a problem document if it cannot start. */
function readRefusal(said: string): DaemonRefusal | null {
  try {
    const { code, detail, hint } = JSON.parse(said.trim().split('\n')[0] ?? '') as Record<string, unknown>;
    if (typeof code !== 'string' || !(code in ERRORS)) return null;
    return {
      code: code as ErrorCode,
      detail: String(detail ?? ERRORS[code as ErrorCode].title),
      hint: String(hint ?? ERRORS[code as ErrorCode].hint),
    };
  } catch {
    return null;
  }
}

function refusalOf(detail: string): DaemonRefusal {
  return { code: 'DAEMON_UNREACHABLE', detail, hint: ERRORS.DAEMON_UNREACHABLE.hint };
}
