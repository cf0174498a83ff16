// Owns the rule for files that hold secrets or state: a plain file of our own, with one name, that nobody else can read.

import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { StyxyError } from '../errors.ts';

/** Not on Windows: what is not there is not asked for. */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;
const NON_BLOCKING = constants.O_NONBLOCK ?? 0;

/**
 * Reads a private file.
 *
 * @param what how messages call it, such as "the token"
 * @returns null when there is none
 * @throws StyxyError HOME_UNSAFE when it is a symlink, no plain file, somebody else's, linked twice, or readable by others
 */
export function readPrivateFile(path: string, what: string): string | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | NO_FOLLOW | NON_BLOCKING);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    if (code === 'ELOOP') throw unsafe(path, what, 'is a symbolic link', `Remove it: \`rm '${path}'\`.`);
    throw unsafe(path, what, `cannot be read (${message})`, 'Correct its owner and mode.');
  }
  try {
    refuseUnsafe(path, what, fstatSync(fd));
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

function refuseUnsafe(path: string, what: string, stats: Stats): void {
  if (!stats.isFile()) throw unsafe(path, what, 'is no plain file', `Remove it: \`rm -r '${path}'\`.`);
  // Windows has neither owners nor modes in this sense.
  if (process.geteuid === undefined) return;
  if (stats.uid !== process.geteuid()) {
    throw unsafe(
      path,
      what,
      `belongs to user ${stats.uid}, not to user ${process.geteuid()}`,
      'Correct its owner.',
    );
  }
  if ((stats.mode & 0o077) !== 0) {
    const mode = (stats.mode & 0o777).toString(8).padStart(4, '0');
    throw unsafe(
      path,
      what,
      `can be accessed by others (mode ${mode})`,
      `Close it with \`chmod 600 '${path}'\`${what === 'the token' ? ', and replace it with `styxy token rotate`, as it may be known' : ''}.`,
    );
  }
  if (stats.nlink > 1) {
    throw unsafe(path, what, `has ${stats.nlink} names (hard links)`, 'Remove the other one, or this one.');
  }
}

function unsafe(path: string, what: string, why: string, hint: string): StyxyError {
  return new StyxyError('HOME_UNSAFE', `${path}, which holds ${what}, ${why}`, { hint, fields: { path } });
}
