// Owns the first look at STYXY_HOME: a directory of our own that nobody else can enter, or no start.

import { accessSync, chmodSync, constants, type Stats, statSync } from 'node:fs';
import { StyxyError } from '../errors.ts';
import { foreignHome, type Home, makeDirectory, refuseForeignHome, refuseSharedDirectory } from '../home.ts';
import { networkFileSystem } from '../os/file-system.ts';

/**
 * Creates the home, or checks the one that is there. One of our own that others may enter is closed to them.
 *
 * @param networkOf names the network file system that a directory is on, or answers null
 * @throws StyxyError HOME_UNSAFE when it is somebody else's or shared with others, HOME_UNUSABLE when it cannot be used
 */
export function setUpHome(home: Home, networkOf = networkFileSystem): void {
  refuseForeignHome(home.dir);
  try {
    makeDirectory(home.dir);
  } catch (cause) {
    throw unusable(home.dir, cause);
  }
  const network = networkOf(home.dir);
  if (network !== null) throw onNetwork(home.dir, network);
  const stats = look(home.dir);
  if (!stats.isDirectory()) throw unusable(home.dir, new Error('it is no directory'));
  if (process.geteuid !== undefined) {
    if (stats.uid !== process.geteuid()) throw foreignHome(home.dir, stats.uid);
    refuseSharedDirectory(home);
    try {
      if ((stats.mode & 0o077) !== 0) chmodSync(home.dir, 0o700);
      // Also of a read-only file system: said here, once, before a file of the home fails in a way of its own.
      accessSync(home.dir, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch (cause) {
      throw unusable(home.dir, cause);
    }
  }
  try {
    makeDirectory(home.logs);
  } catch (cause) {
    throw unusable(home.logs, cause);
  }
}

/**
 * Refuses a directory that is not the one which the starter of this process sees at the same path.
 *
 * @param inode `device:inode`, or undefined where it is for certain the same
 * @throws StyxyError HOME_UNUSABLE
 */
export function refuseOtherHome(home: Home, inode: string | undefined): void {
  if (inode === undefined) return;
  const stats = statSync(home.dir, { bigint: true, throwIfNoEntry: false });
  if (stats !== undefined && `${stats.dev}:${stats.ino}` === inode) return;
  throw new StyxyError(
    'HOME_UNUSABLE',
    `${home.dir} is another directory outside of the sandbox that asked`,
    {
      fields: { path: home.dir },
    },
  );
}

function onNetwork(path: string, network: string): StyxyError {
  return new StyxyError(
    'HOME_UNUSABLE',
    `${path} is on a network or shared file system (${network}), on which neither locks nor the write-ahead log hold`,
    {
      hint: 'Set STYXY_HOME to a directory on a local disk, one for each machine.',
      fields: { path, file_system: network },
    },
  );
}

function look(dir: string): Stats {
  try {
    return statSync(dir);
  } catch (cause) {
    throw unusable(dir, cause);
  }
}

function unusable(path: string, cause: unknown): StyxyError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new StyxyError('HOME_UNUSABLE', `${path} cannot be used: ${message}`, {
    ...(code === 'EACCES' || code === 'EPERM'
      ? {
          hint: `Let its owner write there (\`chmod u+rwx '${path}'\`), or set STYXY_HOME to another directory.`,
        }
      : {}),
    fields: { path },
    cause,
  });
}
