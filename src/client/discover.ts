// Owns the finding of the daemon: the one that runs, else one that is started now.

import { API_VERSION, VERSION } from '../api/api-version.ts';
import { StyxyError } from '../errors.ts';
import { refuseForeignHome } from '../home.ts';
import { type DiscoverOptions, findRunning, type Reached, SILENCE_MS } from './find-daemon.ts';
import { TransportError } from './http.ts';
import { readNetNamespace } from './place.ts';
import { type DaemonInfo, readDaemonInfo } from './running-daemon.ts';

/**
 * Reaches the home's daemon, and starts one where that is allowed.
 *
 * @throws StyxyError DAEMON_UNREACHABLE, with the daemon's own reason where it gave one; HOME_UNSAFE
 */
export async function discover(options: DiscoverOptions): Promise<Reached> {
  refuseForeignHome(options.home.dir);
  const found = await findPatiently(options);
  if (found !== null) return await ofFittingVersion(found, options);
  if (!options.autostart) {
    throw new StyxyError('DAEMON_UNREACHABLE', `No daemon runs for ${options.home.dir}`, {
      hint: 'Start one with `styxy daemon start`.',
    });
  }
  const { startDaemon } = await import('./start-daemon.ts');
  return await startDaemon(options);
}

/** Nearly always nothing is to be done, which is all that the frequent commands load. */
async function ofFittingVersion(found: Reached, options: DiscoverOptions): Promise<Reached> {
  const info = readDaemonInfo(options.home);
  tellOfOtherNetwork(info, options);
  const isOurs = info?.version === VERSION && info.apiVersion === API_VERSION;
  if (info === null || info.version === null || isOurs) return found;
  const { settleVersion } = await import('./daemon-version.ts');
  return await settleVersion(found, info, options);
}

let isTold = false;

/** Said once: a port that is free where the daemon is may be taken here, and a server here is not seen there. */
function tellOfOtherNetwork(info: DaemonInfo | null, { onNotice }: DiscoverOptions): void {
  const there = info?.netNamespace ?? null;
  if (isTold || there === null) return;
  const here = readNetNamespace();
  if (here === null || here === there) return;
  isTold = true;
  onNotice?.(
    'this is another network than the daemon’s, as in a sandbox or container: its ports are those outside. With STYXY_HOME set to a directory of its own, this place gets a daemon of its own.',
  );
}

/** Finds the daemon that runs; one that does not even take the connection is looked at, and replaced if it hangs. */
async function findPatiently(options: DiscoverOptions): Promise<Reached | null> {
  const { home, timeoutMs } = options;
  try {
    return await findRunning(home, Math.min(timeoutMs, SILENCE_MS));
  } catch (error) {
    const cause = error instanceof StyxyError ? error.cause : undefined;
    const silent = cause instanceof TransportError ? cause.silentEndpoint : null;
    if (silent === null || timeoutMs <= SILENCE_MS) throw error;
    const { settleSilence } = await import('./silent-daemon.ts');
    const restMs = timeoutMs - SILENCE_MS;
    // Nothing was sent yet, so that there is no answer that could come after all.
    const next = await settleSilence(options, silent, restMs, new Promise(() => {}));
    return next ?? (await findRunning(home, restMs));
  }
}
