// Owns which processes belong to a running command: what is below it, and what carries the run's mark.

import { randomBytes } from 'node:crypto';
import { isSameProcess, type ProcessIdentity } from '../core/process-identity.ts';
import type { ProcessTable, ProcessTree } from '../os/os.ts';

/** What the system knows of processes. */
export type Processes = ProcessTree & Pick<ProcessTable, 'life' | 'ancestors'>;

/** The system's view of processes, loaded when it is needed: a command's start does not wait for it. */
export async function loadProcesses(): Promise<Processes> {
  const { createProcessTable } = await import('../os/platform.ts');
  return createProcessTable();
}

/** A variable that only the command's processes have; it finds those whose parent is gone. */
export interface Mark {
  readonly name: string;
  readonly value: string;
}

/**
 * A mark that no other run has. The lease's id would not do: two runs may be given one lease, and each would end the
 * other's command. A run within a run marks its command anew; the outer one finds that below its own.
 */
export function newMark(): Mark {
  return { name: 'STYXY_RUN_ID', value: randomBytes(16).toString('hex') };
}

/**
 * A function that finds the members of the tree of `pid`, a child of this process: those of now, and those that it
 * found before and that may still run.
 *
 * @param mark null where the command runs in an unchanged environment
 * @param isRunning whether `pid` still is the command; afterwards it may be somebody else's
 */
export function memberFinder(
  processes: Processes,
  pid: number,
  mark: Mark | null,
  isRunning: () => boolean,
): () => readonly ProcessIdentity[] {
  let members: ProcessIdentity[] = [];
  return () => {
    const found: ProcessIdentity[] = [];
    if (isRunning()) {
      found.push(...processes.descendants(process.pid).filter((each) => each.pid === pid));
      found.push(...processes.descendants(pid));
    }
    if (mark !== null) found.push(...processes.withEnvironment(mark.name, mark.value));
    members = members.filter((each) => processes.life(each) !== 'dead');
    for (const each of found) {
      if (!members.some((known) => isSameProcess(known, each))) members.push(each);
    }
    return members;
  };
}
