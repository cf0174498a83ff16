// Owns the look at the home's daemon: asks the one that runs, starts none, replaces none, and never waits long.

import { existsSync } from 'node:fs';
import type { StatusAnswer } from '../api/schemas-daemon.ts';
import { autostartPlace } from '../client/autostart-place.ts';
import { expectOk } from '../client/client.ts';
import { findRunning, type Reached, unreachable } from '../client/find-daemon.ts';
import { type Answer, exchange, TransportError } from '../client/http.ts';
import { type DaemonInfo, lifeOf, readDaemonInfo } from '../client/running-daemon.ts';
import { settleSilence } from '../client/silent-daemon.ts';
import { StyxyError } from '../errors.ts';
import type { Home } from '../home.ts';

export type DaemonSight =
  | {
      readonly kind: 'answers';
      readonly status: StatusAnswer;
      /** What `daemon.json` says; null where it says nothing. */
      readonly info: DaemonInfo | null;
      /** Whether the home's socket led to it; else TCP did. */
      readonly isBySocket: boolean;
    }
  /** `isAwaited`: the service manager holds the socket, and starts one at the first connection. */
  | { readonly kind: 'none'; readonly info: DaemonInfo | null; readonly isAwaited: boolean }
  | { readonly kind: 'fault'; readonly info: DaemonInfo | null; readonly error: StyxyError };

const CONNECT_MS = 2_000;
const ASK_MS = 6_000;

export async function lookAtDaemon(home: Home, env: NodeJS.ProcessEnv): Promise<DaemonSight> {
  const info = readDaemonInfo(home);
  if (wouldStartOne(home, env, info)) return { kind: 'none', info, isAwaited: true };
  try {
    const reached = await findRunning(home, CONNECT_MS);
    if (reached === null) return { kind: 'none', info, isAwaited: false };
    const { status, body } = await askStatus(home, env, reached);
    const said = expectOk({ status, body: body as StatusAnswer });
    const isBySocket = typeof reached.endpoint.address === 'string';
    return { kind: 'answers', status: said, info: readDaemonInfo(home), isBySocket };
  } catch (error) {
    if (error instanceof TransportError) return { kind: 'fault', info, error: unreachable(home, error) };
    if (error instanceof StyxyError) return { kind: 'fault', info, error };
    throw error;
  }
}

/** @throws StyxyError DAEMON_UNREACHABLE that says what keeps it from answering, where that can be seen; TransportError */
async function askStatus(home: Home, env: NodeJS.ProcessEnv, { socket, endpoint }: Reached): Promise<Answer> {
  const answer = exchange(socket, endpoint, 'GET', '/status', undefined, CONNECT_MS);
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof TransportError) || error.fault !== 'silent') throw error;
    // Looks alone: without the leave to start one, nothing is replaced.
    const options = { home, env, autostart: false, timeoutMs: CONNECT_MS };
    await settleSilence(options, endpoint, 0, new Promise(() => {}));
    throw error;
  }
}

/**
 * Asks the daemon that runs.
 *
 * @throws StyxyError DAEMON_UNREACHABLE, and whatever it refuses with
 */
export async function askDaemon<T>(home: Home, method: string, path: string, body?: unknown): Promise<T> {
  try {
    const reached = await findRunning(home, CONNECT_MS);
    if (reached === null) throw new StyxyError('DAEMON_UNREACHABLE', 'The daemon has ended meanwhile');
    const answer = await exchange(reached.socket, reached.endpoint, method, path, body, ASK_MS);
    return expectOk({ status: answer.status, body: answer.body as T });
  } catch (error) {
    throw error instanceof TransportError ? unreachable(home, error) : error;
  }
}

/** A connection to a socket that the service manager holds starts the daemon, which nobody asked for here. */
function wouldStartOne(home: Home, env: NodeJS.ProcessEnv, info: DaemonInfo | null): boolean {
  if (info !== null && lifeOf(info) !== 'gone') return false;
  const place = autostartPlace(home, env);
  return place !== null && place.socket !== null && existsSync(place.daemonFile);
}
