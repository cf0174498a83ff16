// Owns what a process on Linux is called, and where it stands among the others, read from /proc.

import { readFileSync } from 'node:fs';
import type { ProcessFacts, ProcessNames } from '../os.ts';
import { readCommandLine } from './process-details.ts';

/** The names of this machine's processes. Each look reads two small files of /proc, synchronously. */
export function createLinuxProcessNames(): ProcessNames {
  return {
    facts(pid) {
      try {
        return factsOf(pid, readFileSync(`/proc/${pid}/stat`, 'utf8'), readCommandLine(pid));
      } catch {
        return null;
      }
    },
  };
}

/**
 * Reads what /proc says of a process.
 *
 * @param stat the name stands in parentheses and may have parentheses itself; the state is field 3 of the manual page,
 *   the parent 4, the group 5
 * @param commandLine words, each with a NUL behind it; null where they cannot be read
 */
export function factsOf(pid: number, stat: string, commandLine: Buffer | null): ProcessFacts | null {
  const [open, close] = [stat.indexOf('('), stat.lastIndexOf(')')];
  const [, parent = '', group = ''] = stat
    .slice(close + 1)
    .trim()
    .split(' ', 3);
  if (open < 0 || close < open || !/^\d+$/.test(parent) || !/^\d+$/.test(group)) return null;
  const name = stat.slice(open + 1, close);
  const words = (commandLine?.toString('utf8') ?? '').split('\0').join(' ').trim();
  return {
    pid,
    parent: Number(parent) || null,
    group: Number(group) || null,
    name,
    command: words === '' ? name : words,
  };
}
