// Owns the question which agent's session a process belongs to that says so nowhere: the one that stands above it.

import { sessionName } from '../../agents/session.ts';
import type { InstanceEntry } from '../../core/instance.ts';
import type { ProcessTable } from '../../os/os.ts';

/**
 * The session whose agent started one of these processes, through whatever stands between.
 *
 * @param instances of agents and others
 */
export function agentAbove(
  processes: Pick<ProcessTable, 'ancestors'>,
  pids: readonly number[],
  instances: Iterable<InstanceEntry>,
): InstanceEntry | undefined {
  if (pids.length === 0) return undefined;
  const agents = new Map(
    [...instances].flatMap((entry) => {
      const { process, metadata } = entry.instance;
      const isAgent = entry.pulse.process === 'alive' && sessionName(metadata) !== null;
      return process !== null && isAgent ? [[process.pid, entry] as const] : [];
    }),
  );
  if (agents.size === 0) return undefined;
  for (const pid of pids) {
    const above = processes.ancestors(pid).find((each) => agents.has(each));
    if (above !== undefined) return agents.get(above);
  }
  return undefined;
}
