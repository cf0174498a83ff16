// Owns the dialect of Gemini CLI's hooks: https://geminicli.com/docs/hooks/reference. They come after its user has agreed to a command.

import type { Dialect } from '../dialect.ts';
import { type AgentEvent, eventReader, fieldsOf } from '../event.ts';
import { specific } from '../specific.ts';

export const gemini: Dialect = {
  agent: 'gemini',
  inputKey: 'tool_input',
  silence: '',
  keepsPath: true,
  takesVariables: false,
  read: eventReader('gemini', (body, _name, occasion) => {
    const input = fieldsOf(body.tool_input);
    return {
      sessionId: body.session_id,
      cwd: body.cwd,
      isContinued: occasion === 'session-start' && body.source !== 'startup',
      reason: body.reason,
      toolInput: input,
      // Older versions call it the other way.
      directory: input.dir_path ?? input.directory,
      outputs: [body.tool_response],
    };
  }),
  powers: () => ({ asks: 'no', rewrites: 'leaves' }),
  write(event, answer) {
    switch (answer.kind) {
      case 'nothing':
        return {};
      case 'tell':
        return told(event, answer.sentence);
      case 'deny':
      case 'ask':
        return { decision: 'deny', reason: answer.reason };
      case 'replace':
        // It is merged into what the model said.
        return {
          systemMessage: answer.reason,
          ...specific(event.name, { tool_input: { command: answer.command } }),
        };
    }
  },
};

/** Before a command there is a message to the user alone. */
function told({ name, occasion }: AgentEvent, sentence: string) {
  return occasion === 'before-command'
    ? { systemMessage: sentence }
    : specific(name, { additionalContext: sentence });
}
