// Owns the files of an autostart on disk: what is there now, and their writing and removal without harm to anybody else's.

import { lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { replaceFile } from '../home/replace-file.ts';
import { type Home, makeDirectory } from '../home.ts';
import type { PlannedFile } from './plan.ts';
import { originOf } from './sealed-text.ts';

/**
 * `current` is what would be written, `outdated` was written by another version or for other paths, `edited` was changed by
 * hand, and `foreign` was never ours.
 */
export type FileState = 'missing' | 'current' | 'outdated' | 'edited' | 'foreign';

const MARK = '\ufeff';

export function fileState({ path, text, encoding }: PlannedFile): FileState {
  const found = readText(path, encoding);
  if (found === null) return 'missing';
  if (found === text) return 'current';
  const origin = originOf(found);
  return origin === 'ours' ? 'outdated' : origin;
}

/**
 * Writes a file, whole or not at all.
 *
 * @throws the system's error
 */
export function writePlanned({ path, text, encoding }: PlannedFile): void {
  makeDirectory(dirname(path));
  const whole = encoding === 'utf8' ? text : `${MARK}${text}`;
  replaceFile(path, Buffer.from(whole, encoding), { mode: 0o600 });
}

/**
 * Moves a file that was edited into the home's backups, so that nothing that somebody wrote is lost.
 *
 * @returns where it is now
 */
export function setAside(path: string, home: Home, now: Date): string {
  makeDirectory(home.backups);
  const stamp = now.toISOString().replaceAll(/[:.]/g, '-');
  const kept = join(home.backups, `${basename(path)}.${stamp}`);
  writeFileSync(kept, readFileSync(path), { mode: 0o600, flag: 'wx' });
  rmSync(path);
  return kept;
}

/** Whether anything at all is at a path, also a link to nowhere. */
export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** @returns null where there is nothing; what cannot be read or is no file counts as somebody else's */
function readText(path: string, encoding: PlannedFile['encoding']): string | null {
  if (!isThere(path)) return null;
  try {
    return readFileSync(path, encoding).replace(MARK, '');
  } catch {
    return '';
  }
}
