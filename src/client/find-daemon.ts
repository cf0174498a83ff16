// Owns the way to a running daemon: the home's socket, else TCP with the token.

import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { StyxyError } from '../errors.ts';
import { type Home, socketAddress } from '../home.ts';
import { type Endpoint, openSocket, TransportError } from './http.ts';
import { isRunning, readDaemonInfo } from './running-daemon.ts';

/** A daemon that was found, with a connection to it that is fresh. */
export interface Reached {
  readonly endpoint: Endpoint;
  readonly socket: Socket;
}

export interface DiscoverOptions {
  readonly home: Home;
  readonly env: NodeJS.ProcessEnv;
  /** Whether a daemon may be started. */
  readonly autostart: boolean;
  /** How long one connection may take, in ms. */
  readonly timeoutMs: number;
  /** Further arguments for a daemon that is started, such as where to listen. */
  readonly daemonArgs?: readonly string[];
  /** Takes a sentence for people, about something done to a daemon that they did not ask for. */
  readonly onNotice?: (sentence: string) => void;
}

/** After so long without an answer the daemon is looked at; a healthy one answers within milliseconds. */
export const SILENCE_MS = 2_000;

/**
 * Connects to the running daemon.
 *
 * @returns null when none runs
 * @throws StyxyError DAEMON_UNREACHABLE when one may be running and cannot be reached
 */
export async function findRunning(home: Home, timeoutMs: number): Promise<Reached | null> {
  let denied: TransportError | null = null;
  const path = socketAddress(home);
  if (path !== null) {
    const endpoint = { address: path, token: process.platform === 'win32' ? readToken(home) : null };
    try {
      return { endpoint, socket: await openSocket(endpoint, timeoutMs) };
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      if (error.fault === 'silent') throw unreachable(home, error);
      if (error.fault !== 'nobody') denied = error;
    }
  }
  const byTcp = await findByTcp(home, timeoutMs);
  if (byTcp !== null) return byTcp;
  if (denied !== null) throw unreachable(home, denied);
  return null;
}

/** The error for a daemon that is there, or should be, and does not answer. */
export function unreachable(home: Home, cause: TransportError): StyxyError {
  const info = readDaemonInfo(home);
  const who = info !== null && isRunning(info) ? `The daemon (pid ${info.pid})` : 'The daemon';
  const hints: Partial<Record<TransportError['fault'], string>> = {
    silent: 'It may be stopped or overloaded: `styxy daemon restart` ends it and starts a new one.',
    denied: `Set STYXY_HOME to a directory of yours; inside a sandbox, permit ${home.socket}.`,
  };
  return new StyxyError('DAEMON_UNREACHABLE', `${who} of ${home.dir} cannot be reached: ${cause.message}`, {
    hint: hints[cause.fault] ?? 'Try again; `styxy daemon logs` shows what the daemon says.',
    cause,
  });
}

async function findByTcp(home: Home, timeoutMs: number): Promise<Reached | null> {
  const info = readDaemonInfo(home);
  // The token goes to the port only while the process that wrote the file runs, so not to whoever has the port after
  // its end. Off Linux a pid is all that is known of that process, which another program may have by now (SECURITY.md).
  if (info === null || info.port === null || !isRunning(info)) return null;
  const token = readToken(home);
  if (token === null) return null;
  const endpoint = { address: info.port, token };
  try {
    return { endpoint, socket: await openSocket(endpoint, timeoutMs) };
  } catch (error) {
    if (error instanceof TransportError && error.fault !== 'silent') return null;
    throw error instanceof TransportError ? unreachable(home, error) : error;
  }
}

function readToken(home: Home): string | null {
  try {
    const token = readFileSync(home.token, 'latin1').trim();
    // Anything else in that file could break out of the header line.
    return /^[\x21-\x7e]{1,512}$/.test(token) ? token : null;
  } catch {
    return null;
  }
}
