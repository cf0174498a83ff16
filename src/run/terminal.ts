// Owns the question whether a key on the terminal reaches this process and its command alike.

import { readFileSync } from 'node:fs';

/**
 * Whether this process is in the foreground of its terminal: a ctrl-C there goes to its whole process group, so the
 * command has it already.
 */
export function isInForeground(): boolean {
  if (process.platform === 'linux') {
    try {
      return isForegroundStat(readFileSync('/proc/self/stat', 'utf8'));
    } catch {
      // Without /proc, the streams are the next best witness.
    }
  }
  return process.stdin.isTTY === true || process.stderr.isTTY === true;
}

/** The same from the text of `/proc/PID/stat`: the group that its terminal has in the foreground is its own. */
export function isForegroundStat(stat: string): boolean {
  // A process may be named `a) R 1 (b`: what is safe to count stands after the last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [, , group, , terminal, foregroundGroup] = fields;
  return terminal !== undefined && terminal !== '0' && group === foregroundGroup;
}
