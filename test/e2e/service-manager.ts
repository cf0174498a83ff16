// Owns a systemd manager of the test's own: a real one, reached as a user's is, with units of nobody but the test.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './run-fixture.ts';

const SYSTEMD = '/usr/lib/systemd/systemd';

/** Why no service manager of one's own can be run here, or false. */
export function missingManager(): string | false {
  if (process.platform !== 'linux') return 'systemd is a matter of Linux';
  if (process.geteuid?.() !== 0) return 'only root can mount the directories of a service manager';
  for (const program of [SYSTEMD, '/usr/bin/systemctl', '/usr/bin/systemd-notify'])
    if (!existsSync(program)) return `${program} is missing`;
  return spawnSync('unshare', ['-m', 'true']).status === 0 ? false : 'unshare -m is not permitted here';
}

/** systemd believes that the machine was booted with it, in a mount namespace where it sees that. */
const START = `
mkdir -p /run/systemd && mount -t tmpfs tmpfs /run/systemd && mkdir /run/systemd/system || exit 90
exec ${SYSTEMD} --user
`;

export interface Manager {
  /** What reaches it, to be added to an environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs systemctl and returns what it prints. */
  systemctl(...args: readonly string[]): string;
  stop(): Promise<void>;
}

/**
 * Starts a manager for the user whose home is `home`.
 *
 * @returns null where it does not run here for another reason
 */
export async function startManager(home: string): Promise<Manager | null> {
  const runtime = join(home, 'run');
  mkdirSync(runtime, { mode: 0o700 });
  const env = { HOME: home, XDG_RUNTIME_DIR: runtime };
  const child = spawn('unshare', ['-m', 'sh', '-c', START], {
    env: { PATH: process.env.PATH, ...env, SYSTEMD_LOG_LEVEL: 'err' },
    stdio: 'ignore',
  });
  const isReady = await until('the manager', () => {
    if (child.exitCode !== null) return false;
    return existsSync(join(runtime, 'systemd', 'private')) ? true : null;
  }).catch(() => false);
  if (!isReady) {
    child.kill('SIGKILL');
    return null;
  }
  return {
    env,
    systemctl: (...args) =>
      spawnSync('/usr/bin/systemctl', ['--user', ...args], {
        env: { PATH: process.env.PATH, ...env },
        encoding: 'utf8',
      }).stdout,
    stop: () => end(child),
  };
}

/** It stops its units first. */
function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    // What `exit` of a user's manager is asked by.
    child.kill('SIGTERM');
  });
}
