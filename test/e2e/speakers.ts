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
  /** Whether its shells find `styxy` where its hooks do. */
  readonly keepsPath: boolean;
  /** What is printed where there is nothing to say. */
  readonly silence: '' | '{}';
  /** The start of a session, and where its answer has variables; null where it has none. */
  readonly start: string;
  readonly variables: Path | null;
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
    keepsPath: false,
    silence: '',
    start: 'SessionStart',
    variables: null,
  },
  gemini: {
    folder: '.gemini',
    file: '.gemini/settings.json',
    command: [0, 'hooks', 0, 'command'],
    before: 'BeforeTool',
    after: 'AfterTool',
    body: ({ session, cwd, event, command, output }) => ({
      session_id: session,
      transcript_path: '/tmp/session.json',
      cwd,
      hook_event_name: event,
      timestamp: '2026-11-25T18:00:00.000Z',
      tool_name: 'run_shell_command',
      tool_input: { command, description: 'Starts it' },
      ...(output === null ? {} : { tool_response: { llmContent: output, returnDisplay: output } }),
    }),
    rewritten: [SPECIFIC, 'tool_input', 'command'],
    told: [SPECIFIC, 'additionalContext'],
    refusal: ['reason'],
    refuses: { decision: 'deny' },
    rewrites: { hookEventName: 'BeforeTool' },
    keepsPath: true,
    silence: '',
    start: 'SessionStart',
    variables: null,
  },
  cursor: {
    folder: '.cursor',
    file: '.cursor/hooks.json',
    command: [0, 'command'],
    before: 'preToolUse',
    after: 'postToolUse',
    body: ({ session, cwd, event, command, output }) => ({
      conversation_id: session,
      generation_id: 'g1',
      model: 'composer-2',
      hook_event_name: event,
      cursor_version: '3.1.0',
      workspace_roots: [cwd],
      user_email: null,
      transcript_path: null,
      tool_name: 'Shell',
      tool_input: { command, working_directory: cwd, timeout: 30_000 },
      tool_use_id: 't1',
      cwd: '',
      ...(output === null ? {} : { tool_output: JSON.stringify({ output, exitCode: 1 }), duration: 12 }),
    }),
    rewritten: ['updated_input', 'command'],
    told: ['additional_context'],
    refusal: ['agent_message'],
    refuses: { permission: 'deny' },
    rewrites: { timeout: 30_000 },
    keepsPath: false,
    silence: '{}',
    start: 'sessionStart',
    variables: ['env'],
  },
  copilot: {
    folder: '.copilot',
    file: '.copilot/hooks/styxy.json',
    command: [0, 'bash'],
    before: 'preToolUse',
    after: 'postToolUse',
    body: ({ session, cwd, command, output }) => ({
      sessionId: session,
      timestamp: 1_764_093_600_000,
      cwd,
      toolName: 'bash',
      // As a text: the front must not look for words in it.
      toolArgs: JSON.stringify({ command, description: 'Starts it', mode: 'async' }),
      ...(output === null ? {} : { toolResult: { resultType: 'success', textResultForLlm: output } }),
    }),
    rewritten: ['modifiedArgs', 'command'],
    told: ['additionalContext'],
    refusal: ['permissionDecisionReason'],
    refuses: { permissionDecision: 'deny' },
    rewrites: { description: 'Starts it', mode: 'async' },
    keepsPath: true,
    silence: '',
    start: 'sessionStart',
    variables: null,
  },
};

/** What is at the end of a path; undefined where it leads nowhere. */
export function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}
