// Owns the end of the daemon: in good order when asked, at once when asked twice, and after a bug with its own status.

import type { Server } from 'node:http';
import type { Coordinator } from '../coordinator/contract.ts';
import type { Home } from '../home.ts';
import { removeDaemonInfo } from './daemon-info.ts';
import type { HomeWatch } from './home-watch.ts';
import type { DaemonLog } from './logs.ts';

/** EX_SOFTWARE of sysexits: an internal error. */
export const BUG_STATUS = 70;
/** How long requests that are under way may take to end. */
const DRAIN_MS = 5_000;
/** How long a stop may take after a bug, when nothing can be relied on. */
const LAST_WILL_MS = 3_000;

export interface Ending {
  readonly home: Home;
  readonly log: DaemonLog;
  /** Connections that stay open until one side ends them. */
  readonly streams: readonly { stop(): void }[];
  readonly servers: () => readonly Server[];
  readonly coordinator: () => Coordinator | null;
  /** Null before the daemon is ready. */
  readonly homeWatch: () => HomeWatch | null;
  /** Ends what would still use the store. */
  readonly onStop: () => Promise<void>;
  readonly exit: (status: number) => void;
}

export interface Shutdown {
  /** Stops in good order; a second call changes nothing. Resolves when everything is written and closed. */
  stop(reason: string): Promise<void>;
  /** Reports a bug and ends the process, in good order as far as that goes. */
  dieOfBug(error: unknown): void;
}

export function createShutdown(ending: Ending): Shutdown {
  let stopping: Promise<void> | null = null;
  let isDying = false;

  const stop = (reason: string): Promise<void> => {
    stopping ??= stopInOrder(ending, reason);
    return stopping;
  };
  return {
    stop,
    dieOfBug: (error) => {
      if (isDying) return;
      isDying = true;
      const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.stderr.write(`styxy: the daemon has a bug and stops: ${stack}\n`);
      ending.log.fatal({ error: stack }, 'a bug: the daemon stops');
      const last = setTimeout(() => ending.exit(BUG_STATUS), LAST_WILL_MS);
      stop('a bug')
        .catch(() => {})
        .finally(() => {
          clearTimeout(last);
          ending.exit(BUG_STATUS);
        });
    },
  };
}

/** Makes signals stop the daemon; a second one ends it at once. */
export function stopOnSignals(shutdown: Shutdown, exit: (status: number) => void): void {
  let isAsked = false;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (isAsked) exit(1);
      isAsked = true;
      shutdown.stop(signal).then(
        () => exit(0),
        (error: unknown) => shutdown.dieOfBug(error),
      );
    });
  }
}

async function stopInOrder(ending: Ending, reason: string): Promise<void> {
  const { home, log, streams } = ending;
  log.info({ reason }, 'the daemon stops');
  // Closing the servers would remove the socket at that path, which is another daemon's where another home is.
  const watch = ending.homeWatch();
  const isOurs = watch?.isOurs() ?? true;
  watch?.stop();
  const stopped = ending.onStop();
  // The socket's file goes with its server, and both before the store's lock: the next daemon makes its own.
  const closed = Promise.all(isOurs ? ending.servers().map(close) : []);
  for (const each of streams) each.stop();
  await Promise.all([closed, stopped]);
  if (isOurs) removeDaemonInfo(home);
  try {
    await ending.coordinator()?.stop();
  } finally {
    log.info({}, 'the daemon stopped');
    await log.close();
  }
}

/** Accepts nobody any more, lets what is under way finish, and closes connections as they fall idle. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), 10);
    const last = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(last);
      resolve();
    });
    server.closeIdleConnections();
  });
}
