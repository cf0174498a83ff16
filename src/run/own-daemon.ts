// Owns the exemption of the home's daemon: whoever started it, it is no command's leftover.

import { readDaemonInfo } from '../client/running-daemon.ts';
import type { ProcessIdentity } from '../core/process-identity.ts';
import type { Home } from '../home.ts';
import type { ProcessTree } from '../os/os.ts';

/** Takes away from a list of processes those that are not to be ended. */
export type Spare = (found: readonly ProcessIdentity[]) => readonly ProcessIdentity[];

/**
 * Spares the daemon that `daemon.json` of `home` names, and what it has started. A daemon that a command started is
 * below that command until its starter has ended, and every other run needs it. It is read anew each time: the
 * command may replace the daemon.
 */
export function spareDaemon(home: Home, processes: Pick<ProcessTree, 'descendants'>): Spare {
  return (found) => {
    const info = readDaemonInfo(home);
    const isDaemon = ({ pid, startTicks, bootId }: ProcessIdentity): boolean =>
      pid === info?.pid && startTicks === info.startTicks && bootId === info.bootId;
    if (!found.some(isDaemon)) return found;
    const below = new Set(processes.descendants(info?.pid ?? 0).map(({ pid }) => pid));
    return found.filter((each) => !isDaemon(each) && !below.has(each.pid));
  };
}
