// Owns the search for the processes behind sockets, inode by inode, where `ss` is not there to do it.

import { readdirSync, readlinkSync } from 'node:fs';
import { newPace } from '../pace.ts';
import type { SocketOwner } from '../socket-row.ts';
import { listPids } from './pids.ts';
import { readComm } from './process-details.ts';

/**
 * The owner of each socket of `inodes`: of several processes the first in order of pid, which most often is their
 * parent; the service manager, which may hold a socket for its service, only when there is no other.
 *
 * @param inodes as /proc/net names them
 * @returns by inode; what is missing belongs to processes that may not be looked into
 */
export async function findSocketOwners(inodes: ReadonlySet<string>): Promise<Map<string, SocketOwner>> {
  const owners = new Map<string, SocketOwner>();
  if (inodes.size === 0) return owners;
  const pids = listPids();
  const pace = newPace();
  for (const pid of [...pids.filter((pid) => pid !== 1), ...pids.filter((pid) => pid === 1)]) {
    if (owners.size === inodes.size) break;
    let owner: SocketOwner | null = null;
    for (const fd of descriptorsOf(pid)) {
      if (pace.isDue()) await pace.rest();
      const inode = socketInode(pid, fd);
      if (inode === null || !inodes.has(inode) || owners.has(inode)) continue;
      owner ??= { pid, process: readComm(pid) };
      owners.set(inode, owner);
    }
  }
  return owners;
}

function descriptorsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`);
  } catch {
    // It ended, or is not ours to look into.
    return [];
  }
}

function socketInode(pid: number, fd: string): string | null {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? null;
  } catch {
    return null;
  }
}
