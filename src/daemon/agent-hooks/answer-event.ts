// Owns what is done on each event of an agent, and what is answered.

import { type AgentAnswer, NOTHING, tell } from '../../agents/answer.ts';
import type { Dialect } from '../../agents/dialect.ts';
import type { AgentEvent, Fields } from '../../agents/event.ts';
import type { Actor } from '../../core/audit.ts';
import type { DaemonContext } from '../context.ts';
import { explainOutput } from './explain-output.ts';
import { answerPreTool } from './pre-tool.ts';
import { releaseWorktree, retireSession } from './session-end.ts';
import { welcome } from './session-ports.ts';
import { registerSession, type Session, sessionOf } from './sessions.ts';

/** What an event comes with besides itself. */
export interface HookCall {
  readonly body: unknown;
  /** The agent's process; null where it cannot be known. */
  readonly agentPid: number | null;
  /** Whether `styxy` in the agent's shell is this program. */
  readonly isOnPath: boolean;
  readonly actor: Actor;
}

/** @returns the answer in the agent's own words, empty where there is nothing to say */
export async function answerEvent(context: DaemonContext, dialect: Dialect, call: HookCall): Promise<Fields> {
  const event = dialect.read(call.body);
  return event === null ? {} : dialect.write(event, await answerTo(context, dialect, event, call));
}

async function answerTo(
  context: DaemonContext,
  dialect: Dialect,
  event: AgentEvent,
  call: HookCall,
): Promise<AgentAnswer> {
  if (event.occasion === 'worktree-removal') {
    await releaseWorktree(context, event.worktreePath, call.actor);
    return NOTHING;
  }
  const session = await sessionOf(context, {
    agent: dialect.agent,
    sessionId: event.sessionId,
    cwd: event.cwd,
    isContinued: event.isContinued,
    agentPid: call.agentPid,
  });
  return session === null ? NOTHING : await answerOf(context, dialect, call, event, session);
}

async function answerOf(
  context: DaemonContext,
  dialect: Dialect,
  { actor, isOnPath }: HookCall,
  event: AgentEvent,
  session: Session,
): Promise<AgentAnswer> {
  switch (event.occasion) {
    case 'session-start':
      await registerSession(context, session, actor);
      return tell(await welcome(context, session));
    case 'move': {
      const isElsewhere = session.entry?.instance.workingDirectory !== session.project.path;
      if (!isElsewhere) return NOTHING;
      await registerSession(context, session, actor);
      return tell(await welcome(context, session));
    }
    case 'session-end':
      await retireSession(context, session, event.reason, actor);
      return NOTHING;
    case 'before-command':
      return await answerPreTool(context, {
        event,
        powers: dialect.powers(event),
        session,
        actor,
        isOnPath,
      });
    case 'after-command':
    case 'failed-command': {
      const explanation = await explainOutput(context, session, event);
      return explanation === null ? NOTHING : tell(explanation);
    }
    default:
      return NOTHING;
  }
}
