// Owns the instances of agents' sessions: found by what an event shows, registered, moved along, retired.

import { instanceOfSession, newInstanceId, type SessionSight } from '../../agents/session.ts';
import { INSTANCE_ID } from '../../api/names.ts';
import type { Actor } from '../../core/audit.ts';
import type { InstanceEntry } from '../../core/instance.ts';
import { findProject, type Project } from '../../project/project.ts';
import type { DaemonContext } from '../context.ts';
import { isLinkedWorktree } from '../linked-worktree.ts';
import { realPath } from '../real-path.ts';

/** Without a process an agent that thinks, or waits for its user, is silent for long. */
const SILENCE_MS = 24 * 3600 * 1000;
const MAX_SESSION_ID = 200;

/** The session that an event is of. */
export interface Session {
  readonly sight: SessionSight;
  readonly project: Project;
  /** The instance that it is; undefined where it was never registered. */
  readonly entry: InstanceEntry | undefined;
}

/** What of an event tells the session. */
export interface SessionEvent {
  readonly agent: string;
  readonly sessionId: string;
  readonly cwd: string;
  readonly isContinued: boolean;
  /** The agent's process, or null. */
  readonly agentPid: number | null;
}

/** @returns null where the directory is gone, so that nothing can be said of it */
export async function sessionOf(context: DaemonContext, event: SessionEvent): Promise<Session | null> {
  const project = await projectAt(event.cwd);
  if (project === null) return null;
  const sight: SessionSight = {
    agent: event.agent,
    sessionId: event.sessionId.slice(0, MAX_SESSION_ID),
    process: event.agentPid === null ? null : context.processes.identify(event.agentPid),
    project: project.path,
    isContinued: event.isContinued,
  };
  const entry = await context.coordinator.query(({ state }) => instanceOfSession(sight, state.instances()));
  return { sight, project, entry };
}

export async function projectAt(directory: string): Promise<Project | null> {
  try {
    return findProject(await realPath(directory));
  } catch {
    return null;
  }
}

/**
 * Registers a session, or brings its instance up to date: where it works, under which id it goes on, in which process.
 *
 * @returns the id of its instance; null where it was refused
 */
export async function registerSession(
  context: DaemonContext,
  { sight, project, entry }: Session,
  actor: Actor,
): Promise<string | null> {
  const instanceId =
    entry?.instance.instanceId ??
    (await context.coordinator.query(({ state }) =>
      newInstanceId(sight, (id) => state.instance(id) !== undefined),
    ));
  if (!new RegExp(INSTANCE_ID, 'u').test(instanceId)) return null;
  const outcome = await context.coordinator.submit<'register'>(
    {
      kind: 'register',
      instanceId,
      workingDirectory: project.path,
      linkedWorktree: await isLinkedWorktree(project.path),
      template: null,
      pid: sight.process?.pid ?? null,
      process: sight.process,
      ttlMs: sight.process === null ? SILENCE_MS : null,
      metadata: { agent: sight.agent, session_id: sight.sessionId },
    },
    { ...actor, instanceId },
  );
  return outcome.ok ? outcome.reply.entry.instance.instanceId : null;
}
