// Owns the installation of an autostart, and its removal: files first, then the supervisor, and nothing of anybody else's.

import { rmSync } from 'node:fs';
import type { SupervisorProgram } from '../client/supervisor.ts';
import { StyxyError } from '../errors.ts';
import type { AutostartFacts } from './facts.ts';
import { type FileState, fileState, isThere, setAside, writePlanned } from './installed-file.ts';
import type { AutostartPlan, PlannedFile, SupervisorArgs } from './plan.ts';

const RUN_TIMEOUT_MS = 30_000;

/** What is done to one file. */
export interface FileStep {
  readonly path: string;
  readonly action: 'write' | 'replace' | 'keep' | 'remove' | 'set-aside' | 'leave' | 'none';
  /** What was there before. */
  readonly before: FileState;
}

export interface InstallerOptions {
  readonly facts: AutostartFacts;
  readonly plan: AutostartPlan;
  /** Null where the supervisor cannot be reached. */
  readonly program: SupervisorProgram | null;
  /** Stops the daemon that runs, however it was started. */
  readonly stopDaemon: () => Promise<unknown>;
  /** Whether a daemon runs that the supervisor did not start: it is in the way of the one that it would start. */
  readonly runsBeside: () => boolean;
  /** Starts it where none runs; resolves with whether the supervisor did that. */
  readonly startDaemon: () => Promise<boolean>;
}

/** @throws StyxyError FILE_NOT_OURS for a file that is somebody else's, or that was edited */
export function planInstall({ files }: AutostartPlan): readonly FileStep[] {
  const steps = files.map((file): FileStep => {
    const before = fileState(file);
    if (before === 'foreign' || before === 'edited') throw notOurs(file, before);
    const action = before === 'missing' ? 'write' : before === 'outdated' ? 'replace' : 'keep';
    return { path: file.path, action, before };
  });
  return steps;
}

export function planRemoval({ files }: AutostartPlan): readonly FileStep[] {
  return files.map((file): FileStep => {
    const before = fileState(file);
    const actions = {
      missing: 'none',
      current: 'remove',
      outdated: 'remove',
      edited: 'set-aside',
      foreign: 'leave',
    } as const;
    return { path: file.path, action: actions[before], before };
  });
}

export interface Installed {
  readonly steps: readonly FileStep[];
  /** Whether the daemon runs by the supervisor now. */
  readonly isReady: boolean;
  /** Whether anything was different before. */
  readonly hasChanged: boolean;
}

/**
 * Writes what is missing or outdated, and hands the daemon over to the supervisor. Done a second time it changes nothing.
 *
 * @throws StyxyError AUTOSTART_UNAVAILABLE where the supervisor is not there or refuses, FILE_NOT_OURS, HOME_UNUSABLE
 */
export async function install(options: InstallerOptions): Promise<Installed> {
  const { facts, plan, program } = options;
  const steps = planInstall(plan);
  if (program === null) throw unavailable(facts);
  const hasChanged = steps.some(({ action }) => action !== 'keep');
  // What runs by now was started in another way, or from other files.
  if (hasChanged || options.runsBeside()) await options.stopDaemon();
  if (hasChanged) {
    for (const [index, file] of plan.files.entries())
      if (steps[index]?.action !== 'keep') attempt(file.path, () => writePlanned(file));
    await runAll(program, plan.reload);
  }
  await runAll(program, plan.enable);
  const isReady = await options.startDaemon();
  return { steps, isReady, hasChanged };
}

export interface Removed {
  readonly steps: readonly FileStep[];
  /** Where edited files are now, by their former paths. */
  readonly setAside: Readonly<Record<string, string>>;
}

/**
 * Stops what was installed and removes it. A file of somebody else's is left, an edited one is moved into the backups.
 *
 * @throws StyxyError HOME_UNUSABLE where a file cannot be removed
 */
export async function uninstall(options: InstallerOptions, now: Date): Promise<Removed> {
  const { facts, plan, program } = options;
  const steps = planRemoval(plan);
  const ours = steps.filter(({ action }) => action === 'remove' || action === 'set-aside');
  const kept: Record<string, string> = {};
  if (ours.length === 0) return { steps, setAside: kept };
  await options.stopDaemon();
  if (program !== null) for (const args of plan.disable) await program.run(args, RUN_TIMEOUT_MS);
  for (const link of plan.links) if (isThere(link)) attempt(link, () => rmSync(link, { force: true }));
  for (const { path, action } of ours) {
    attempt(path, () => {
      if (action === 'remove') rmSync(path, { force: true });
      else kept[path] = setAside(path, facts.home, now);
    });
  }
  if (program !== null) for (const args of plan.reload) await program.run(args, RUN_TIMEOUT_MS);
  return { steps, setAside: kept };
}

async function runAll(program: SupervisorProgram, all: readonly SupervisorArgs[]): Promise<void> {
  for (const args of all) {
    const { status, stderr } = await program.run(args, RUN_TIMEOUT_MS);
    if (status === 0) continue;
    const said = stderr.trim() === '' ? 'without a word' : `: ${stderr.trim()}`;
    throw new StyxyError('AUTOSTART_UNAVAILABLE', `\`${program.file} ${args.join(' ')}\` failed ${said}`, {
      hint: '`styxy autostart status` shows what is there; `styxy autostart uninstall` removes it.',
    });
  }
}

function attempt(path: string, work: () => void): void {
  try {
    work();
  } catch (cause) {
    throw new StyxyError('HOME_UNUSABLE', `${path} cannot be changed: ${(cause as Error).message}`, {
      hint: 'Let this user write there, and try again.',
      fields: { path },
      cause,
    });
  }
}

function notOurs({ path }: PlannedFile, state: 'edited' | 'foreign'): StyxyError {
  const why = state === 'edited' ? 'was changed by hand since it was written' : 'was not written by Styxy';
  const way =
    state === 'edited'
      ? 'Move your changes to a file of their own (`systemctl --user edit` makes one), remove this one, and install again.'
      : 'Move it away, and install again.';
  return new StyxyError('FILE_NOT_OURS', `${path} ${why}, and is left as it is`, {
    hint: way,
    fields: { path, state },
  });
}

/** What to do where there is nobody who could start the daemon. */
export function unavailable({ place }: AutostartFacts): StyxyError {
  const what = {
    systemd: 'No systemd manager of this user runs here',
    launchd: 'launchctl is not there',
    'task-scheduler': 'schtasks.exe is not there',
  }[place.kind];
  const remedy = {
    systemd:
      'Log in as this user, or let its manager run without a login: `sudo loginctl enable-linger $USER`. WSL needs `systemd=true` below `[boot]` in /etc/wsl.conf. A container needs no autostart: every command starts the daemon where none runs.',
    launchd: 'Nothing is lost: every command starts the daemon where none runs.',
    'task-scheduler': 'Nothing is lost: every command starts the daemon where none runs.',
  }[place.kind];
  return new StyxyError('AUTOSTART_UNAVAILABLE', what, { hint: remedy });
}
