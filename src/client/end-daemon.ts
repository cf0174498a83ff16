// Owns the end of a daemon by signals: of the very process that is proven to be it, and of no other.

import { StyxyError } from '../errors.ts';
import type { Home } from '../home.ts';
import { monotonicMs } from './monotonic.ts';
import {
  type DaemonInfo,
  isProven,
  isSameDaemon,
  lifeOf,
  readDaemonInfo,
  readStat,
} from './running-daemon.ts';

const KILL_TIMEOUT_MS = 3_000;
const POLL_MS = 15;

/**
 * Ends a daemon that does not listen any more: by SIGTERM, then by SIGKILL. One that is stopped is killed without being
 * woken: it would first carry out the requests of clients that have given them up.
 *
 * @param graceMs how long it may take to end by itself
 * @returns whether it had to be killed
 * @throws StyxyError DAEMON_UNREACHABLE when it is not proven which process it is, or it does not end
 */
export async function endDaemon(home: Home, info: DaemonInfo, graceMs: number): Promise<boolean> {
  if (lifeOf(info) === 'gone') return false;
  if (!isProven(home, info)) throw stillThere(info.pid);
  if (readStat(info.pid)?.state !== 'T') {
    signal(info.pid, 'SIGTERM');
    if (await hasEnded(home, info, graceMs)) return false;
    // It may have closed the store by now, and hang in what comes after. That it was the daemon was proven before the
    // first signal; that it still is that process is looked at again.
    const life = lifeOf(info);
    if (life === 'gone') return false;
    if (life === 'unknown') throw stillThere(info.pid);
  }
  signal(info.pid, 'SIGKILL');
  if (!(await hasEnded(home, info, KILL_TIMEOUT_MS))) throw stillThere(info.pid);
  return true;
}

/** Waits for the end of the process, or where it cannot be seen, for the file that it leaves last. */
export async function hasEnded(home: Home, info: DaemonInfo, timeoutMs: number): Promise<boolean> {
  const until = monotonicMs() + timeoutMs;
  for (;;) {
    const life = lifeOf(info);
    if (life === 'gone' || (life === 'unknown' && !isSameDaemon(info, readDaemonInfo(home)))) return true;
    if (monotonicMs() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export function stillThere(pid: number): StyxyError {
  return new StyxyError('DAEMON_UNREACHABLE', `The daemon (pid ${pid}) does not end`, {
    hint: `Look at it with \`ps -p ${pid}\`, and end it by \`kill -9 ${pid}\`: no lease is lost.`,
  });
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended in between.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
