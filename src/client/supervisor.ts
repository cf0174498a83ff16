// Owns the asking of an installed autostart to start or to stop the daemon: whoever goes past it would have it start another.

import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from '../home.ts';
import { type AutostartPlace, autostartPlace } from './autostart-place.ts';
import { daemonEntry } from './daemon-entry.ts';
import { findProgram, findRuntime } from './user-manager.ts';

/** What an autostart's program said. */
export interface Said {
  /** Null when it could not be run, or hung. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program that speaks for the system's own supervisor, such as `systemctl --user`. */
export interface SupervisorProgram {
  readonly file: string;
  /** @param args follow those that it always gets */
  run(args: readonly string[], timeoutMs: number): Promise<Said>;
}

/** An installed autostart that can be asked. */
export interface Supervisor {
  readonly place: AutostartPlace;
  readonly program: SupervisorProgram;
  /** Whether the daemon is its own child; else it only looks after one that is started as everywhere. */
  readonly isParent: boolean;
  /** Starts the daemon, where it is its own, and all that watches over it; resolves once it is ready, with whether it is. */
  start(timeoutMs: number): Promise<boolean>;
  /** Stops the daemon, and all that would start it again; resolves once it has ended. */
  stop(timeoutMs: number): Promise<boolean>;
}

/** Where distributions put it, and never looked up in PATH: see `user-manager.ts`. */
const SYSTEMCTL = ['/usr/bin/systemctl', '/bin/systemctl', '/run/current-system/sw/bin/systemctl'];

const ASK_TIMEOUT_MS = 3_000;

/** The commands, each a list of arguments of the supervisor's program; a start succeeds when its last one does. */
export interface SupervisorCommands {
  readonly start: readonly (readonly string[])[];
  readonly stop: readonly (readonly string[])[];
}

/**
 * The autostart of a home, if it is installed and its supervisor can be reached. Costs a look at one file where it is not.
 *
 * @returns null where it is not installed, or its supervisor is not there, as in a container
 */
export function findSupervisor(home: Home, env: NodeJS.ProcessEnv): Supervisor | null {
  const place = autostartPlace(home, env);
  if (place === null || !existsSync(place.daemonFile)) return null;
  const program = supervisorProgram(place, env);
  if (program === null) return null;
  const { start, stop } = supervisorCommands(place, userId());
  const inOrder = async (commands: SupervisorCommands['start'], timeoutMs: number): Promise<boolean> => {
    let status: number | null = 0;
    for (const args of commands) status = (await program.run(args, timeoutMs)).status;
    return status === 0;
  };
  return {
    place,
    program,
    isParent: place.kind !== 'task-scheduler',
    start: (timeoutMs) => inOrder(start, timeoutMs),
    stop: (timeoutMs) => inOrder(stop, timeoutMs),
  };
}

/** @returns null where it is not there or has nobody to speak to */
export function supervisorProgram(place: AutostartPlace, env: NodeJS.ProcessEnv): SupervisorProgram | null {
  if (place.kind === 'systemd') {
    const runtime = findRuntime(env);
    const file = findProgram(SYSTEMCTL);
    if (runtime === null || file === null) return null;
    const { PATH, HOME, XDG_CONFIG_HOME, DBUS_SESSION_BUS_ADDRESS } = env;
    const own = { PATH, HOME, XDG_CONFIG_HOME, DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR: runtime };
    return program(file, ['--user', '--quiet', '--no-ask-password'], { ...own, LC_ALL: 'C' });
  }
  const file =
    place.kind === 'launchd'
      ? '/bin/launchctl'
      : join(env.SystemRoot ?? 'C:\\Windows', 'System32', 'schtasks.exe');
  return existsSync(file) ? program(file, [], env) : null;
}

/** @param uid the user's number, which launchd's names of domains have */
export function supervisorCommands(place: AutostartPlace, uid: number): SupervisorCommands {
  const { daemon, socket, check, timer, daemonFile } = place;
  if (place.kind === 'systemd') {
    const around = [socket, timer].filter((name) => name !== null);
    return {
      // The socket first: the daemon takes it over.
      start: [['start', ...around, daemon]],
      stop: [['stop', ...around, check, daemon]],
    };
  }
  if (place.kind === 'launchd') {
    const domain = `gui/${uid}`;
    return {
      // Loading what is loaded fails; what counts is that the last one finds it.
      start: [
        ['bootstrap', domain, daemonFile.replace(/\.plist$/, '.check.plist')],
        ['bootstrap', domain, daemonFile],
        ['kickstart', `${domain}/${daemon}`],
      ],
      stop: [
        ['bootout', `${domain}/${check}`],
        ['bootout', `${domain}/${daemon}`],
      ],
    };
  }
  return {
    start: [['/Change', '/TN', daemon, '/ENABLE']],
    // The daemon itself is asked to stop as everywhere; this keeps it from being started again.
    stop: [['/Change', '/TN', daemon, '/DISABLE']],
  };
}

/**
 * Whether a daemon was started by the home's autostart, from the very files of this program: the next start of it is one of this
 * version then. Only Linux shows that.
 */
export function runsSameProgram(home: Home, env: NodeJS.ProcessEnv, pid: number): boolean {
  const place = autostartPlace(home, env);
  return place?.kind === 'systemd' && isInUnit(pid, place.daemon) && commandOf(pid).includes(daemonEntry());
}

/** Whether a process belongs to a unit of systemd's. */
export function isInUnit(pid: number, unit: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8')
      .split('\n')
      .some((line) => line.endsWith(`/${unit}`));
  } catch {
    return false;
  }
}

function commandOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/**
 * Whether the autostart is just starting the daemon: who is at its socket by then will be answered.
 */
export async function isStarting({ place, program }: Supervisor): Promise<boolean> {
  if (place.kind !== 'systemd') return false;
  const said = await program.run(['show', '--property=ActiveState', '--value', place.daemon], ASK_TIMEOUT_MS);
  return said.stdout.trim() === 'activating';
}

export function userId(): number {
  return process.getuid?.() ?? 0;
}

function program(file: string, always: readonly string[], env: NodeJS.ProcessEnv): SupervisorProgram {
  return {
    file,
    run: (args, timeoutMs) =>
      new Promise((resolve) => {
        const options = {
          env,
          timeout: Math.ceil(timeoutMs),
          killSignal: 'SIGKILL',
          windowsHide: true,
        } as const;
        execFile(file, [...always, ...args], options, (error, stdout, stderr) => {
          const status = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
          resolve({ status, stdout, stderr });
        });
      }),
  };
}
