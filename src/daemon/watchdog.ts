// Owns the daemon's own look at itself: while it passes, the service manager hears so; when it does not, the manager starts another.

import { get } from 'node:http';
import { type ErrorCode, StyxyError } from '../errors.ts';
import type { Log } from './logs.ts';
import type { ServiceManager } from './service-manager.ts';

/** Of three words that are due, two may be late before the manager acts. */
const WORDS_PER_TERM = 3;
/** Faults that another start cannot mend: what still works is not to be taken away again and again. */
const OUTLASTS_A_START: ReadonlySet<ErrorCode> = new Set(['STORE_FULL']);

/** Where the daemon answers, as `http.get` takes it. */
export type OwnAddress = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/** Where a daemon answers that listens on a socket, on a port, or on both. */
export function ownAddress(socket: string | null, port: number | null): OwnAddress | null {
  if (socket !== null) return { socketPath: socket };
  return port === null ? null : { host: '127.0.0.1', port };
}

export interface SelfCheckOptions {
  /** Makes a real commit. Rejects with the store's fault. */
  readonly commit: () => Promise<void>;
  /** Null before the daemon listens. */
  readonly address: () => OwnAddress | null;
}

/** Resolves with null when all is well, else with what is wrong. */
export type SelfCheck = (timeoutMs: number) => Promise<string | null>;

/** The check of what a daemon is for: the store commits, and a client that connects gets an answer. */
export function createSelfCheck({ commit, address }: SelfCheckOptions): SelfCheck {
  return async (timeoutMs) => {
    try {
      await commit();
    } catch (error) {
      if (!(error instanceof StyxyError) || !OUTLASTS_A_START.has(error.code))
        return `the store does not commit: ${String(error)}`;
    }
    const own = address();
    if (own === null) return 'nothing is listened on';
    return await answers(own, timeoutMs);
  };
}

/** Any answer will do: what it says of the store was looked at before. */
function answers(address: OwnAddress, timeoutMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    const request = get(
      { ...address, path: '/health', agent: false, headers: { host: 'localhost' }, timeout: timeoutMs },
      (response) => {
        response.resume();
        resolve(null);
      },
    );
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    request.on('error', (error) => resolve(`the daemon's own socket does not answer: ${error.message}`));
  });
}

export interface WatchdogOptions {
  readonly manager: ServiceManager;
  readonly check: SelfCheck;
  readonly log: Log;
}

/** Checks and tells at every third of the manager's term, and not at all where it does not watch. */
export function startWatchdog({ manager, check, log }: WatchdogOptions): { stop(): void } {
  if (manager.watchdogMs === null) return { stop: () => {} };
  const everyMs = manager.watchdogMs / WORDS_PER_TERM;
  let timer: NodeJS.Timeout;
  let isStopped = false;
  const look = async (): Promise<void> => {
    const wrong = await check(everyMs);
    if (wrong !== null)
      log.error({ wrong }, 'the self-check failed; the service manager is not told that all is well');
    else if (!(await manager.tell('WATCHDOG=1')))
      log.warn({}, 'the service manager could not be told that all is well');
    if (!isStopped) timer = setTimeout(() => void look(), everyMs).unref();
  };
  timer = setTimeout(() => void look(), 0).unref();
  return {
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
