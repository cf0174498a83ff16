// Owns `styxy hooks`: the hooks of coding agents, put into their settings, taken out, and looked at.

import { volatility } from '../../autostart/facts.ts';
import { commandLineEntry } from '../../client/daemon-entry.ts';
import { resolveOwnHome } from '../../home.ts';
import { HOOKED_AGENTS } from '../../hooks/hooked-agents.ts';
import {
  type Change,
  type HookFiles,
  hookFiles,
  install,
  planInstall,
  planRemoval,
  uninstall,
} from '../../hooks/installation.ts';
import { changedLines } from '../../hooks/line-changes.ts';
import { lookAtHooks } from '../../hooks/sight.ts';
import { type Command, type Invocation, type OptionSpec, UsageError } from '../command.ts';
import { projectAt } from '../reach.ts';
import { visible } from '../visible.ts';
import { print, printJson, say } from '../write.ts';

const OPTIONS: Readonly<Record<string, OptionSpec>> = {
  agent: { kind: 'value', value: 'AGENT', description: 'The kind of agent; claude unless given' },
  project: {
    kind: 'flag',
    description: "This project's own settings.local.json instead of the user's settings",
  },
};
const DRY_RUN: Readonly<Record<string, OptionSpec>> = {
  'dry-run': { kind: 'flag', description: 'Show what would be changed, and change nothing' },
};

const installCommand: Command = {
  name: 'install',
  summary: "Put the hooks into an agent's settings",
  details: [
    'What else stands in the settings stays, byte for byte, comments too; a copy of them is kept in the backups of the home. Installed a second time, nothing changes; after an update of Styxy or Node it brings the hooks up to date.',
    'The hooks name Node and Styxy by absolute paths. A small shell script goes first, which starts nothing for a command that is none of their business. Whatever goes wrong in a hook, the agent goes on as if there were none.',
  ],
  usage: ['hooks install [--agent AGENT] [--project] [--dry-run]'],
  options: { ...OPTIONS, ...DRY_RUN },
  examples: [
    { line: 'styxy hooks install --dry-run', description: 'What would be changed?' },
    {
      line: 'styxy hooks install',
      description: 'Claude Code keeps to its own ports from the next session on',
    },
  ],
  async run(invocation) {
    const files = filesOf(invocation);
    if (invocation.has('dry-run')) return showChange(invocation, planInstall(files));
    const why = volatility(commandLineEntry());
    if (why !== null && !invocation.isJson)
      say(visible(`styxy: ${why}; install Styxy for good (\`npm install -g styxy\`) and then its hooks.`));
    const change = planInstall(files);
    const written = install(files, new Date());
    if (invocation.isJson) printJson({ success: true, changed: written.length > 0, written });
    else if (written.length === 0) print(`They were installed already in ${files.settings}.`);
    else {
      for (const line of linesOf(change)) print(line);
      for (const path of written) print(visible(`wrote ${path}`));
      print('Installed: they count from the next session of the agent on.');
    }
    return 0;
  },
};

const uninstallCommand: Command = {
  name: 'uninstall',
  summary: "Take the hooks out of an agent's settings",
  details: [
    'Settings that nobody has changed since are as they were before, byte for byte; from others the hooks alone are taken out.',
  ],
  usage: ['hooks uninstall [--agent AGENT] [--project] [--dry-run]'],
  options: { ...OPTIONS, ...DRY_RUN },
  examples: [{ line: 'styxy hooks uninstall', description: 'Back to an agent without hooks' }],
  async run(invocation) {
    const files = filesOf(invocation);
    if (invocation.has('dry-run')) return showChange(invocation, planRemoval(files));
    const done = uninstall(files);
    if (invocation.isJson) printJson({ success: true, changed: done.length > 0, done });
    else if (done.length === 0) print('No hooks are installed.');
    else for (const sentence of done) print(visible(sentence));
    return 0;
  },
};

const statusCommand: Command = {
  name: 'status',
  summary: 'Say whether the hooks are in place, current, and really run',
  details: ['The installed command is run as the agent would run it, with an event that changes nothing.'],
  usage: ['hooks status [--agent AGENT] [--project]'],
  options: OPTIONS,
  examples: [{ line: 'styxy hooks status', description: 'Are the agents looked after?' }],
  exits: { 0: 'they run, or none are installed', 1: 'they need a hand' },
  async run(invocation) {
    const files = filesOf(invocation);
    const { state, failure, isTried } = await lookAtHooks(files);
    const runs = isTried && failure === null;
    const isFine = state === 'missing' || (state === 'current' && runs);
    if (invocation.isJson)
      printJson({ agent: 'claude', settings: files.settings, state, runs, failure, healthy: isFine });
    else {
      print(visible(`settings  ${files.settings}`));
      print(`state     ${STATES[state]}`);
      if (state !== 'missing')
        print(`trial     ${failure === null ? 'the installed command answers' : failure}`);
      if (state !== 'current') say('`styxy hooks install` brings them up to date.');
      else if (!runs)
        say(
          '`styxy daemon status` says whether the daemon runs, `styxy hooks install` writes the hooks anew.',
        );
    }
    return isFine ? 0 : 1;
  },
};

const STATES = {
  missing: 'not installed',
  outdated: 'installed, and not up to date',
  current: 'installed and current',
} as const;

export const hooksCommand: Command = {
  name: 'hooks',
  summary: 'Have coding agents keep to their own ports: hooks in their settings',
  usage: [
    'hooks install [--agent AGENT] [--project] [--dry-run]',
    'hooks uninstall [--agent AGENT] [--project] [--dry-run]',
    'hooks status [--agent AGENT] [--project]',
  ],
  examples: [{ line: 'styxy hooks status', description: 'Are they in place?' }],
  subcommands: [installCommand, uninstallCommand, statusCommand],
  defaultSubcommand: 'status',
  run: statusCommand.run,
};

/** @throws UsageError for an agent that has no hooks */
function filesOf(invocation: Invocation): HookFiles {
  const agent = invocation.text('agent') ?? HOOKED_AGENTS[0];
  if (!HOOKED_AGENTS.some((each) => each === agent))
    throw new UsageError(
      `there are no hooks for the agent ${JSON.stringify(agent)}`,
      `Known: ${HOOKED_AGENTS.join(', ')}.`,
    );
  const project = invocation.has('project') ? projectAt(null).path : null;
  return hookFiles(resolveOwnHome(invocation.env), invocation.env, project);
}

function showChange(invocation: Invocation, change: Change): number {
  const isChanged = change.before !== change.after;
  if (invocation.isJson) printJson({ dry_run: true, changed: isChanged, ...change });
  else {
    for (const line of linesOf(change)) print(line);
    say('Nothing was changed.');
  }
  return 0;
}

function linesOf({ path, before, after }: Change): string[] {
  if (before === after) return [visible(`${path} stays as it is`)];
  if (after === null) return [visible(`${path} is removed`)];
  return [visible(path), ...changedLines(before ?? '', after).map((line) => visible(line))];
}
