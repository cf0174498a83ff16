// Owns the repair of a damaged database file: a copy is kept, and a new store begins with all that can be read.

import { chmodSync, copyFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LOST_LEASES_NOTE } from '../../core/rebuild.ts';
import { StyxyError } from '../../errors.ts';
import type { SetAside } from '../store.ts';
import { isBusy } from './failure.ts';
import { raiseFences, unusedFence } from './fences.ts';
import { mendHeader } from './header.ts';
import type { StoreLog } from './log.ts';
import {
  latestVersion,
  type Migration,
  migrate,
  schemaVersion,
  TABLES,
  type TableName,
} from './migrations.ts';
import { copyRows, copyWhole } from './salvage.ts';
import { backupPath, createPrivateFile, statusOf, syncDirectory, syncPath } from './store-file.ts';

interface RepairOptions {
  readonly path: string;
  readonly backupsDir: string;
  readonly migrations: readonly Migration[];
  readonly log: StoreLog;
  /** What is wrong with the file. */
  readonly reason: string;
}

/**
 * Runs `work` while no other process repairs the same store. The damaged file itself may not be lockable, so the
 * lock is that of an empty database beside it, which the kernel drops at death.
 *
 * @throws StyxyError ALREADY_RUNNING when another process repairs it
 */
export function withRepairLock<Result>(path: string, waitMs: number, work: () => Result): Result {
  const lockPath = `${path}-repair-lock`;
  const lock = takeRepairLock(lockPath, path, waitMs);
  try {
    return work();
  } finally {
    lock.close();
    rmSync(lockPath, { force: true });
  }
}

function takeRepairLock(lockPath: string, path: string, waitMs: number): DatabaseSync {
  for (let attempt = 1; ; attempt++) {
    createPrivateFile(lockPath);
    const lock = new DatabaseSync(lockPath);
    try {
      lock.exec(`PRAGMA busy_timeout = ${waitMs}; BEGIN EXCLUSIVE`);
      return lock;
    } catch (error) {
      lock.close();
      if (isBusy(error)) {
        throw new StyxyError('ALREADY_RUNNING', `another process is repairing the store ${path}`, {
          cause: error,
        });
      }
      // Whoever held the lock has just removed its file; what it repaired is found sound in the next round.
      if (attempt === LOCK_ATTEMPTS) throw error;
    }
  }
}

/** How often the lock's file may vanish under a process that waits for it. */
const LOCK_ATTEMPTS = 5;

/**
 * Replaces a damaged store by a new one with everything that is readable, after copying it into the backups.
 * Called with no connection to it open and under the repair lock. Until the last step the damaged file stays in place,
 * so that a crash at any moment begins the repair anew.
 *
 * @returns what could not be read
 */
export function repairDatabase({ path, backupsDir, migrations, log, reason }: RepairOptions): SetAside[] {
  const backup = keepCopy(path, backupsDir);
  const source = `${path}-repair-source`;
  const target = `${path}-repair`;
  try {
    removeDatabase(source);
    removeDatabase(target);
    copyDatabase(path, source);
    mendHeader(source);
    createPrivateFile(target);
    const { saved, lost } = salvage(source, target, migrations);
    syncPath(target);
    // A log that stayed behind would be played onto the new file.
    for (const suffix of ['-wal', '-journal', '-shm']) rmSync(path + suffix, { force: true });
    renameSync(target, path);
    syncDirectory(dirname(path));
    log.warn(
      { backup, reason, saved, lost },
      'the store was damaged; a new one begins with what could be read',
    );
    const file: SetAside = {
      table: 'store',
      id: basename(backup),
      reason: `${reason}; ${saved} rows were saved from it`,
    };
    return [file, ...lost];
  } finally {
    removeDatabase(source);
    removeDatabase(target);
  }
}

/** Copies file and log under one time stamp, so that the pair can be opened as it was found. */
function keepCopy(path: string, backupsDir: string): string {
  const backup = backupPath(backupsDir, 'state-damaged', '.db');
  copyDatabase(path, backup);
  syncDirectory(backupsDir);
  return backup;
}

function copyDatabase(from: string, to: string): void {
  for (const suffix of ['', '-wal']) {
    const isThere = statusOf(from + suffix) !== null;
    // A log can be left without its database; its copy still needs one to be read with.
    if (isThere || suffix === '') createPrivateFile(to + suffix);
    if (!isThere) continue;
    copyFileSync(from + suffix, to + suffix);
    chmodSync(to + suffix, 0o600);
    syncPath(to + suffix);
    if (statSync(from + suffix).size !== statSync(to + suffix).size) {
      throw new StyxyError('STORE_FULL', `the damaged store could not be copied to ${to}`);
    }
  }
}

function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-journal', '-shm']) rmSync(path + suffix, { force: true });
}

function salvage(
  sourcePath: string,
  targetPath: string,
  migrations: readonly Migration[],
): { saved: number; lost: SetAside[] } {
  makeEmpty(sourcePath, targetPath, migrations);
  const tables = Object.keys(TABLES) as TableName[];
  const whole = copyWhole(sourcePath, targetPath, tables);
  const source = new DatabaseSync(sourcePath);
  const target = new DatabaseSync(targetPath);
  try {
    source.exec('PRAGMA locking_mode = EXCLUSIVE');
    target.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL');
    const lost: SetAside[] = [];
    let saved = 0;
    target.exec('BEGIN IMMEDIATE');
    for (const table of tables) {
      const copied = whole.get(table);
      saved += copied ?? 0;
      if (copied !== undefined) continue;
      const rows = copyRows(source, target, table, TABLES[table]);
      saved += rows.saved;
      if (rows.problem !== null) lost.push({ table, id: '*', reason: rows.problem });
    }
    copyRows(source, target, 'damaged', ['id']);
    // The ceiling that was read may be an old one: the pages with the newest may be those that are lost.
    raiseFences(target, unusedFence());
    target
      .prepare('INSERT OR REPLACE INTO note (name, value) VALUES (?, ?)')
      .run(LOST_LEASES_NOTE, new Date().toISOString());
    target.exec('COMMIT');
    return { saved, lost };
  } finally {
    source.close();
    target.close();
  }
}

/** The schema for what is saved. */
function makeEmpty(sourcePath: string, targetPath: string, migrations: readonly Migration[]): void {
  const source = new DatabaseSync(sourcePath);
  const target = new DatabaseSync(targetPath);
  try {
    source.exec('PRAGMA locking_mode = EXCLUSIVE');
    target.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL');
    migrate(target, dirname(targetPath), migrations, () => {}, versionOf(source, migrations));
  } finally {
    source.close();
    target.close();
  }
}

/** The version at which the saved rows fit; the latest where the damaged file cannot say. */
function versionOf(source: DatabaseSync, migrations: readonly Migration[]): number {
  const latest = latestVersion(migrations);
  try {
    const version = schemaVersion(source);
    return version >= 1 && version <= latest ? version : latest;
  } catch {
    return latest;
  }
}
