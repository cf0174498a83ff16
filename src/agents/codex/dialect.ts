// Owns the dialect of Codex CLI's hooks: https://developers.openai.com/codex/hooks. It refuses an answer with any field that it does not know.

import type { Dialect } from '../dialect.ts';
import { eventReader } from '../event.ts';
import { specific } from '../specific.ts';

export const codex: Dialect = {
  agent: 'codex',
  inputKey: 'tool_input',
  silence: '',
  // It runs commands by `bash -lc`.
  keepsPath: false,
  takesVariables: false,
  read: eventReader('codex', (body, _name, occasion) => {
    return {
      sessionId: body.session_id,
      cwd: body.cwd,
      isContinued: occasion === 'session-start' && body.source !== 'startup',
      permissionMode: body.permission_mode,
      toolInput: body.tool_input,
      outputs: [body.tool_response],
    };
  }),
  // `ask` is an invalid answer. `allow` goes with a changed input alone, and approves nothing: sandbox and approvals come after it.
  powers: () => ({ asks: 'no', rewrites: 'leaves' }),
  write({ name, toolInput }, answer) {
    switch (answer.kind) {
      case 'nothing':
        return {};
      case 'tell':
        return specific(name, { additionalContext: answer.sentence });
      case 'deny':
      case 'ask':
        return specific(name, { permissionDecision: 'deny', permissionDecisionReason: answer.reason });
      case 'replace':
        return specific(name, {
          permissionDecision: 'allow',
          updatedInput: { ...toolInput, command: answer.command },
          additionalContext: answer.reason,
        });
    }
  },
};
