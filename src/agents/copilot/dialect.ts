// Owns the dialect of Copilot CLI's hooks: https://docs.github.com/en/copilot/reference/hooks-reference. Its events do not say their names.

import type { Dialect } from '../dialect.ts';
import { eventReader, unpacked } from '../event.ts';

export const copilot: Dialect = {
  agent: 'copilot',
  inputKey: 'toolArgs',
  silence: '',
  keepsPath: true,
  takesVariables: false,
  read: eventReader('copilot', (body, _name, occasion) => {
    return {
      sessionId: body.sessionId,
      cwd: body.cwd,
      isContinued: occasion === 'session-start' && body.source === 'resume',
      reason: body.reason,
      // Some versions pack the arguments into a text.
      toolInput: unpacked(body.toolArgs),
      outputs: [body.toolResult, body.error],
    };
  }),
  // Without a decision the changed arguments meet the rules that hold anyway.
  powers: () => ({ asks: 'yes', rewrites: 'leaves' }),
  write({ occasion, toolInput }, answer) {
    switch (answer.kind) {
      case 'nothing':
        return {};
      case 'tell':
        return occasion === 'before-command' ? {} : { additionalContext: answer.sentence };
      case 'deny':
      case 'ask':
        return { permissionDecision: answer.kind, permissionDecisionReason: answer.reason };
      case 'replace': {
        const modifiedArgs = { ...toolInput, command: answer.command };
        return answer.permission === 'ask'
          ? { permissionDecision: 'ask', permissionDecisionReason: answer.reason, modifiedArgs }
          : { modifiedArgs };
      }
    }
  },
};
