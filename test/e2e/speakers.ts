// Owns the agents under test as they are seen from outside: where they keep hooks, what they send, and where their answers say what.

import type { Fields } from './agent-hooks.ts';

type Path = readonly (string | number)[];

/** What an event is about. */
export interface Said {
  readonly session: string;
  readonly cwd: string;
  /** The agent's own name of the event. */
  readonly event: string;
  readonly command: string;
  /** What the command printed; null before it. */
  readonly output: string | null;
}

export interface Speaker {
  /** Made when the agent is first used. */
  readonly folder: string;
  /** Where its hooks stand. */
  readonly file: string;
  /** The way to an event's command in that file, behind `hooks` and the event. */
  readonly command: Path;
  readonly before: string;
  readonly after: string;
  /** The body of an event, with every field that the agent's documentation has. */
  body(said: Said): Fields;
  /** Where the answers say which command runs instead, what the agent is to know, and why a command is refused. */
  readonly rewritten: Path;
  readonly told: Path;
  readonly refusal: Path;
  /** What a refusal and a rewriting say besides. */
  readonly refuses: Fields;
  readonly rewrites: Fields;
}

const SPECIFIC = 'hookSpecificOutput';

export const SPEAKERS: Readonly<Record<string, Speaker>> = {
  codex: {
    folder: '.codex',
    file: '.codex/hooks.json',
    command: [0, 'hooks', 0, 'command'],
    before: 'PreToolUse',
    after: 'PostToolUse',
    body: ({ session, cwd, event, command, output }) => ({
      session_id: session,
      turn_id: '1',
      transcript_path: null,
      cwd,
      hook_event_name: event,
      model: 'gpt-5.2-codex',
      permission_mode: 'default',
      tool_name: 'Bash',
      tool_input: { command },
      tool_use_id: 'call_1',
      ...(output === null ? {} : { tool_response: output }),
    }),
    rewritten: [SPECIFIC, 'updatedInput', 'command'],
    told: [SPECIFIC, 'additionalContext'],
    refusal: [SPECIFIC, 'permissionDecisionReason'],
    refuses: { permissionDecision: 'deny' },
    rewrites: { permissionDecision: 'allow' },
  },
};

/** What is at the end of a path; undefined where it leads nowhere. */
export function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}
