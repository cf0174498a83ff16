// Owns the translation of SQLite's and the file system's errors into Styxy's.

import { statfsSync } from 'node:fs';
import { StyxyError } from '../../errors.ts';

/** SQLite's primary result codes that are told apart. */
const BUSY = 5;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const NOT_A_DATABASE = 26;

/** SQLite's primary result code of an error, or null when it is no error of SQLite's. */
function resultCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  return error.errcode & 0xff;
}

export function isBusy(error: unknown): boolean {
  return resultCode(error) === BUSY;
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
