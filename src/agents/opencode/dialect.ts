// Owns the words between opencode's plug-in, which is our own, and the daemon.

import type { Dialect } from '../dialect.ts';
import { eventOf, isFields, text } from '../event.ts';
import { occasionOf } from '../occasions.ts';

export const opencode: Dialect = {
  agent: 'opencode',
  inputKey: 'tool_input',
  silence: '',
  // Its shells are login shells.
  keepsPath: false,
  takesVariables: true,
  read(body) {
    if (!isFields(body)) return null;
    const name = text(body.hook_event_name) ?? '';
    const occasion = occasionOf('opencode', name);
    if (occasion === null) return null;
    const input = isFields(body.tool_input) ? body.tool_input : {};
    return eventOf({
      occasion,
      name,
      sessionId: body.session_id,
      cwd: body.cwd,
      toolInput: input,
      directory: input.workdir,
      outputs: [body.output],
    });
  },
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
