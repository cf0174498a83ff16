// Owns the search for the processes behind sockets, inode by inode, where `ss` is not there to do it.

import { readdirSync, readlinkSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { listPids } from './pids.ts';
import type { SocketOwner } from './socket-row.ts';

/** A machine has thousands of descriptors: other work gets its turn after this many processes. */
const PROCESSES_PER_TURN = 16;

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
  for (const [index, pid] of [
    ...pids.filter((pid) => pid !== 1),
    ...pids.filter((pid) => pid === 1),
  ].entries()) {
    if (owners.size === inodes.size) break;
    if (index % PROCESSES_PER_TURN === PROCESSES_PER_TURN - 1) await nextTurn();
    for (const inode of socketsOf(pid)) {
      if (inodes.has(inode) && !owners.has(inode)) owners.set(inode, { pid, process: null });
    }
  }
  return owners;
}

function socketsOf(pid: number): string[] {
  const inodes: string[] = [];
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      const inode = socketInode(pid, fd);
      if (inode !== null) inodes.push(inode);
    }
  } catch {
    // It ended, or is not ours to look into.
  }
  return inodes;
}

function socketInode(pid: number, fd: string): string | null {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? null;
  } catch {
    return null;
  }
}
