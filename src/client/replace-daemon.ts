// Owns the replacement of a daemon: of many clients that want it at once, one does it, and all get the new one.

import { type DiscoverOptions, findRunning, type Reached } from './find-daemon.ts';
import { type DaemonInfo, isSameDaemon, readDaemonInfo } from './running-daemon.ts';
import { oneAtATime, startDaemon, startHere } from './start-daemon.ts';

export interface Replacement {
  /** Ends the old daemon. */
  readonly end: () => Promise<unknown>;
  /** The sentence for people, without its end. */
  readonly said: string;
}

/**
 * Ends the daemon `old` and starts a new one, unless somebody did so already.
 *
 * @throws StyxyError DAEMON_UNREACHABLE
 */
export async function replaceDaemon(
  options: DiscoverOptions,
  old: DaemonInfo,
  { end, said }: Replacement,
): Promise<Reached> {
  const { home } = options;
  const isThere = (): boolean => isSameDaemon(old, readDaemonInfo(home));
  const others = async (): Promise<Reached | null> => {
    if (isThere()) return null;
    return (await findRunning(home, options.timeoutMs)) ?? (await startDaemon(options));
  };
  return await oneAtATime(home, others, async (until) => {
    if (!isThere()) return null;
    await end();
    const reached = await startHere(options, until);
    const born = readDaemonInfo(home);
    // One that a supervisor is still starting has not written its own yet.
    const who = born === null || isSameDaemon(old, born) ? '' : ` (pid ${born.pid})`;
    options.onNotice?.(`${said} by a new one${who}. No lease is lost.`);
    return reached;
  });
}
