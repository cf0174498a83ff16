// Owns the list of pids that /proc shows.

import { readdirSync } from 'node:fs';

/** The pids of all processes that /proc shows, ascending. */
export function listPids(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  } catch {
    return [];
  }
}
