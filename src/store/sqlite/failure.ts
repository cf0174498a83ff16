// Owns the translation of SQLite's and the file system's errors into Styxy's.

import { statfsSync } from 'node:fs';
import { StyxyError } from '../../errors.ts';

/** SQLite's primary result codes that are told apart. */
const NO_PERMISSION = 3;
const BUSY = 5;
const LOCKED = 6;
const NO_MEMORY = 7;
const READ_ONLY = 8;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;

const PASSING: readonly number[] = [BUSY, LOCKED, NO_MEMORY, IO_ERROR, CANNOT_OPEN];

/** What the file system says where nothing may be written. */
const FORBIDDEN: readonly string[] = ['EACCES', 'EPERM', 'EROFS'];

/** SQLite's primary result code of an error, or null when it is no error of SQLite's. */
function resultCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  return error.errcode & 0xff;
}

export function isBusy(error: unknown): boolean {
  return resultCode(error) === BUSY;
}

/** Whether the same write may succeed in a moment: somebody is in the way, or the process has too little of something. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof StyxyError) || error.code !== 'STORE_UNAVAILABLE') return false;
  return PASSING.includes(resultCode(error.cause) ?? 0);
}

/** Whether the error says that the file's content is damaged. */
export function isCorruption(error: unknown): boolean {
  const code = resultCode(error);
  return code === CORRUPT || code === NOT_A_DATABASE;
}

/**
 * The StyxyError for a failed operation on the store; one that already is a StyxyError is returned as it is.
 *
 * @param doing what was tried, as in "the changes could not be committed"
 * @param dir where the store lives, to tell a full disk from other I/O errors
 */
export function storeFailure(error: unknown, doing: string, dir: string): StyxyError {
  if (error instanceof StyxyError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new StyxyError(isFull(error, dir) ? 'STORE_FULL' : 'STORE_UNAVAILABLE', `${doing}: ${reason}`, {
    cause: error,
  });
}

/** The StyxyError for a store that cannot be opened: one that may not be written is a matter of the home's permissions. */
export function openingFailure(error: unknown, path: string, dir: string): StyxyError {
  const doing = `the store ${path} could not be opened`;
  if (error instanceof StyxyError || !isForbidden(error)) return storeFailure(error, doing, dir);
  return new StyxyError('HOME_UNUSABLE', `${doing}: ${(error as Error).message}`, {
    hint: `Let the owner of ${dir} write there and to the files in it, or set STYXY_HOME to another directory.`,
    fields: { path },
    cause: error,
  });
}

function isForbidden(error: unknown): boolean {
  const code = resultCode(error);
  if (code !== null) return code === READ_ONLY || code === NO_PERMISSION;
  return error instanceof Error && 'code' in error && FORBIDDEN.includes(String(error.code));
}

function isFull(error: unknown, dir: string): boolean {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) {
    return true;
  }
  const code = resultCode(error);
  if (code === FULL) return true;
  // Some full disks show as plain I/O errors: a sync that fails late, a file that cannot be extended.
  return code === IO_ERROR && hasNoSpace(dir);
}

function hasNoSpace(dir: string): boolean {
  try {
    return statfsSync(dir).bavail === 0;
  } catch {
    return false;
  }
}
