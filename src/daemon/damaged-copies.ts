// Owns the copies that a start made of what it found damaged: kept, unless the configuration wants none.

import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from './logs.ts';

/** What the store calls them. */
const DAMAGED = /^state-damaged/;

export interface DamagedCopies {
  /** Removes those that were made since. */
  drop(): void;
}

/** To be called before the store is opened: what lies there by then is nobody's to remove. */
export function noteDamagedCopies(backupsDir: string, log: Pick<Log, 'info' | 'warn'>): DamagedCopies {
  const former = new Set(copiesIn(backupsDir));
  return {
    drop() {
      const made = copiesIn(backupsDir).filter((name) => !former.has(name));
      if (made.length === 0) return;
      try {
        for (const name of made) rmSync(join(backupsDir, name), { force: true });
        log.info({ copies: made }, 'no copy is kept of what was damaged, as config.json has it');
      } catch (error) {
        log.warn({ error: String(error) }, 'a copy of what was damaged could not be removed');
      }
    },
  };
}

function copiesIn(dir: string): string[] {
  try {
    return readdirSync(dir).filter((name) => DAMAGED.test(name));
  } catch {
    return [];
  }
}
