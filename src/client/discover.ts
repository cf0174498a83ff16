// Owns the finding of the daemon: the one that runs, else one that is started now.

import { type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StyxyError } from '../errors.ts';
import type { Home } from '../home.ts';
import { type DiscoverOptions, findRunning, type Reached } from './find-daemon.ts';

/**
 * Reaches the home's daemon, and starts one where that is allowed.
 *
 * @throws StyxyError DAEMON_UNREACHABLE, with the daemon's own reason where it gave one; HOME_UNSAFE
 */
export async function discover(options: DiscoverOptions): Promise<Reached> {
  refuseForeignHome(options.home);
  const found = await findRunning(options.home, options.timeoutMs);
  if (found !== null) return found;
  if (!options.autostart) {
    throw new StyxyError('DAEMON_UNREACHABLE', `No daemon runs for ${options.home.dir}`, {
      hint: 'Start one with `styxy daemon start`.',
    });
  }
  const { startDaemon } = await import('./start-daemon.ts');
  return await startDaemon(options);
}

/** Root in somebody else's directory would leave files there that their owner cannot remove. */
function refuseForeignHome(home: Home): void {
  if (process.geteuid?.() !== 0) return;
  let path = home.dir;
  let stats = lookAt(path);
  while (stats === undefined && dirname(path) !== path) {
    path = dirname(path);
    stats = lookAt(path);
  }
  if (stats === undefined || stats.uid === 0) return;
  throw new StyxyError('HOME_UNSAFE', `${path} belongs to user ${stats.uid}, and root does not work there`, {
    hint: 'Run styxy as the owner of that directory, or set STYXY_HOME to one of root.',
    fields: { path },
  });
}

/** @returns undefined also for what can be no path; whoever uses it says why */
function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
