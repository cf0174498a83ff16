// Owns which processes belong to a running command: what is below it, and what carries the run's mark.

import { randomBytes } from 'node:crypto';
import { isSameProcess, type ProcessIdentity } from '../core/process-identity.ts';
import type { ProcessTable, ProcessTree } from '../os/os.ts';
import type { Spare } from './own-daemon.ts';

/** What the system knows of processes. */
export type Processes = ProcessTree & Pick<ProcessTable, 'identify' | 'life' | 'ancestors'>;

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

/** The search for the members of a command's tree. */
export interface Members {
  /** Remembers what is below the command now, by one walk over all processes. Cheap enough to be done again and again. */
  look(): void;
  /** The members of now, also those that only their mark tells, and those that were found before and may still run. */
  find(): readonly ProcessIdentity[];
}

/**
 * The members of the tree of `pid`, a child of this process.
 *
 * @param mark null where the command runs in an unchanged environment
 * @param isRunning whether `pid` still is the command; afterwards it may be somebody else's
 * @param spare takes away what is none of the command's, wherever it was started
 */
export function memberFinder(
  processes: Processes,
  pid: number,
  mark: Mark | null,
  isRunning: () => boolean,
  spare: Spare,
): Members {
  let known: ProcessIdentity[] = [];
  const remember = (found: readonly ProcessIdentity[]): void => {
    known = known.filter((each) => processes.life(each) !== 'dead');
    for (const each of found) {
      if (!known.some((other) => isSameProcess(other, each))) known.push(each);
    }
  };
  const look = (): void => {
    const command = isRunning() ? processes.identify(pid) : null;
    remember(command === null ? [] : [command, ...processes.descendants(pid)]);
  };
  return {
    look,
    find() {
      look();
      if (mark !== null) remember(processes.withEnvironment(mark.name, mark.value));
      return spare(known);
    },
  };
}
