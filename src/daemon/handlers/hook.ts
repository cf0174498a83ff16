// Owns the handler that answers the events of coding agents.

import { DIALECTS } from '../../agents/dialects.ts';
import { AGENT_NAMES, isAgentName } from '../../agents/occasions.ts';
import { StyxyError } from '../../errors.ts';
import { programAbove } from '../../os/program-above.ts';
import { actorOf } from '../actor.ts';
import { answerEvent } from '../agent-hooks/answer-event.ts';
import type { Handler } from '../context.ts';

export const hook: Handler<'hook'> = async (context, { params, query, body }, reply) => {
  const { agent } = params;
  if (!isAgentName(agent)) {
    throw new StyxyError('NOT_FOUND', `There are no hooks for an agent "${agent}"`, {
      hint: `Known: ${AGENT_NAMES.join(', ')}.`,
    });
  }
  return await answerEvent(context, DIALECTS[agent], {
    body,
    agentPid:
      query.agent_pid ??
      (query.pid === undefined ? null : programAbove(context.processes, context.processNames, query.pid)),
    isOnPath: DIALECTS[agent].keepsPath && (query.on_path ?? false),
    actor: actorOf(reply),
  });
};
