// Owns the store's file as a file: who may own it, how it is created, and which schema it says it has.

import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  type Stats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { StyxyError } from '../../errors.ts';

/** Bytes of a database's header, and where the fields of it lie that are read here. */
export const HEADER_BYTES = 100;
const USER_VERSION_OFFSET = 60;
const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

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

/**
 * The highest schema version that the file or its log names, read without opening it as a database, so that a store
 * of a newer program is not touched. A log that was not checkpointed may hold a newer first page than the file.
 *
 * @returns 0 when neither names one
 */
export function schemaVersionOnDisk(path: string): number {
  const header = readAt(path, 0, HEADER_BYTES);
  const inFile = header.length === HEADER_BYTES ? header.readUInt32BE(USER_VERSION_OFFSET) : 0;
  return Math.max(inFile, schemaVersionInLog(`${path}-wal`));
}

function schemaVersionInLog(path: string): number {
  const status = statusOf(path);
  if (status === null || status.size < WAL_HEADER_BYTES) return 0;
  const descriptor = openSync(path, 'r');
  try {
    const header = readFrom(descriptor, 0, WAL_HEADER_BYTES);
    const frameBytes = FRAME_HEADER_BYTES + header.readUInt32BE(8);
    const salt = header.subarray(16, 24);
    const { size } = fstatSync(descriptor);
    let version = 0;
    for (let offset = WAL_HEADER_BYTES; offset + frameBytes <= size; offset += frameBytes) {
      const frame = readFrom(descriptor, offset, FRAME_HEADER_BYTES);
      // Frames of another salt are left over from before the log was last restarted.
      if (frame.length < FRAME_HEADER_BYTES || !frame.subarray(8, 16).equals(salt)) break;
      if (frame.readUInt32BE(0) !== 1) continue;
      const page = readFrom(descriptor, offset + FRAME_HEADER_BYTES, HEADER_BYTES);
      if (page.length === HEADER_BYTES) version = Math.max(version, page.readUInt32BE(USER_VERSION_OFFSET));
    }
    return version;
  } finally {
    closeSync(descriptor);
  }
}

function readAt(path: string, offset: number, length: number): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    return readFrom(descriptor, offset, length);
  } finally {
    closeSync(descriptor);
  }
}

function readFrom(descriptor: number, offset: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(descriptor, buffer, 0, length, offset));
}
