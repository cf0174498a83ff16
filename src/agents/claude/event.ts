// Owns the events of Claude Code as its hooks get them: read from JSON that may be anything.

/** What is known of an event. What is missing, or is no text where one belongs, is null. */
export interface ClaudeEvent {
  /** `PreToolUse`, `SessionStart` and so on. */
  readonly name: string;
  readonly sessionId: string;
  /** Where the session works; in a worktree `CLAUDE_PROJECT_DIR` is somewhere else. */
  readonly cwd: string;
  readonly permissionMode: string | null;
  /** Of SessionStart: startup, resume, clear, compact, fork. */
  readonly source: string | null;
  /** Of SessionEnd: clear, resume, logout, other and so on. */
  readonly reason: string | null;
  readonly oldCwd: string | null;
  readonly newCwd: string | null;
  readonly worktreePath: string | null;
  readonly toolName: string | null;
  /** As it came: an answer that changes it must echo every field. */
  readonly toolInput: Fields;
  /** The texts that a tool printed, as one. */
  readonly output: string;
}

export type Fields = Readonly<Record<string, unknown>>;

/** How deep the answer of a tool is looked into for texts, and how much of them is kept: the end of it. */
const MAX_DEPTH = 4;
const MAX_OUTPUT = 64 * 1024;

/** @returns null for what is no event of a session */
export function readClaudeEvent(body: unknown): ClaudeEvent | null {
  if (!isFields(body)) return null;
  const name = text(body.hook_event_name);
  const sessionId = text(body.session_id);
  const cwd = text(body.cwd);
  if (name === null || sessionId === null || cwd === null) return null;
  return {
    name,
    sessionId,
    cwd,
    permissionMode: text(body.permission_mode),
    source: text(body.source),
    reason: text(body.reason),
    oldCwd: text(body.old_cwd),
    newCwd: text(body.new_cwd),
    worktreePath: text(body.worktree_path),
    toolName: text(body.tool_name),
    toolInput: isFields(body.tool_input) ? body.tool_input : {},
    output: [...textsIn(body.tool_response, 0), ...textsIn(body.error, 0)].join('\n').slice(-MAX_OUTPUT),
  };
}

export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textsIn(value: unknown, depth: number): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || depth === MAX_DEPTH) return [];
  return Object.values(value).flatMap((each) => textsIn(each, depth + 1));
}
