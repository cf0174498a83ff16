// Owns `styxy autostart`: the system starts the daemon and watches over it; installed, removed, and shown layer by layer.

import { autostartOf } from '../../autostart/autostart.ts';
import { volatility } from '../../autostart/facts.ts';
import {
  type FileStep,
  type InstallerOptions,
  install,
  planInstall,
  planRemoval,
  unavailable,
  uninstall,
} from '../../autostart/installer.ts';
import { isInstalled, type Layer, layersOf } from '../../autostart/layers.ts';
import type { PlannedFile } from '../../autostart/plan.ts';
import { lookAt } from '../../autostart/sight.ts';
import { commandLineEntry } from '../../client/daemon-entry.ts';
import { resolveOwnHome } from '../../home.ts';
import type { Command, Invocation, OptionSpec } from '../command.ts';
import { tableLines } from '../table.ts';
import { visible } from '../visible.ts';
import { print, printJson, say } from '../write.ts';
import { checkCommand } from './autostart-check.ts';

const DRY_RUN: Readonly<Record<string, OptionSpec>> = {
  'dry-run': { kind: 'flag', description: 'Show what would be done, and do nothing' },
};

const LAYER_COLUMNS = [
  { title: 'LAYER', cell: ({ name }: Layer) => name },
  { title: 'STATE', cell: ({ state }: Layer) => state },
  { title: 'WHAT', cell: ({ detail }: Layer) => detail, isKept: true },
] as const;

const installCommand: Command = {
  name: 'install',
  summary: 'Have the system start the daemon, and start it again whenever it ends',
  details: [
    'Linux: systemd user units; a socket that starts the daemon at the first connection, the daemon with a watchdog, and a look every five minutes. macOS: launchd agents. Windows: a task. Absolute paths of Node and of this program, and STYXY_HOME, stand in them; STYXY_API_PORT and STYXY_LOG_LEVEL too where they are set.',
    'A file that Styxy did not write, or that was changed since, is never overwritten. Installed a second time, nothing changes; after an update it brings the files up to date. A running daemon is handed over, and no lease is lost.',
  ],
  usage: ['autostart install [--dry-run]'],
  options: DRY_RUN,
  examples: [
    { line: 'styxy autostart install --dry-run', description: 'What would be written, and where?' },
    { line: 'styxy autostart install', description: 'The daemon is always there' },
  ],
  async run(invocation) {
    const options = own(invocation);
    if (invocation.has('dry-run')) return showPlan(invocation, planInstall(options.plan), options);
    warnOfVolatility(invocation);
    const { steps, isReady, hasChanged } = await install(options);
    if (invocation.isJson) printJson({ success: isReady, changed: hasChanged, files: steps });
    else {
      for (const step of steps) print(stepLine(step));
      if (isReady)
        print(
          hasChanged
            ? 'Installed: the system keeps the daemon running.'
            : 'It was installed already, and the daemon runs.',
        );
      else say('It is installed, and the daemon is not ready: `styxy autostart status` says what is wrong.');
    }
    return isReady ? 0 : 1;
  },
};

const uninstallCommand: Command = {
  name: 'uninstall',
  summary: 'Remove the autostart, and leave nothing of it',
  details: [
    'Stops the daemon; leases stay, and the next command starts it in the plain way. A file that was changed by hand is moved into the backups of the home; one that Styxy did not write is left alone.',
  ],
  usage: ['autostart uninstall [--dry-run]'],
  options: DRY_RUN,
  examples: [{ line: 'styxy autostart uninstall', description: 'Back to a daemon that commands start' }],
  async run(invocation) {
    const options = own(invocation);
    if (invocation.has('dry-run')) return showPlan(invocation, planRemoval(options.plan), options);
    const { steps, setAside } = await uninstall(options, new Date());
    const done = steps.filter(({ action }) => action !== 'none');
    if (invocation.isJson) printJson({ success: true, files: steps, set_aside: setAside });
    else if (done.length === 0) print('No autostart is installed.');
    else {
      for (const step of done) print(stepLine(step, setAside[step.path]));
      print('Removed. The daemon is stopped; the next command starts it, and no lease is lost.');
    }
    return 0;
  },
};

const statusCommand: Command = {
  name: 'status',
  summary: 'Show every layer of the autostart, without changing anything',
  usage: ['autostart status'],
  examples: [{ line: 'styxy autostart status', description: 'Is the daemon looked after?' }],
  exits: { 0: 'all layers work, or none is installed', 1: 'one of them needs a hand' },
  async run(invocation) {
    const { facts, plan } = own(invocation);
    const sight = await lookAt(facts, plan, invocation.env);
    const layers = layersOf(sight);
    const isHealthy = layers.every(({ state }) => state !== 'trouble');
    const isThere = isInstalled(sight);
    if (invocation.isJson)
      printJson({ kind: facts.place.kind, installed: isThere, healthy: isHealthy, layers });
    else {
      for (const line of tableLines(LAYER_COLUMNS, layers)) print(line);
      for (const { name, remedy, state } of layers)
        if (remedy !== null && (state === 'trouble' || !isThere || name === 'without a login'))
          say(visible(`${name}: ${remedy}.`));
    }
    return isHealthy ? 0 : 1;
  },
};

export const autostartCommand: Command = {
  name: 'autostart',
  summary: 'Have the system start the daemon and watch over it',
  usage: [
    'autostart install [--dry-run]',
    'autostart uninstall [--dry-run]',
    'autostart status',
    'autostart check',
  ],
  examples: [{ line: 'styxy autostart status', description: 'Is the daemon looked after?' }],
  subcommands: [installCommand, uninstallCommand, statusCommand, checkCommand],
  defaultSubcommand: 'status',
  run: statusCommand.run,
};

function warnOfVolatility({ isJson }: Invocation): void {
  const why = volatility(commandLineEntry());
  if (why !== null && !isJson)
    say(visible(`styxy: ${why}; install Styxy for good (\`npm install -g styxy\`) and then its autostart.`));
}

function own(invocation: Invocation): InstallerOptions {
  return autostartOf(resolveOwnHome(invocation.env), invocation.env);
}

function showPlan(invocation: Invocation, steps: readonly FileStep[], options: InstallerOptions): number {
  const { facts, plan, program } = options;
  const texts = new Map(plan.files.map((file): [string, PlannedFile] => [file.path, file]));
  const shown = steps.map((step) => ({
    ...step,
    ...(step.action === 'write' || step.action === 'replace' ? { text: texts.get(step.path)?.text } : {}),
  }));
  if (invocation.isJson) {
    printJson({ dry_run: true, available: program !== null, files: shown });
    return 0;
  }
  for (const step of shown) {
    print(stepLine(step));
    if (step.text !== undefined) print(visible(step.text.replace(/^(?=.)/gm, '    '), '\n'));
  }
  const missing = unavailable(facts);
  if (program === null) say(`It could not be installed: ${missing.message}. ${missing.hint}`);
  say('Nothing was changed.');
  return 0;
}

const ACTIONS: Readonly<Record<FileStep['action'], string>> = {
  write: 'write',
  replace: 'replace',
  keep: 'is current',
  remove: 'remove',
  'set-aside': 'set aside (changed by hand)',
  leave: 'leave (not ours)',
  none: 'is not there',
};

function stepLine({ path, action }: FileStep, keptAt?: string): string {
  const where = keptAt === undefined ? '' : `: now ${keptAt}`;
  return visible(`${ACTIONS[action].padEnd(10)} ${path}${where}`);
}
