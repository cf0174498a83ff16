// Owns the finding of the daemon: the one that runs, else one that is started now.

import { StyxyError } from '../errors.ts';
import { refuseForeignHome } from '../home.ts';
import { type DiscoverOptions, findRunning, type Reached } from './find-daemon.ts';

/**
 * Reaches the home's daemon, and starts one where that is allowed.
 *
 * @throws StyxyError DAEMON_UNREACHABLE, with the daemon's own reason where it gave one; HOME_UNSAFE
 */
export async function discover(options: DiscoverOptions): Promise<Reached> {
  refuseForeignHome(options.home.dir);
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
