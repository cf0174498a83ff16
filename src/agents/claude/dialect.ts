// Owns the dialect of Claude Code's hooks: https://code.claude.com/docs/en/hooks.

import type { Dialect } from '../dialect.ts';
import { eventReader, type Fields, text } from '../event.ts';
import { specific } from '../specific.ts';

export const claude: Dialect = {
  agent: 'claude',
  inputKey: 'tool_input',
  silence: '',
  keepsPath: true,
  takesVariables: false,
  read: eventReader('claude', (body, _name, occasion) => {
    if (isOfAnother(body)) return null;
    return {
      sessionId: body.session_id,
      cwd: occasion === 'move' ? (text(body.new_cwd) ?? body.cwd) : body.cwd,
      isContinued: occasion === 'session-start' && body.source !== 'startup',
      reason: body.reason,
      worktreePath: body.worktree_path,
      permissionMode: body.permission_mode,
      toolInput: body.tool_input,
      outputs: [body.tool_response, body.error],
    };
  }),
  powers: () => ({ asks: 'yes', rewrites: 'decides' }),
  write({ name, toolInput }, answer) {
    switch (answer.kind) {
      case 'nothing':
        return {};
      case 'tell':
        return specific(name, { additionalContext: answer.sentence });
      case 'deny':
      case 'ask':
        return specific(name, {
          permissionDecision: answer.kind,
          permissionDecisionReason: answer.reason,
        });
      case 'replace':
        // It takes the place of the whole input, and its documents have it with a decision alone.
        return specific(name, {
          permissionDecision: answer.permission === 'allow' ? 'allow' : 'ask',
          permissionDecisionReason: answer.reason,
          updatedInput: { ...toolInput, command: answer.command },
          additionalContext: answer.reason,
        });
    }
  },
};

/** Cursor and Copilot CLI run the hooks in Claude Code's settings as well, in their words. They have hooks of their own. */
function isOfAnother(body: Fields): boolean {
  return (
    body.cursor_version !== undefined || (body.timestamp !== undefined && body.transcript_path === undefined)
  );
}
