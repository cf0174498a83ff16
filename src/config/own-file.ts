// Owns the reading of a file that is run: one that belongs to the user, in a directory that nobody else can change.

import { realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { readTextFile } from './text-file.ts';

export type OwnFile =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refused'; readonly message: string };

const WRITABLE_BY_OTHERS = 0o022;
/** In such a directory, as `/tmp` is, nobody but its owner replaces a file. */
const STICKY = 0o1000;

/** Reads a file that nobody but the user could have written. Links are followed: what they lead to is judged. */
export function readOwnFile(path: string): OwnFile {
  let real: string;
  try {
    real = realpathSync(path);
    const why = directoryObjection(statSync(dirname(real)));
    if (why !== null) return refused(`its directory ${dirname(real)} ${why}`);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return refused(isMissing ? 'the file does not exist' : `it cannot be read: ${String(error)}`);
  }
  const file = readTextFile(real, fileObjection);
  if (file.kind === 'text') return file;
  return refused(file.kind === 'missing' ? 'the file does not exist' : file.message);
}

/** Windows has neither owners nor modes in this sense. */
const user = (): number | null => process.geteuid?.() ?? null;

function fileObjection({ uid, mode }: Stats): string | null {
  const me = user();
  if (me === null) return null;
  if (uid !== me) return `it belongs to user ${uid}, not to user ${me}`;
  if ((mode & WRITABLE_BY_OTHERS) === 0) return null;
  return `others can write it (mode ${octal(mode)}); close it with chmod go-w`;
}

function directoryObjection({ uid, mode }: Stats): string | null {
  const me = user();
  if (me === null) return null;
  if (uid !== me && uid !== 0) return `belongs to user ${uid}, who could replace it`;
  if ((mode & WRITABLE_BY_OTHERS) === 0 || (mode & STICKY) !== 0) return null;
  return `can be changed by others (mode ${octal(mode)}); close it with chmod go-w`;
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}

function refused(message: string): OwnFile {
  return { kind: 'refused', message };
}
