// Owns what is done on each event of Claude Code, and what is answered.

import * as answers from '../../agents/claude/answer.ts';
import { type ClaudeEvent, readClaudeEvent } from '../../agents/claude/event.ts';
import type { Actor } from '../../core/audit.ts';
import type { DaemonContext } from '../context.ts';
import { explainOutput } from './explain-output.ts';
import { answerPreTool } from './pre-tool.ts';
import { releaseWorktree, retireSession } from './session-end.ts';
import { welcome } from './session-ports.ts';
import { registerSession, type Session, sessionOf } from './sessions.ts';

export const CLAUDE = 'claude';

/** What an event comes with besides itself. */
export interface HookCall {
  readonly body: unknown;
  /** The agent's process; null where it cannot be known. */
  readonly agentPid: number | null;
  /** Whether `styxy` in the agent's shell is this program. */
  readonly isOnPath: boolean;
  readonly actor: Actor;
}

/** @returns the agent's answer, empty where there is nothing to say */
export async function answerClaude(context: DaemonContext, call: HookCall): Promise<answers.ClaudeAnswer> {
  const event = readClaudeEvent(call.body);
  if (event === null) return answers.NOTHING;
  const { actor } = call;
  if (event.name === 'WorktreeRemove') {
    await releaseWorktree(context, event.worktreePath, actor);
    return answers.NOTHING;
  }
  const session = await sessionOf(context, {
    agent: CLAUDE,
    sessionId: event.sessionId,
    cwd: event.name === 'CwdChanged' ? (event.newCwd ?? event.cwd) : event.cwd,
    isContinued: event.name === 'SessionStart' && event.source !== 'startup',
    agentPid: call.agentPid,
  });
  return session === null ? answers.NOTHING : await answerOf(context, call, event, session);
}

async function answerOf(
  context: DaemonContext,
  { actor, isOnPath }: HookCall,
  event: ClaudeEvent,
  session: Session,
): Promise<answers.ClaudeAnswer> {
  switch (event.name) {
    case 'SessionStart':
      await registerSession(context, session, actor);
      return answers.tell(event.name, await welcome(context, session));
    case 'CwdChanged': {
      const isElsewhere = session.entry?.instance.workingDirectory !== session.project.path;
      if (!isElsewhere) return answers.NOTHING;
      await registerSession(context, session, actor);
      return answers.tell(event.name, await welcome(context, session));
    }
    case 'SessionEnd':
      await retireSession(context, session, event.reason, actor);
      return answers.NOTHING;
    case 'PreToolUse':
      return await answerPreTool(context, { event, session, actor, isOnPath });
    case 'PostToolUse':
    case 'PostToolUseFailure': {
      const explanation = await explainOutput(context, session, event);
      return explanation === null ? answers.NOTHING : answers.tell(event.name, explanation);
    }
    default:
      return answers.NOTHING;
  }
}
