// Owns what the files of an autostart are made from: which programs, for which home, and the few settings that go along.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type AutostartPlace, autostartPlace } from '../client/autostart-place.ts';
import { commandLineEntry, daemonCommand } from '../client/daemon-entry.ts';
import { findProgram } from '../client/user-manager.ts';
import { StyxyError } from '../errors.ts';
import type { Home } from '../home.ts';

export interface AutostartFacts {
  readonly place: AutostartPlace;
  readonly home: Home;
  /** Node and its arguments that run the daemon: absolute paths. */
  readonly daemonWords: readonly [string, ...string[]];
  /** The same for the look that is taken every five minutes. */
  readonly checkWords: readonly [string, ...string[]];
  /** Files without which nothing can be started. */
  readonly needs: readonly string[];
  /** STYXY_HOME, and of the other settings those that were set. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether the daemon can tell its manager that it is ready and well. */
  readonly hasNotify: boolean;
  /** Whether the path of the home's socket is short enough for a manager to listen there. */
  readonly hasSocket: boolean;
  /** Who the session belongs to, as Windows writes it. */
  readonly userId: string;
}

const NOTIFY = [
  '/usr/bin/systemd-notify',
  '/bin/systemd-notify',
  '/run/current-system/sw/bin/systemd-notify',
];
/** What a unix socket's path has room for, here including what systemd itself needs. */
const MAX_SOCKET_BYTES = 107;
/** Settings of the daemon's that belong to the home and not to one command; no secret is among them. */
const SETTINGS = ['STYXY_API_PORT', 'STYXY_LOG_LEVEL'] as const;

/**
 * Why a program will not stay where it is, as somebody removes it who knows nothing of an autostart.
 *
 * @returns null where nothing speaks against it
 */
export function volatility(entry: string, exists: (path: string) => boolean = existsSync): string | null {
  const [, folder] = /^(.*)[/\\]node_modules[/\\]/.exec(entry) ?? [];
  if (folder === undefined) return null;
  if (/[/\\]_npx[/\\]/.test(entry)) return `${folder} is a cache of npx`;
  return exists(join(folder, 'package.json')) ? `${folder} is a project, whose packages come and go` : null;
}

/**
 * The facts of this installation, for this home.
 *
 * @throws StyxyError AUTOSTART_UNAVAILABLE on a platform that has none
 */
export function gatherFacts(home: Home, env: NodeJS.ProcessEnv): AutostartFacts {
  const place = autostartPlace(home, env);
  if (place === null) {
    throw new StyxyError('AUTOSTART_UNAVAILABLE', `There is no autostart for ${process.platform}`, {
      hint: 'Nothing is lost: every command starts the daemon where none runs.',
    });
  }
  // Whoever installs it makes this the home's place: see `place.ts` of the daemon.
  const daemon = daemonCommand(['--take-over']);
  const entry = commandLineEntry();
  const settings = SETTINGS.flatMap((name): [string, string][] => {
    const value = env[name];
    return value === undefined || value === '' ? [] : [[name, value]];
  });
  return {
    place,
    home,
    daemonWords: [daemon.file, ...daemon.args],
    // A task of Windows has no environment of its own.
    checkWords: [
      process.execPath,
      entry,
      'autostart',
      'check',
      ...(place.kind === 'task-scheduler' ? ['--home', home.dir] : []),
    ],
    needs: [process.execPath, entry],
    environment: { STYXY_HOME: home.dir, ...Object.fromEntries(settings) },
    hasNotify: findProgram(NOTIFY) !== null,
    hasSocket: place.socket !== null && Buffer.byteLength(home.socket) <= MAX_SOCKET_BYTES,
    userId: [env.USERDOMAIN, env.USERNAME].filter(Boolean).join('\\'),
  };
}
