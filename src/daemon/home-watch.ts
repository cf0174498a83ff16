// Owns the watch over the home of a running daemon: whether it is still there, and says who serves it.

import { statSync } from 'node:fs';
import type { Home } from '../home.ts';

const INTERVAL_MS = 2_000;

export interface HomeWatch {
  /** Whether the home still is the one that the daemon was started in. */
  isOurs(): boolean;
  stop(): void;
}

export interface HomeWatchOptions {
  readonly home: Home;
  /** Writes `daemon.json` again where it is missing or wrong. Throws when it cannot be written. */
  readonly mendInfo: () => void;
  /** Called once when the home was removed or another one has its path. */
  readonly onGone: () => void;
}

/**
 * Watches a home whose store is open. A store that was removed still takes commits, which would be lost with the process:
 * who serves from it promises what nobody will find again.
 */
export function watchHome({ home, mendInfo, onGone }: HomeWatchOptions): HomeWatch {
  const opened = identityOf(home.store);
  const isOurs = (): boolean => {
    const now = identityOf(home.store);
    return opened === 'unknown' || now === 'unknown' || now === opened;
  };
  const timer = setInterval(() => {
    if (!isOurs()) {
      clearInterval(timer);
      onGone();
      return;
    }
    try {
      mendInfo();
    } catch {
      // A full disk may have room again by the next time.
    }
  }, INTERVAL_MS).unref();
  return { isOurs, stop: () => clearInterval(timer) };
}

/** Device and inode; `none` where nothing is, `unknown` where that cannot be seen just now. */
function identityOf(path: string): string {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'none' : 'unknown';
  }
}
