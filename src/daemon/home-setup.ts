// Owns the first look at STYXY_HOME: a directory of our own that nobody else can enter, or no start.

import { chmodSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StyxyError } from '../errors.ts';
import { type Home, makeDirectory } from '../home.ts';

/**
 * Creates the home, or checks the one that is there. One of our own that others may enter is closed to them.
 *
 * @throws StyxyError HOME_UNSAFE when it is somebody else's, HOME_UNUSABLE when it cannot be used
 */
export function setUpHome(home: Home): void {
  refuseForeignParent(home.dir);
  try {
    makeDirectory(home.dir);
  } catch (cause) {
    throw unusable(home.dir, cause);
  }
  const stats = look(home.dir);
  if (!stats.isDirectory()) throw unusable(home.dir, new Error('it is no directory'));
  if (process.geteuid !== undefined) {
    if (stats.uid !== process.geteuid()) throw foreign(home.dir, stats.uid);
    if ((stats.mode & 0o077) !== 0) chmodSync(home.dir, 0o700);
  }
  try {
    makeDirectory(home.logs);
  } catch (cause) {
    throw unusable(home.logs, cause);
  }
}

/** Root creates nothing in the home of somebody else, who could not remove it again. */
function refuseForeignParent(dir: string): void {
  if (process.geteuid?.() !== 0) return;
  let path = dir;
  let stats = statSync(path, { throwIfNoEntry: false });
  while (stats === undefined && dirname(path) !== path) {
    path = dirname(path);
    stats = statSync(path, { throwIfNoEntry: false });
  }
  if (stats !== undefined && stats.uid !== 0) throw foreign(path, stats.uid);
}

function look(dir: string): Stats {
  try {
    return statSync(dir);
  } catch (cause) {
    throw unusable(dir, cause);
  }
}

function foreign(path: string, uid: number): StyxyError {
  const me = process.geteuid?.() === 0 ? 'root' : `user ${process.geteuid?.()}`;
  return new StyxyError('HOME_UNSAFE', `${path} belongs to user ${uid}, and ${me} does not work there`, {
    hint: 'Run styxy as the owner of that directory, or set STYXY_HOME to one of your own.',
    fields: { path },
  });
}

function unusable(path: string, cause: unknown): StyxyError {
  return new StyxyError('HOME_UNUSABLE', `${path} cannot be used: ${(cause as Error).message}`, {
    fields: { path },
    cause,
  });
}
