// Owns the stop of a daemon: asked by its API, else by a signal to the very process that `daemon.json` names.

import { StyxyError } from '../errors.ts';
import { type Home, refuseForeignHome } from '../home.ts';
import { connect } from './client.ts';
import { endDaemon, hasEnded, stillThere } from './end-daemon.ts';
import { type DaemonInfo, isProven, lifeOf, readDaemonInfo } from './running-daemon.ts';
import { findSupervisor } from './supervisor.ts';

export interface StoppedDaemon {
  /** Null when none ran. */
  readonly pid: number | null;
  /** Whether it had to be killed, because it did not end by itself. */
  readonly wasKilled: boolean;
  /** Whether an installed autostart was stopped as well. */
  readonly isSupervised: boolean;
}

/** Time enough to find out what a daemon that does not answer is doing. */
const ASK_TIMEOUT_MS = 5_000;
/** The daemon lets requests that are under way finish. */
const END_TIMEOUT_MS = 10_000;
/** One that does not answer has little to finish. */
const SILENT_END_TIMEOUT_MS = 3_000;
/** A supervisor lets the daemon finish as well, and kills it afterwards. */
const SUPERVISED_END_TIMEOUT_MS = 20_000;

/**
 * Stops the home's daemon and waits for its end, and first of all whatever would start it again. No lease is lost, whichever
 * way it ends.
 *
 * @throws StyxyError DAEMON_UNREACHABLE when a daemon is there that can neither be asked nor proven to be the one,
 *   HOME_UNSAFE when this is root and the home somebody else's
 */
export async function stopDaemon(home: Home, env: NodeJS.ProcessEnv): Promise<StoppedDaemon> {
  refuseForeignHome(home.dir);
  const info = readDaemonInfo(home);
  const wasRunning = info !== null && lifeOf(info) === 'running';
  const supervisor = findSupervisor(home, env);
  const isSupervised = (await supervisor?.stop(SUPERVISED_END_TIMEOUT_MS)) ?? false;
  if (wasRunning && lifeOf(info) === 'gone') return { pid: info.pid, wasKilled: false, isSupervised };
  return { ...(await endRunning(home, env, info)), isSupervised };
}

async function endRunning(
  home: Home,
  env: NodeJS.ProcessEnv,
  info: DaemonInfo | null,
): Promise<Omit<StoppedDaemon, 'isSupervised'>> {
  let asked: number | null = null;
  let failure: unknown = null;
  try {
    asked = await ask(home, env);
  } catch (error) {
    failure = error;
  }
  const named = info !== null && lifeOf(info) !== 'gone' ? info : null;
  if (asked === null) {
    // Nobody at the socket, and nobody whom daemon.json names.
    if (named === null || lifeOf(named) === 'unknown') {
      if (failure instanceof StyxyError && (failure.cause ?? failure.fields.reason) !== undefined)
        throw failure;
      return { pid: null, wasKilled: false };
    }
    if (!isProven(home, named)) throw failure ?? stillThere(named.pid);
    return { pid: named.pid, wasKilled: await endDaemon(home, named, SILENT_END_TIMEOUT_MS) };
  }
  const target = named ?? nameless(asked);
  if (await hasEnded(home, target, END_TIMEOUT_MS)) return { pid: target.pid, wasKilled: false };
  if (named === null) throw stillThere(target.pid);
  return { pid: target.pid, wasKilled: await endDaemon(home, target, 0) };
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

/** What is known of a daemon that answers, and could not write its `daemon.json`. */
function nameless(pid: number): DaemonInfo {
  return {
    pid,
    startTicks: null,
    bootId: null,
    pidNamespace: null,
    netNamespace: null,
    port: null,
    version: null,
    apiVersion: null,
    isForeground: false,
  };
}
