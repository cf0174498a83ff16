// Owns the table of the agents that have hooks: where each keeps them, and which ones Styxy has there.

import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { AGENT_NAMES, type AgentName } from '../agents/occasions.ts';
import type { HookedAgent } from './hooked-agent.ts';
import { jsonHooks } from './json-hooks.ts';
import { moduleHooks } from './module-hooks.ts';

/** In seconds. The agents' own limits are up to ten minutes, and 1.5 s at the end of a session of Claude Code. */
const TIMEOUT_S = 5;
/** Of a program that could not have its port, as Python says it. */
const COMPLAINT = 'OSError: [Errno 98] Address already in use';

export const HOOKED_AGENTS: Readonly<Record<AgentName, HookedAgent>> = {
  claude: {
    name: 'claude',
    // A WorktreeCreate hook would replace git's own creation, so that there is none.
    // What a server in the background prints comes by other tools than the one that started it.
    text: jsonHooks({
      agent: 'claude',
      form: 'groups',
      events: [
        ['SessionStart', null],
        ['CwdChanged', null],
        ['PreToolUse', 'Bash'],
        ['PostToolUse', 'Bash|BashOutput|TaskOutput'],
        ['PostToolUseFailure', 'Bash'],
        ['WorktreeRemove', null],
        ['SessionEnd', null],
      ],
      handlerOf: (command) => ({ type: 'command', command, timeout: TIMEOUT_S }),
    }),
    folder: (env) => env.CLAUDE_CONFIG_DIR || below(env, '.claude'),
    programs: ['claude'],
    userFile: (env) => join(env.CLAUDE_CONFIG_DIR || below(env, '.claude'), 'settings.json'),
    // The file that is nobody else's.
    projectFile: join('.claude', 'settings.local.json'),
    trial: { event: 'PostToolUseFailure', body: { tool_name: 'Bash', error: COMPLAINT } },
    note: null,
  },
  codex: {
    name: 'codex',
    text: jsonHooks({
      agent: 'codex',
      form: 'groups',
      events: [
        ['SessionStart', null],
        ['PreToolUse', 'Bash'],
        ['PostToolUse', 'Bash'],
      ],
      handlerOf: (command) => ({ type: 'command', command, timeout: TIMEOUT_S }),
    }),
    folder: (env) => env.CODEX_HOME || below(env, '.codex'),
    programs: ['codex'],
    userFile: (env) => join(env.CODEX_HOME || below(env, '.codex'), 'hooks.json'),
    projectFile: join('.codex', 'hooks.json'),
    trial: { event: 'PostToolUse', body: { tool_name: 'Bash', tool_response: COMPLAINT } },
    note: 'Codex CLI runs new hooks once you have trusted them: it asks at its next start, or look at `/hooks` there.',
  },
  gemini: {
    name: 'gemini',
    text: jsonHooks({
      agent: 'gemini',
      form: 'groups',
      events: [
        ['SessionStart', null],
        ['BeforeTool', 'run_shell_command'],
        ['AfterTool', 'run_shell_command'],
        ['SessionEnd', null],
      ],
      handlerOf: (command) => ({ name: 'styxy', type: 'command', command, timeout: TIMEOUT_S * 1000 }),
    }),
    folder: (env) => below(env, '.gemini'),
    programs: ['gemini'],
    userFile: (env) => below(env, '.gemini', 'settings.json'),
    projectFile: join('.gemini', 'settings.json'),
    trial: {
      event: 'AfterTool',
      body: { tool_name: 'run_shell_command', tool_response: { llmContent: COMPLAINT } },
    },
    note: null,
  },
  cursor: {
    name: 'cursor',
    text: jsonHooks({
      agent: 'cursor',
      form: 'list',
      version: 1,
      events: [
        ['sessionStart', null],
        ['preToolUse', 'Shell'],
        // Its matcher is for the words of a command.
        ['beforeShellExecution', null],
        ['postToolUse', 'Shell'],
        ['sessionEnd', null],
      ],
      handlerOf: (command) => ({ command, timeout: TIMEOUT_S }),
    }),
    folder: (env) => below(env, '.cursor'),
    programs: ['cursor', 'cursor-agent'],
    userFile: (env) => below(env, '.cursor', 'hooks.json'),
    projectFile: join('.cursor', 'hooks.json'),
    trial: { event: 'postToolUse', body: { tool_name: 'Shell', tool_output: COMPLAINT } },
    note: null,
  },
  copilot: {
    name: 'copilot',
    text: jsonHooks({
      agent: 'copilot',
      form: 'list',
      version: 1,
      events: [
        ['sessionStart', null],
        ['preToolUse', 'bash'],
        ['postToolUse', 'bash'],
        ['postToolUseFailure', null],
        ['sessionEnd', null],
      ],
      handlerOf: (command) => ({ type: 'command', bash: command, timeoutSec: TIMEOUT_S }),
    }),
    folder: (env) => env.COPILOT_HOME || below(env, '.copilot'),
    programs: ['copilot'],
    // It reads every file of the folder, so that ours is our own.
    userFile: (env) => join(env.COPILOT_HOME || below(env, '.copilot'), 'hooks', 'styxy.json'),
    // The settings that git does not share; a file in `.github/hooks` would be everybody's.
    projectFile: join('.github', 'copilot', 'settings.local.json'),
    trial: {
      event: 'postToolUseFailure',
      body: { sessionId: 'styxy-hooks-status', toolName: 'bash', error: COMPLAINT },
    },
    note: null,
  },
  opencode: {
    name: 'opencode',
    text: moduleHooks,
    folder: opencodeFolder,
    programs: ['opencode'],
    userFile: (env) => join(opencodeFolder(env), 'plugins', 'styxy.js'),
    projectFile: join('.opencode', 'plugins', 'styxy.js'),
    trial: { event: 'tool.execute.after', body: { output: COMPLAINT } },
    note: null,
  },
};

/** The agents that are on this machine: used by this user, or in PATH. */
export function agentsHere(env: NodeJS.ProcessEnv): AgentName[] {
  const directories = (env.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
  return AGENT_NAMES.filter((name) => {
    if (!hasHooksOn(process.platform, name)) return false;
    const { folder, programs } = HOOKED_AGENTS[name];
    return (
      existsSync(folder(env)) ||
      programs.some((program) => directories.some((directory) => existsSync(join(directory, program))))
    );
  });
}

/** Claude Code brings a POSIX shell along where there is none. */
export function hasHooksOn(platform: NodeJS.Platform, name: AgentName): boolean {
  return platform !== 'win32' || name === 'claude';
}

function opencodeFolder(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CONFIG_HOME || below(env, '.config'), 'opencode');
}

function below(env: NodeJS.ProcessEnv, ...path: readonly string[]): string {
  return join(env.HOME || homedir(), ...path);
}
