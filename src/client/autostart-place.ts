// Owns where an installed autostart is: the name that a home's has, and its files, for each platform.

import { homedir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Home } from '../home.ts';
import { textMark } from '../text-mark.ts';

export type AutostartKind = 'systemd' | 'launchd' | 'task-scheduler';

/** Names and paths of one home's autostart. */
export interface AutostartPlace {
  readonly kind: AutostartKind;
  /** What starts the daemon: a systemd unit, a launchd label or a task. */
  readonly daemon: string;
  /** What the daemon is started by when somebody connects; null where there is no such thing. */
  readonly socket: string | null;
  /** What looks every five minutes whether all is well. */
  readonly check: string;
  /** What starts the check; null where the check does so itself. */
  readonly timer: string | null;
  /** The folder of its files. */
  readonly folder: string;
  /** The file of the daemon's part: while it is there, the autostart is installed. */
  readonly daemonFile: string;
}

/** @returns null on a platform that has no autostart */
export function autostartPlace(
  home: Home,
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): AutostartPlace | null {
  const user = userHome(env);
  // Whoever has several homes can have an autostart for each of them.
  const name = home.dir === join(user, '.styxy') ? 'styxy' : `styxy-${textMark(home.dir)}`;
  if (platform === 'linux') {
    const config = env.XDG_CONFIG_HOME ?? '';
    const folder = join(isAbsolute(config) ? config : join(user, '.config'), 'systemd', 'user');
    return {
      kind: 'systemd',
      daemon: `${name}.service`,
      socket: `${name}.socket`,
      check: `${name}-check.service`,
      timer: `${name}-check.timer`,
      folder,
      daemonFile: join(folder, `${name}.service`),
    };
  }
  if (platform === 'darwin') {
    const folder = join(user, 'Library', 'LaunchAgents');
    const label = `io.github.${name.replace('-', '.')}`;
    return {
      kind: 'launchd',
      daemon: label,
      socket: null,
      check: `${label}.check`,
      timer: null,
      folder,
      daemonFile: join(folder, `${label}.plist`),
    };
  }
  if (platform === 'win32') {
    // Tasks of all users share one folder.
    const task = `Styxy-${textMark(`${userInfo().username}\n${home.dir}`)}`;
    const folder = home.dir;
    return {
      kind: 'task-scheduler',
      daemon: task,
      socket: null,
      check: task,
      timer: null,
      folder,
      daemonFile: join(folder, 'autostart-task.xml'),
    };
  }
  return null;
}

function userHome(env: NodeJS.ProcessEnv): string {
  const named = process.platform === 'win32' ? '' : (env.HOME ?? '');
  return isAbsolute(named) ? named : homedir();
}
