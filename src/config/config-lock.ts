// Owns the lock under which config.json is written: one writer at a time, of whatever program and whatever home.

import type { DatabaseSync } from 'node:sqlite';
import { quietSqlite } from '../quiet-sqlite.ts';

const RETRY_MS = 20;
/** SQLITE_BUSY: somebody else has the lock. */
const BUSY = 5;

export interface HeldLock {
  release(): void;
}

/**
 * Takes the lock at `path`, an empty file that stays. The kernel drops it when its holder dies: SQLite's own lock is the
 * one kernel lock that Node can take on every system.
 *
 * @param patienceMs how long to wait for another holder
 * @returns null when another holder keeps it that long
 * @throws the error of SQLite where the file cannot be made or locked
 */
export async function takeLock(path: string, patienceMs: number): Promise<HeldLock | null> {
  const { DatabaseSync: Database } = await quietSqlite();
  for (let left = patienceMs; ; left -= RETRY_MS) {
    const lock = tryLock(new Database(path, { timeout: 0 }));
    if (lock !== null) return lock;
    if (left <= 0) return null;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

function tryLock(database: DatabaseSync): HeldLock | null {
  try {
    // Nothing is ever written, so that there is nothing to roll back; the journal would be another file.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === BUSY) return null;
    throw error;
  }
}
