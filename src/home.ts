// Owns STYXY_HOME: where it is, the path of everything in it, how its directories are made, and whose it may be.

import { existsSync, mkdirSync, openSync, readdirSync, type Stats, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { StyxyError } from './errors.ts';

/** A unix socket's path has room for this many bytes (sun_path less its final NUL). */
export const MAX_SOCKET_PATH_BYTES = 107;

export const DEFAULT_API_PORT = 9876;

/** The paths of one home, all absolute. */
export interface Home {
  readonly dir: string;
  readonly config: string;
  readonly store: string;
  readonly token: string;
  readonly socket: string;
  readonly daemonInfo: string;
  readonly logs: string;
  readonly backups: string;
  /** Who runs which project's services by `styxy up`. */
  readonly up: string;
}

/**
 * The home that an environment names.
 *
 * @param env `STYXY_HOME`, else `~/.styxy`
 * @throws StyxyError HOME_UNUSABLE when STYXY_HOME, or HOME in its place, is empty, relative or holds control characters
 */
export function resolveHome(env: NodeJS.ProcessEnv = process.env): Home {
  const named = env.STYXY_HOME;
  if (named === undefined) return homeAt(join(userHome(), '.styxy'));
  const fault = faultOf(named);
  if (fault !== null) {
    throw new StyxyError('HOME_UNUSABLE', `STYXY_HOME is ${JSON.stringify(named)}, which ${fault}`, {
      hint: 'Set STYXY_HOME to an absolute path without control characters, or unset it to use ~/.styxy.',
    });
  }
  return homeAt(resolve(named));
}

/**
 * The home that an environment names, for a command that reads, serves or changes what is in it.
 *
 * @throws StyxyError HOME_UNUSABLE as `resolveHome`, HOME_UNSAFE when this is root and the home somebody else's
 */
export function resolveOwnHome(env: NodeJS.ProcessEnv): Home {
  const home = resolveHome(env);
  refuseForeignHome(home.dir);
  return home;
}

function userHome(): string {
  let dir: string | null = null;
  try {
    dir = homedir();
  } catch {
    // HOME is not set, and the system knows no such user.
  }
  const fault = dir === null ? null : faultOf(dir);
  if (dir !== null && fault === null) return dir;
  const what = dir === null ? 'HOME is not set' : `HOME is ${JSON.stringify(dir)}, which ${fault}`;
  throw new StyxyError('HOME_UNUSABLE', what, {
    hint: 'Set HOME, or set STYXY_HOME to an absolute path.',
  });
}

/** @returns what is wrong with a home's path, as the end of a sentence, or null */
function faultOf(path: string): string | null {
  if (!isAbsolute(path)) return 'is no absolute path';
  return /[\u0000-\u001f\u007f]/.test(path) ? 'has a control character in it' : null;
}

export function homeAt(dir: string): Home {
  return {
    dir,
    config: join(dir, 'config.json'),
    store: join(dir, 'state.db'),
    token: join(dir, 'auth.token'),
    socket: process.platform === 'win32' ? pipeName(dir) : join(dir, 'styxy.sock'),
    daemonInfo: join(dir, 'daemon.json'),
    logs: join(dir, 'logs'),
    backups: join(dir, 'backups'),
    up: join(dir, 'up'),
  };
}

/**
 * An address by which the home's socket can be bound and reached even where the home's path is too long for one.
 *
 * @returns null where a long path cannot be shortened; TCP is the way there
 */
export function socketAddress(home: Home): string | null {
  return addressOfSocket(home.socket);
}

/**
 * An address by which the socket of a path can be bound and reached, however long the path is.
 *
 * On Linux a long path goes through a descriptor of the directory, which stays open while the process lives.
 *
 * @returns null where a long path cannot be shortened
 */
export function addressOfSocket(path: string): string | null {
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES || process.platform === 'win32') return path;
  if (process.platform !== 'linux') return null;
  try {
    return `/proc/self/fd/${openSync(dirname(path), 'r')}/${basename(path)}`;
  } catch {
    return null;
  }
}

/**
 * The TCP port of API and dashboard that an environment asks for.
 *
 * @returns 0 for any free port
 * @throws StyxyError INVALID_REQUEST when STYXY_API_PORT is no port number
 */
export function resolveApiPort(env: NodeJS.ProcessEnv = process.env): number {
  const named = env.STYXY_API_PORT;
  if (named === undefined || named === '') return DEFAULT_API_PORT;
  const port = Number(named);
  if (!/^\d{1,5}$/.test(named) || port > 65_535 || (port !== 0 && port < 1024)) {
    throw new StyxyError('INVALID_REQUEST', `STYXY_API_PORT is ${JSON.stringify(named)}, which is no port`, {
      hint: 'Set STYXY_API_PORT to a port from 1024 to 65535, or to 0 for any free one.',
    });
  }
  return port;
}

/**
 * Makes a directory of our own, and those above it that are missing. Node's own recursive way never ends where a file
 * system takes no directories, as /proc does.
 *
 * @throws the error of the system, for example ENOENT below /proc, or EEXIST where a file is in the way
 */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error;
    makeDirectory(dirname(path));
    makeDirectory(path);
  }
}

/**
 * Refuses root a place in the directory of somebody else, who could not remove again what root leaves there.
 *
 * @param dir the home, which need not exist yet: the nearest directory above it counts then
 * @throws StyxyError HOME_UNSAFE
 */
export function refuseForeignHome(dir: string): void {
  if (process.geteuid?.() !== 0) return;
  let path = dir;
  let stats = lookAt(path);
  while (stats === undefined && dirname(path) !== path) {
    path = dirname(path);
    stats = lookAt(path);
  }
  if (stats !== undefined && stats.uid !== 0) throw foreignHome(path, stats.uid);
}

/** By which a directory is known to be a home, also one that is only prepared. */
const OWN_FILES = ['config.json', 'state.db', 'auth.token', 'daemon.json', 'styxy.sock', 'daemon.starting'];
/** What every start makes first. */
const OWN_DIRECTORIES = ['logs', 'backups'];

/**
 * Refuses a directory that others may enter and that holds files of somebody's and none of ours, such as /tmp: a home is
 * closed to others, and closing this one would take it from them.
 *
 * @throws StyxyError HOME_UNSAFE
 */
export function refuseSharedDirectory({ dir }: Home): void {
  if (process.platform === 'win32') return;
  const stats = lookAt(dir);
  if (stats === undefined || !stats.isDirectory() || (stats.mode & 0o077) === 0) return;
  let names: readonly string[];
  try {
    names = readdirSync(dir).filter((name) => !OWN_DIRECTORIES.includes(name));
  } catch {
    // Whoever uses it says why it cannot be read.
    return;
  }
  if (names.length === 0 || names.some((name) => OWN_FILES.includes(name))) return;
  throw new StyxyError(
    'HOME_UNSAFE',
    `${dir} is open to others and holds files that are not Styxy's, and a home is closed to all but its owner`,
    {
      hint: `Set STYXY_HOME to a directory of its own, such as ${join(dir, 'styxy')}.`,
      fields: { path: dir },
    },
  );
}

/** The error for a directory of user `uid`, who is not the one that this process runs as. */
export function foreignHome(path: string, uid: number): StyxyError {
  const me = process.geteuid?.() === 0 ? 'root' : `user ${process.geteuid?.()}`;
  return new StyxyError('HOME_UNSAFE', `${path} belongs to user ${uid}, and ${me} does not work there`, {
    hint: 'Run styxy as the owner of that directory, or set STYXY_HOME to one of your own.',
    fields: { path },
  });
}

/** @returns undefined also for what can be no path; whoever uses it says why */
function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** The pipe by which Windows has what is a socket in `dir` elsewhere. */
export function pipeName(dir: string): string {
  return `\\\\.\\pipe\\styxy-${Buffer.from(dir.toLowerCase()).toString('base64url').slice(-64)}`;
}
