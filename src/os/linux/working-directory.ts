// Owns the working directory of a process, as /proc tells it: no file system is asked, since a dead one would not answer.

import { readFileSync, readlinkSync } from 'node:fs';
import { isSameDirectory } from '../mounts.ts';

/**
 * The working directory of a process, as a path that means the same directory to us. It costs links and texts of
 * /proc alone: a look at the directory itself would wait for as long as its file system does, as one of a server that is gone.
 *
 * @param proc where the kernel shows its processes
 * @returns null when it cannot be known, was deleted, or lies in another mount namespace or root, where the path leads elsewhere
 */
export function processCwd(pid: number, proc = '/proc'): string | null {
  try {
    const theirs = `${proc}/${pid}`;
    const ours = `${proc}/self`;
    const path = readlinkSync(`${theirs}/cwd`);
    // The kernel's words for a directory without a name, and for one that is out of reach of its own process.
    if (!path.startsWith('/') || path.endsWith(' (deleted)') || readlinkSync(`${theirs}/root`) !== '/')
      return null;
    if (readlinkSync(`${theirs}/ns/mnt`) === readlinkSync(`${ours}/ns/mnt`)) return path;
    const [mounts, ownMounts] = [theirs, ours].map((of) => readFileSync(`${of}/mountinfo`, 'utf8'));
    return isSameDirectory(path, mounts ?? '', ownMounts ?? '') ? path : null;
  } catch {
    return null;
  }
}
