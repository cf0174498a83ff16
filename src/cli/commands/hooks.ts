// Owns `styxy hooks`: the hooks of coding agents, put into their settings, taken out, and looked at.

import { AGENT_NAMES, AGENT_TITLES } from '../../agents/occasions.ts';
import { volatility } from '../../autostart/facts.ts';
import { commandLineEntry } from '../../client/daemon-entry.ts';
import { type Change, install, planInstall, planRemoval, uninstall } from '../../hooks/installation.ts';
import { changedLines } from '../../hooks/line-changes.ts';
import { type HooksSight, lookAtHooks } from '../../hooks/sight.ts';
import type { Command, OptionSpec } from '../command.ts';
import { filesOfChosen, filesOfInstalled, filesToLookAt } from '../hook/chosen-agents.ts';
import { visible } from '../visible.ts';
import { print, printJson, say } from '../write.ts';

const OPTIONS: Readonly<Record<string, OptionSpec>> = {
  agent: {
    kind: 'value',
    value: 'AGENT',
    description: `One kind of agent: ${AGENT_NAMES.join(', ')}; all that are here unless given`,
  },
  project: {
    kind: 'flag',
    description: "The project's own settings instead of the user's; for Claude Code unless an agent is given",
  },
};
const DRY_RUN: Readonly<Record<string, OptionSpec>> = {
  'dry-run': { kind: 'flag', description: 'Show what would be changed, and change nothing' },
};

const installCommand: Command = {
  name: 'install',
  summary: "Put the hooks into the agents' settings",
  details: [
    'Without --agent it finds the coding agents of this machine by their programs and the folders of their settings. What else stands in the settings stays, byte for byte, comments too; a copy of them is kept in the backups of the home. Installed a second time, nothing changes; after an update of Styxy or Node it brings the hooks up to date.',
    'The hooks name Node and Styxy by absolute paths. A small shell script goes first, which starts nothing for a command that is none of their business. Whatever goes wrong in a hook, the agent goes on as if there were none.',
  ],
  usage: ['hooks install [--agent AGENT] [--project] [--dry-run]'],
  options: { ...OPTIONS, ...DRY_RUN },
  examples: [
    { line: 'styxy hooks install --dry-run', description: 'What would be changed?' },
    {
      line: 'styxy hooks install',
      description: 'The agents of this machine keep to their own ports from the next session on',
    },
    { line: 'styxy hooks install --agent codex', description: 'One of them alone' },
  ],
  async run(invocation) {
    const chosen = filesOfChosen(invocation);
    // All of them are planned first: where one does not fit, nothing is written.
    const changes = chosen.map(planInstall);
    if (invocation.has('dry-run')) return showChanges(invocation.isJson, changes);
    const why = volatility(commandLineEntry());
    if (why !== null && !invocation.isJson)
      say(visible(`styxy: ${why}; install Styxy for good (\`npm install -g styxy\`) and then its hooks.`));
    const now = new Date();
    const agents = chosen.map((files, at) => {
      const written = install(files, now);
      if (!invocation.isJson) showInstalled(files.settings, changes[at], written);
      if (!invocation.isJson && written.includes(files.settings) && files.agent.note !== null)
        say(files.agent.note);
      return { agent: files.agent.name, settings: files.settings, written };
    });
    const written = agents.flatMap((each) => each.written);
    if (invocation.isJson) printJson({ success: true, changed: written.length > 0, written, agents });
    else if (written.length > 0) print('Installed: they count from the next session of the agent on.');
    return 0;
  },
};

function showInstalled(settings: string, change: Change | undefined, written: readonly string[]): void {
  if (written.length === 0) print(visible(`They were installed already in ${settings}.`));
  for (const line of written.length === 0 || change === undefined ? [] : linesOf(change)) print(line);
  for (const path of written) print(visible(`wrote ${path}`));
}

const uninstallCommand: Command = {
  name: 'uninstall',
  summary: "Take the hooks out of the agents' settings",
  details: [
    'Settings that nobody has changed since are as they were before, byte for byte; from others the hooks alone are taken out.',
  ],
  usage: ['hooks uninstall [--agent AGENT] [--project] [--dry-run]'],
  options: { ...OPTIONS, ...DRY_RUN },
  examples: [{ line: 'styxy hooks uninstall', description: 'Back to agents without hooks' }],
  async run(invocation) {
    const chosen = filesOfInstalled(invocation);
    const changes = chosen.map(planRemoval);
    if (invocation.has('dry-run')) return showChanges(invocation.isJson, changes);
    const done = chosen.flatMap(uninstall);
    if (invocation.isJson) printJson({ success: true, changed: done.length > 0, done });
    else if (done.length === 0) print('No hooks are installed.');
    else for (const sentence of done) print(visible(sentence));
    return 0;
  },
};

const statusCommand: Command = {
  name: 'status',
  summary: 'Say whether the hooks are in place, current, and really run',
  details: [
    'An installed command that is up to date is run as the agent would run it, with an event that changes nothing.',
  ],
  usage: ['hooks status [--agent AGENT] [--project]'],
  options: OPTIONS,
  examples: [{ line: 'styxy hooks status', description: 'Are the agents looked after?' }],
  exits: { 0: 'they run, or none are installed', 1: 'they need a hand' },
  async run(invocation) {
    const agents: HookStatus[] = [];
    for (const files of filesToLookAt(invocation)) agents.push(statusOf(await lookAtHooks(files)));
    const isFine = agents.every(({ healthy }) => healthy);
    // The first one's fields stand outside as well: they did when there was one.
    if (invocation.isJson) printJson({ ...agents[0], healthy: isFine, agents });
    else for (const status of agents) showStatus(status);
    return isFine ? 0 : 1;
  },
};

interface HookStatus extends Pick<HooksSight, 'agent' | 'settings' | 'state' | 'failure'> {
  readonly runs: boolean;
  readonly healthy: boolean;
}

function statusOf({ agent, settings, state, failure, isTried }: HooksSight): HookStatus {
  const runs = isTried && failure === null;
  const healthy = state === 'missing' || (state === 'current' && runs);
  return { agent, settings, state, runs, failure, healthy };
}

function showStatus({ agent, settings, state, failure, runs }: HookStatus): void {
  print(`agent     ${AGENT_TITLES[agent]}`);
  print(visible(`settings  ${settings}`));
  print(`state     ${STATES[state]}`);
  if (state !== 'missing') print(`trial     ${failure === null ? 'the installed command answers' : failure}`);
  if (state !== 'current') say('`styxy hooks install` brings them up to date.');
  else if (!runs)
    say('`styxy daemon status` says whether the daemon runs, `styxy hooks install` writes the hooks anew.');
}

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

function showChanges(isJson: boolean, changes: readonly Change[]): number {
  const isChanged = changes.some(({ before, after }) => before !== after);
  if (isJson) printJson({ dry_run: true, changed: isChanged, ...changes[0], changes });
  else {
    for (const line of changes.flatMap(linesOf)) print(line);
    say('Nothing was changed.');
  }
  return 0;
}

function linesOf({ path, before, after }: Change): string[] {
  if (before === after) return [visible(`${path} stays as it is`)];
  if (after === null) return [visible(`${path} is removed`)];
  return [visible(path), ...changedLines(before ?? '', after).map((line) => visible(line))];
}
