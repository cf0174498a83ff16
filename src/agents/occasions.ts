// Owns the list of the agents that have hooks, and of the events by which each tells what happens.

/** What an event is about, whatever the agent calls it. */
export type Occasion =
  | 'session-start'
  | 'move'
  | 'session-end'
  | 'worktree-removal'
  | 'before-command'
  | 'after-command'
  | 'failed-command';

/**
 * By the agents' names, as commands have them: the events that Styxy listens to, as the agents' documentation calls them. Codex has no
 * end of a session, and opencode, whose plug-in is our own, is asked for variables where the others tell of a start.
 */
export const OCCASIONS = {
  claude: {
    SessionStart: 'session-start',
    CwdChanged: 'move',
    PreToolUse: 'before-command',
    PostToolUse: 'after-command',
    PostToolUseFailure: 'failed-command',
    WorktreeRemove: 'worktree-removal',
    SessionEnd: 'session-end',
  },
  codex: { SessionStart: 'session-start', PreToolUse: 'before-command', PostToolUse: 'after-command' },
  gemini: {
    SessionStart: 'session-start',
    BeforeTool: 'before-command',
    AfterTool: 'after-command',
    SessionEnd: 'session-end',
  },
  cursor: {
    sessionStart: 'session-start',
    preToolUse: 'before-command',
    beforeShellExecution: 'before-command',
    postToolUse: 'after-command',
    sessionEnd: 'session-end',
  },
  copilot: {
    sessionStart: 'session-start',
    preToolUse: 'before-command',
    postToolUse: 'after-command',
    postToolUseFailure: 'failed-command',
    sessionEnd: 'session-end',
  },
  opencode: {
    'shell.env': 'session-start',
    'tool.execute.before': 'before-command',
    'tool.execute.after': 'after-command',
    'session.deleted': 'session-end',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Occasion>>>>;

export type AgentName = keyof typeof OCCASIONS;

export const AGENT_NAMES = Object.keys(OCCASIONS) as readonly AgentName[];

/** As people know them. */
export const AGENT_TITLES: Readonly<Record<AgentName, string>> = {
  claude: 'Claude Code',
  codex: 'Codex CLI',
  gemini: 'Gemini CLI',
  cursor: 'Cursor',
  copilot: 'Copilot CLI',
  opencode: 'opencode',
};

export function isAgentName(name: string): name is AgentName {
  return Object.hasOwn(OCCASIONS, name);
}

/** @returns null for an event that is none of our business */
export function occasionOf(agent: AgentName, event: string): Occasion | null {
  const known: Readonly<Record<string, Occasion>> = OCCASIONS[agent];
  return Object.hasOwn(known, event) ? (known[event] ?? null) : null;
}
