// Owns the table of listeners on Linux: its sources, and what /proc tells of the processes behind the sockets.

import { createEngines, engineSockets } from '../containers/engine.ts';
import { createContainerLookup } from '../containers/lookup.ts';
import { firstToAnswer } from '../first-to-answer.ts';
import type { PortTable } from '../os.ts';
import { newPace } from '../pace.ts';
import { createPortTableOf, type ProcessDetails } from '../port-table.ts';
import type { SocketSource } from '../socket-row.ts';
import { listDockerProxies } from './docker-proxies.ts';
import { processDetails } from './process-details.ts';
import { findSocketOwners } from './socket-owners.ts';
import { LINUX_SOURCES } from './socket-sources.ts';
import { createUserNames } from './user-names.ts';

/**
 * The listeners of this machine by `ss`, or by /proc, `lsof` or `netstat` where there is no `ss`.
 *
 * @param source the sockets, where not this machine's own are meant
 */
export function createLinuxPortTable(
  source: SocketSource = firstToAnswer(Object.values(LINUX_SOURCES).map((create) => create())),
): PortTable {
  return createPortTableOf({
    source,
    findOwners: findSocketOwners,
    details: detailsOf,
    userName: createUserNames(),
    containers: createContainerLookup(createEngines(engineSockets('linux', process.env)), listDockerProxies),
  });
}

async function detailsOf(pids: readonly number[]): Promise<ReadonlyMap<number, ProcessDetails>> {
  const pace = newPace();
  const details = new Map<number, ProcessDetails>();
  for (const pid of pids) {
    details.set(pid, processDetails(pid));
    if (pace.isDue()) await pace.rest();
  }
  return details;
}
