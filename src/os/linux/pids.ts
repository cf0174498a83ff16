// Owns the list of pids that /proc shows.

import { readdirSync } from 'node:fs';

/** The pids of all processes that /proc shows, ascending. @param proc where that file system is mounted */
export function listPids(proc = '/proc'): number[] {
  try {
    return readdirSync(proc)
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  } catch {
    return [];
  }
}
