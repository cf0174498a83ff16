// Owns the end of a session and of a worktree: what they held is free again.

import { isWithin } from '../../coordinator/sighting.ts';
import type { Actor } from '../../core/audit.ts';
import type { DaemonContext } from '../context.ts';
import { realPath } from '../real-path.ts';
import type { Session } from './sessions.ts';

/** The agent's process goes on, with another session in the place of this one. */
const GOES_ON = ['clear', 'resume'];

/** @param reason as the agent says it */
export async function retireSession(
  context: DaemonContext,
  { entry }: Session,
  reason: string | null,
  actor: Actor,
): Promise<void> {
  if (entry === undefined || (reason !== null && GOES_ON.includes(reason))) return;
  const { instanceId } = entry.instance;
  await context.coordinator.submit<'retire'>({ kind: 'retire', instanceId }, { ...actor, instanceId });
}

/** Ends the leases of a worktree that is removed. @param path an absolute one; nothing is done for any other */
export async function releaseWorktree(
  context: DaemonContext,
  path: string | null,
  actor: Actor,
): Promise<void> {
  if (path === null || !path.startsWith('/')) return;
  const directory = await realPath(path);
  // The root of a disk is nobody's worktree.
  if (directory === '/') return;
  const leases = await context.coordinator.query(({ state }) =>
    [...state.leases()].flatMap(({ lease: { lockId, projectPath } }) =>
      projectPath !== null && isWithin(projectPath, directory) ? [{ lockId, projectPath }] : [],
    ),
  );
  for (const { lockId, projectPath } of leases) {
    await context.coordinator.submit<'release'>(
      {
        kind: 'release',
        lockId,
        fence: null,
        callerInstanceId: null,
        callerProjectPath: projectPath,
        force: false,
      },
      actor,
    );
  }
}
