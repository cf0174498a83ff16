// Owns the socket that a service manager opened for the daemon before it started it: which descriptor it is, if it is ours.

import { fstatSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The first descriptor that is passed (sd_listen_fds(3)). */
const FIRST_FD = 3;
const MAX_FDS = 16;
/** What belongs to the process that it names and to no child of it. */
const NAMES = ['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES'] as const;
/** A row of /proc/net/unix: flags, type, state, inode, path. The flag says that it listens, the type that it is a stream. */
const LISTENING_STREAM = /^\S+: \S+ \S+ 00010000 0001 \S+ +(\d+) (\/.*)$/;

/**
 * The descriptor of the home's socket that systemd listens on already, by the protocol of sd_listen_fds(3). What says so is
 * taken out of `env`: a process that inherited it by accident has another pid, and children are none of its business.
 *
 * @param path where the socket has to be
 * @param paths of listening sockets by their inode; the system's own unless given
 * @returns null where none was passed to this very process, or another one
 */
export function takePassedSocket(
  env: NodeJS.ProcessEnv,
  path: string,
  paths: () => ReadonlyMap<string, string> = listeningPaths,
): number | null {
  const { LISTEN_FDS = '', LISTEN_PID } = env;
  for (const name of NAMES) delete env[name];
  if (LISTEN_PID !== String(process.pid) || !/^\d{1,4}$/.test(LISTEN_FDS)) return null;
  const known = paths();
  for (let fd = FIRST_FD; fd < FIRST_FD + Math.min(Number(LISTEN_FDS), MAX_FDS); fd++)
    if (isSocketAt(fd, path, known)) return fd;
  return null;
}

/** Whether a descriptor is the socket that listens at `path`. */
export function isSocketAt(fd: number, path: string, known = listeningPaths()): boolean {
  const found = known.get(inodeOf(fd));
  return found !== undefined && isSamePath(found, path);
}

function inodeOf(fd: number): string {
  try {
    return String(fstatSync(fd, { bigint: true }).ino);
  } catch {
    return '';
  }
}

function listeningPaths(): ReadonlyMap<string, string> {
  try {
    const rows = readFileSync('/proc/self/net/unix', 'utf8').split('\n');
    return new Map(
      rows.flatMap((row) => {
        const [, inode, path] = LISTENING_STREAM.exec(row) ?? [];
        return inode === undefined || path === undefined ? [] : [[inode, path] as const];
      }),
    );
  } catch {
    return new Map();
  }
}

/** The manager may have come to the same directory by another name. */
function isSamePath(a: string, b: string): boolean {
  return a === b || realDirectory(a) === realDirectory(b);
}

function realDirectory(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path;
  }
}
