// Owns the stop of a daemon: asked by its API, else by a signal to the very process that `daemon.json` names.

import { StyxyError } from '../errors.ts';
import type { Home } from '../home.ts';
import { connect } from './client.ts';
import { monotonicMs } from './monotonic.ts';
import { type DaemonInfo, isRunning, readDaemonInfo } from './running-daemon.ts';

export interface StoppedDaemon {
  /** Null when none ran. */
  readonly pid: number | null;
  /** Whether it had to be killed, because it did not end by itself. */
  readonly wasKilled: boolean;
}

const ASK_TIMEOUT_MS = 3_000;
/** The daemon lets requests that are under way finish. */
const END_TIMEOUT_MS = 10_000;
/** One that does not answer has little to finish. */
const SILENT_END_TIMEOUT_MS = 3_000;
const KILL_TIMEOUT_MS = 3_000;
const POLL_MS = 15;

/**
 * Stops the home's daemon and waits for its end. No lease is lost, whichever way it ends.
 *
 * @throws StyxyError DAEMON_UNREACHABLE when a daemon is there that can neither be asked nor proven to be the one
 */
export async function stopDaemon(home: Home, env: NodeJS.ProcessEnv): Promise<StoppedDaemon> {
  const info = readDaemonInfo(home);
  let asked: number | null = null;
  let failure: unknown = null;
  try {
    asked = await ask(home, env);
  } catch (error) {
    failure = error;
  }
  const running = info !== null && isRunning(info) ? info : null;
  if (asked === null && running === null) {
    // Nobody at the socket, and nobody whom daemon.json names.
    if (failure instanceof StyxyError && failure.cause !== undefined) throw failure;
    return { pid: null, wasKilled: false };
  }
  const target: DaemonInfo = running ?? { pid: asked ?? 0, startTicks: null, bootId: null, port: null };
  if (asked === null) {
    if (!isProven(target)) throw failure ?? stillThere(target.pid);
    process.kill(target.pid, 'SIGTERM');
  }
  const graceMs = asked === null ? SILENT_END_TIMEOUT_MS : END_TIMEOUT_MS;
  if (await hasEnded(target, graceMs)) return { pid: target.pid, wasKilled: false };
  if (!isProven(target) || !isRunning(target)) throw stillThere(target.pid);
  process.kill(target.pid, 'SIGKILL');
  if (!(await hasEnded(target, KILL_TIMEOUT_MS))) throw stillThere(target.pid);
  return { pid: target.pid, wasKilled: true };
}

/** @returns the pid of the daemon that is about to stop. */
async function ask(home: Home, env: NodeJS.ProcessEnv): Promise<number | null> {
  const client = await connect({ home, env, autostart: false, timeoutMs: ASK_TIMEOUT_MS });
  try {
    const { status, body } = await client.request<{ pid?: unknown } | undefined>('POST', '/shutdown');
    return status < 300 && typeof body?.pid === 'number' ? body.pid : null;
  } finally {
    client.close();
  }
}

/** A pid alone may be another program's by now: only with its start time is it certain whom a signal would hit. */
function isProven(info: DaemonInfo): boolean {
  return process.platform === 'linux' && info.startTicks !== null && info.bootId !== null;
}

async function hasEnded(info: DaemonInfo, timeoutMs: number): Promise<boolean> {
  const until = monotonicMs() + timeoutMs;
  while (isRunning(info)) {
    if (monotonicMs() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return true;
}

function stillThere(pid: number): StyxyError {
  return new StyxyError('DAEMON_UNREACHABLE', `The daemon (pid ${pid}) does not end`, {
    hint: `Look at it with \`ps -p ${pid}\`, and end it by \`kill -9 ${pid}\`: no lease is lost.`,
  });
}
