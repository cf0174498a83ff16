// Owns the words between the daemon and the service manager that runs it: that it is ready, and, again and again, that it is well.

import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

/**
 * Node has no datagram sockets of the unix kind, on which the manager listens, so that its own program speaks for us. It is taken
 * from where distributions put it and never from PATH.
 */
const PROGRAMS = [
  '/usr/bin/systemd-notify',
  '/bin/systemd-notify',
  '/run/current-system/sw/bin/systemd-notify',
];
const TIMEOUT_MS = 5_000;
/** What belongs to the process that was started with it and to no child of it. */
const NAMES = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'] as const;

export interface ServiceManager {
  /** After so long without a word, in ms, the manager ends the daemon and starts another; null: it does not watch. */
  readonly watchdogMs: number | null;
  /**
   * Sends assignments as in sd_notify(3), such as `READY=1`.
   *
   * @returns whether they were taken
   */
  tell(...assignments: readonly string[]): Promise<boolean>;
}

/**
 * The service manager that an environment names. What names it is taken out of `env`.
 *
 * @returns null where none wants to hear of us
 */
export function takeServiceManager(env: NodeJS.ProcessEnv, programs = PROGRAMS): ServiceManager | null {
  const { NOTIFY_SOCKET = '', WATCHDOG_USEC = '', WATCHDOG_PID } = env;
  for (const name of NAMES) delete env[name];
  if (!/^[/@]./.test(NOTIFY_SOCKET)) return null;
  const isMeant = WATCHDOG_PID === undefined || WATCHDOG_PID === String(process.pid);
  const watchdogMs = isMeant && /^[1-9]\d{0,15}$/.test(WATCHDOG_USEC) ? Number(WATCHDOG_USEC) / 1000 : null;
  const program = programs.find(isProgram);
  return {
    watchdogMs,
    tell: (...assignments) =>
      new Promise((resolve) => {
        if (program === undefined) {
          resolve(false);
          return;
        }
        const options = {
          env: { NOTIFY_SOCKET },
          cwd: '/',
          timeout: TIMEOUT_MS,
          killSignal: 'SIGKILL',
        } as const;
        execFile(program, [...assignments], options, (error) => resolve(error === null));
      }),
  };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
