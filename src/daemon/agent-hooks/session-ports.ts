// Owns what an agent is told at the start of its session: the ports of its checkout.

import { sessionText } from '../../agents/session-text.ts';
import { leaseJson } from '../../api/lease-json.ts';
import { knownName } from '../../core/lease.ts';
import { snapshot } from '../../core/life.ts';
import type { DaemonContext } from '../context.ts';
import { gitBranch } from '../git-branch.ts';
import type { Session } from './sessions.ts';

export async function welcome(context: DaemonContext, { project }: Session): Promise<string> {
  const ports = await context.coordinator.query((reading) =>
    [...reading.state.leases()]
      .filter(({ lease }) => lease.projectPath === project.path)
      .map((entry) => ({
        name: knownName(entry.lease),
        port: entry.lease.port,
        url: leaseJson(snapshot(reading.state, entry, reading)).url,
        isActive: entry.vitals.state === 'active',
      })),
  );
  return sessionText(project.path, await gitBranch(project.path), ports);
}
