// Owns the kernel's account of a process: processor time of all its threads, and resident memory.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const PAGE_BYTES = 4096;
let ticksPerSecond: number | null = null;

/**
 * User and system time of a process in seconds, of all its threads.
 *
 * From the scheduler's nanoseconds where the kernel keeps them, else from the ticks of `/proc/PID/stat`.
 *
 * @throws Error when there is no such process, or no `/proc`
 */
export function cpuSeconds(pid: number): number {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((task) => nanosecondsOf(pid, task));
  const total = nanoseconds.reduce((sum, each) => sum + each, 0);
  return total > 0 ? total / 1e9 : tickSeconds(pid);
}

/** Resident memory in bytes. */
export function residentBytes(pid: number): number {
  const pages = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1];
  return Number(pages) * PAGE_BYTES;
}

function nanosecondsOf(pid: number, task: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'latin1').split(' ')[0]);
  } catch {
    // A thread that ended meanwhile, or a kernel that keeps no such account.
    return 0;
  }
}

function tickSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'latin1' }));
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
