// Owns the store's file as a file: who may own it, how it is created, and how backups are named.

import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  type Stats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { StyxyError } from '../../errors.ts';

/** @returns the file's status, or null when there is none */
export function statusOf(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Refuses a store file that somebody else could have planted, could read or could change.
 *
 * @throws StyxyError HOME_UNSAFE naming the file and why
 */
export function checkStoreFile(path: string): Stats | null {
  const status = statusOf(path);
  if (status === null) return null;
  const why = whyUnsafe(status);
  if (why !== null) {
    throw new StyxyError('HOME_UNSAFE', `the store ${path} ${why}`, { fields: { path, reason: why } });
  }
  return status;
}

function whyUnsafe(status: Stats): string | null {
  if (status.isSymbolicLink()) return 'is a symbolic link';
  if (!status.isFile()) return 'is not a regular file';
  const uid = process.geteuid?.();
  // Windows has neither owners nor modes in this sense; the profile directory's permissions hold there.
  if (uid === undefined) return null;
  if (status.uid !== uid) return `belongs to user ${status.uid}, not to user ${uid} who runs this`;
  if ((status.mode & 0o077) !== 0) {
    return `can be read or written by others (mode ${(status.mode & 0o777).toString(8)}, should be 600)`;
  }
  return status.nlink > 1 ? `has ${status.nlink} hard links, through which it could be changed` : null;
}

/** Creates an empty file of mode 0600, whatever the umask, and makes its name durable; false if it is there already. */
export function createPrivateFile(path: string): boolean {
  const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW = 0 } = constants;
  let descriptor: number;
  try {
    descriptor = openSync(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
  try {
    if (process.platform !== 'win32') fchmodSync(descriptor, 0o600);
  } finally {
    closeSync(descriptor);
  }
  syncDirectory(dirname(path));
  return true;
}

/** Makes the names in a directory durable, where the platform can. */
export function syncDirectory(dir: string): void {
  if (process.platform === 'win32') return;
  syncPath(dir);
}

/** Makes a file's content durable. Never for the file of an open store: closing it would drop the store's locks. */
export function syncPath(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * A path for a backup that does not exist yet, in a directory that does.
 *
 * @param label what it is a backup of, as in `state-v1`
 */
export function backupPath(backupsDir: string, label: string, suffix: string): string {
  mkdirSync(backupsDir, { recursive: true, mode: 0o700 });
  const stamp = new Date().toISOString().replaceAll(':', '-').replace('.', '-');
  for (let attempt = 0; ; attempt++) {
    const path = join(backupsDir, `${label}-${stamp}${attempt === 0 ? '' : `-${attempt}`}${suffix}`);
    if (statusOf(path) === null) return path;
  }
}
