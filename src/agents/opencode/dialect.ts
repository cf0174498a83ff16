// Owns the words between opencode's plug-in, which is our own, and the daemon.

import type { Dialect } from '../dialect.ts';
import { eventReader, fieldsOf } from '../event.ts';

export const opencode: Dialect = {
  agent: 'opencode',
  inputKey: 'tool_input',
  silence: '',
  // Its shells are login shells.
  keepsPath: false,
  takesVariables: true,
  read: eventReader('opencode', (body) => {
    const input = fieldsOf(body.tool_input);
    return {
      sessionId: body.session_id,
      cwd: body.cwd,
      toolInput: input,
      directory: input.workdir,
      outputs: [body.output],
    };
  }),
  // A plug-in changes the command before opencode's own permissions are asked; it has no question of its own.
  powers: () => ({ asks: 'no', rewrites: 'leaves' }),
  write(_event, answer) {
    switch (answer.kind) {
      case 'nothing':
        return {};
      case 'tell':
        return { tell: answer.sentence };
      case 'deny':
      case 'ask':
        return { deny: answer.reason };
      case 'replace':
        return { command: answer.command, tell: answer.reason };
    }
  },
};
