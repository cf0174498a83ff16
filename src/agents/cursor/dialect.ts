// Owns the dialect of Cursor's hooks: https://cursor.com/docs/hooks. A command meets two: one that can change it, one that can ask.

import type { Dialect } from '../dialect.ts';
import { eventReader, fieldsOf, text, unpacked } from '../event.ts';

/** Its answer can neither change the command nor tell the agent anything, but have the user asked. */
const ASKING = 'beforeShellExecution';

export const cursor: Dialect = {
  agent: 'cursor',
  inputKey: 'tool_input',
  silence: '{}',
  // Its documents do not say which shell it is.
  keepsPath: false,
  takesVariables: true,
  read: eventReader('cursor', (body, name) => {
    const input = name === ASKING ? { command: body.command } : fieldsOf(body.tool_input);
    const [root] = Array.isArray(body.workspace_roots) ? body.workspace_roots : [];
    return {
      sessionId: body.conversation_id ?? body.session_id,
      cwd: text(body.cwd) ?? root,
      reason: body.reason,
      toolInput: input,
      directory: fieldsOf(input).working_directory,
      outputs: [unpacked(body.tool_output)],
    };
  }),
  // `ask` is no answer before a tool. `allow` lets the call go on to Cursor's own approval, as far as its documents say.
  powers: ({ name }) =>
    name === ASKING ? { asks: 'yes', rewrites: 'no' } : { asks: 'later', rewrites: 'leaves-alone' },
  write({ occasion, toolInput }, answer) {
    switch (answer.kind) {
      case 'nothing':
        return {};
      case 'tell':
        return occasion === 'before-command' ? {} : { additional_context: answer.sentence };
      case 'deny':
      case 'ask':
        return { permission: answer.kind, user_message: answer.reason, agent_message: answer.reason };
      case 'replace':
        return { permission: 'allow', updated_input: { ...toolInput, command: answer.command } };
    }
  },
};
