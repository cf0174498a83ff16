// Owns the birth of a daemon by the user's service manager, so that a sandbox or a CI job that ends does not take it along.

import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Home } from '../home.ts';
import { daemonCommand, daemonEnvironment } from './daemon-entry.ts';
import { closeOutput, openOutput, outputPath } from './daemon-output.ts';
import { monotonicMs } from './monotonic.ts';

/**
 * Where distributions put it. It is not looked up in PATH, which may begin with the programs of a project's dependencies: a
 * start that nobody asked for must not run what happens to bear a name.
 */
const PROGRAMS = ['/usr/bin/systemd-run', '/bin/systemd-run', '/run/current-system/sw/bin/systemd-run'];
const ENV_PROGRAM = '/usr/bin/env';
/** It hands the unit over and returns; a manager that hangs is done without. */
const TIMEOUT_MS = 3_000;

/**
 * The program that reaches the user's service manager. Costs one look at the file system where there is none.
 *
 * @returns null where no manager of this user runs
 */
export function findUserManager(env: NodeJS.ProcessEnv, programs = PROGRAMS): string | null {
  const runtime = env.XDG_RUNTIME_DIR ?? '';
  if (process.platform !== 'linux' || !isAbsolute(runtime)) return null;
  if (!isOwnSocket(join(runtime, 'systemd', 'private')) || !isProgram(ENV_PROGRAM)) return null;
  return programs.find(isProgram) ?? null;
}

/**
 * Has the manager run a daemon as a transient unit.
 *
 * @returns whether it took the unit over; whether the daemon answers is another matter
 */
export async function startByManager(
  program: string,
  home: Home,
  env: NodeJS.ProcessEnv,
  extraArgs: readonly string[],
): Promise<boolean> {
  const args = unitArguments(home, env, extraArgs);
  const { PATH, XDG_RUNTIME_DIR, DBUS_SESSION_BUS_ADDRESS } = env;
  // The manager appends; making the file, and keeping it small, is ours.
  closeOutput(openOutput(home));
  return await new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: '/',
      env: { PATH, XDG_RUNTIME_DIR, DBUS_SESSION_BUS_ADDRESS },
      stdio: 'ignore',
      timeout: TIMEOUT_MS,
    });
    child.on('error', () => resolve(false));
    child.on('close', (status) => resolve(status === 0));
  });
}

/**
 * The arguments for `systemd-run`. The daemon must find the very directory that is the home here: with a mount namespace
 * between, the same path may be another one for the manager.
 */
export function unitArguments(
  home: Home,
  env: NodeJS.ProcessEnv,
  extraArgs: readonly string[],
): readonly string[] {
  const { dev, ino } = statSync(home.dir, { bigint: true });
  const { file, args } = daemonCommand(['--background', '--home-inode', `${dev}:${ino}`, ...extraArgs]);
  const environment = Object.entries(daemonEnvironment(env, home.dir)).map(
    ([name, value]) => `${name}=${value}`,
  );
  const unit = `styxy-daemon-${process.pid}-${Math.floor(monotonicMs())}`;
  const output = `append:${outputPath(home)}`;
  const properties = ['UMask=0077', `StandardOutput=${output}`, `StandardError=${output}`];
  return [
    '--user',
    '--quiet',
    '--collect',
    '--no-ask-password',
    '--service-type=exec',
    `--unit=${unit}`,
    `--description=Styxy, the daemon of ${home.dir}`,
    ...properties.map((property) => `--property=${property}`),
    '--',
    // Not the manager's environment, which may hold anything, but what a daemon is given everywhere.
    ...[ENV_PROGRAM, '-i', ...environment, file, ...args].map((word) => word.replaceAll('$', '$$$$')),
  ];
}

/**
 * The directory by which this user's service manager is reached. Sessions without a login of their own, such as those of `su` or of
 * an agent with a cut-down environment, do not name it.
 *
 * @returns null where no manager of this user runs
 */
export function findRuntime(env: NodeJS.ProcessEnv): string | null {
  if (process.platform !== 'linux') return null;
  const named = env.XDG_RUNTIME_DIR ?? '';
  const runtime = isAbsolute(named) ? named : `/run/user/${process.geteuid?.()}`;
  return isOwnSocket(join(runtime, 'systemd', 'private')) ? runtime : null;
}

/** The first of `paths` that can be run. */
export function findProgram(paths: readonly string[]): string | null {
  return paths.find(isProgram) ?? null;
}

function isOwnSocket(path: string): boolean {
  try {
    const stats = statSync(path);
    return stats.isSocket() && stats.uid === process.geteuid?.();
  } catch {
    return false;
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
