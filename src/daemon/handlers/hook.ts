// Owns the handler that answers the events of coding agents.

import { StyxyError } from '../../errors.ts';
import { programAbove } from '../../os/program-above.ts';
import { actorOf } from '../actor.ts';
import { answerClaude, CLAUDE, type HookCall } from '../agent-hooks/claude.ts';
import type { DaemonContext, Handler } from '../context.ts';

type Answerer = (context: DaemonContext, call: HookCall) => Promise<Readonly<Record<string, unknown>>>;

const AGENTS: ReadonlyMap<string, Answerer> = new Map([[CLAUDE, answerClaude]]);

export const hook: Handler<'hook'> = async (context, { params, query, body }, reply) => {
  const answer = AGENTS.get(params.agent);
  if (answer === undefined) {
    throw new StyxyError('NOT_FOUND', `There are no hooks for an agent "${params.agent}"`, {
      hint: `Known: ${[...AGENTS.keys()].join(', ')}.`,
    });
  }
  return await answer(context, {
    body,
    agentPid:
      query.agent_pid ??
      (query.pid === undefined ? null : programAbove(context.processes, context.processNames, query.pid)),
    isOnPath: query.on_path ?? false,
    actor: actorOf(reply),
  });
};
