// Owns the opening of the database: lock, checks, migrations, and the way to repair when it is damaged.

import { writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StyxyError } from '../../errors.ts';
import type { SetAside } from '../store.ts';
import { isBusy, isCorruption } from './failure.ts';
import { raiseFences, unusedFence } from './fences.ts';
import { damageOnDisk, schemaVersionOnDisk } from './header.ts';
import type { StoreLog } from './log.ts';
import { damageInLog, type LogDamage } from './log-check.ts';
import { latestVersion, type Migration, migrate, schemaVersion } from './migrations.ts';
import { repairDatabase, withRepairLock } from './repair.ts';
import { backupPath, checkStoreFile, createPrivateFile, syncDirectory, syncPath } from './store-file.ts';
import { prepareStatements } from './writer.ts';

export interface OpenOptions {
  readonly path: string;
  readonly backupsDir: string;
  readonly migrations: readonly Migration[];
  readonly log: StoreLog;
}

export interface OpenedDatabase {
  readonly db: DatabaseSync;
  /** What was lost when the file had to be repaired. */
  readonly setAside: readonly SetAside[];
}

/** How long a lock that another process holds is waited for: long enough for a rival that backs off, no longer. */
const LOCK_WAIT_MS = 200;
const CACHE_KIB = 2048;
const LOG_PAGES = 1000;

/** The database is damaged in a way that only shows in what it says. */
class DamagedStore extends Error {}

/** Opens, locks, checks and migrates. Throws StyxyErrors and SQLite's own. */
export function openDatabase(options: OpenOptions): OpenedDatabase {
  const { path, migrations } = options;
  const status = checkStoreFile(path);
  checkStoreFile(`${path}-wal`);
  if (status !== null) refuseNewer(path, migrations);
  try {
    refuseDamaged(path);
    if (status === null) createPrivateFile(path);
    // Looked at before SQLite opens the file, since that drops what it cannot use; kept once the lock is ours.
    const logDamage = damageInLog(`${path}-wal`);
    const db = openSound(options);
    if (status?.size === 0 && logDamage === null) return { db, setAside: [noteEmptied(db, options)] };
    return { db, setAside: logDamage === null ? [] : [keepDamagedLog(db, logDamage, options)] };
  } catch (error) {
    if (!isDamage(error)) throw error;
    return openRepaired(options);
  }
}

/** Repairs and opens; whoever comes second finds the work done. */
function openRepaired(options: OpenOptions): OpenedDatabase {
  return withRepairLock(options.path, LOCK_WAIT_MS, () => {
    let setAside: readonly SetAside[] = [];
    try {
      refuseDamaged(options.path);
      return { db: openSound(options), setAside };
    } catch (error) {
      if (!isDamage(error)) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      setAside = repairDatabase({ ...options, reason });
    }
    return { db: openSound(options), setAside };
  });
}

/** A store that was emptied is begun anew, but never silently, nor with fences that may have been used (invariants 3 and 15). */
function noteEmptied(db: DatabaseSync, { path, log }: OpenOptions): SetAside {
  try {
    const reason = 'the file was empty';
    raiseFences(db, unusedFence());
    log.warn({ path, reason }, 'the store was begun anew');
    return { table: 'store', id: basename(path), reason };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Keeps the log that was found, and makes sure that no fence of a lost grant is used again. */
function keepDamagedLog(
  db: DatabaseSync,
  { reason, bytes }: LogDamage,
  { backupsDir, log }: OpenOptions,
): SetAside {
  try {
    const backup = backupPath(backupsDir, 'state-damaged', '.wal');
    createPrivateFile(backup);
    writeFileSync(backup, bytes);
    raiseFences(db, unusedFence());
    log.warn({ backup, reason }, 'the log of the store was damaged');
    return { table: 'store', id: basename(backup), reason };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Damage must be seen before SQLite opens the file: it would overwrite a short one, and delete a log without one. */
function refuseDamaged(path: string): void {
  const damage = damageOnDisk(path);
  if (damage !== null) throw new DamagedStore(damage);
}

function isDamage(error: unknown): boolean {
  return error instanceof DamagedStore || isCorruption(error);
}

/** Opens a database that must be sound: what is wrong with it is thrown, and it is closed again. */
function openSound({ path, backupsDir, migrations, log }: OpenOptions): DatabaseSync {
  const db = new DatabaseSync(path);
  try {
    lock(db, path);
    const mode = db.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode;
    if (mode !== 'wal')
      throw new StyxyError('STORE_UNAVAILABLE', `the file system of ${path} has no room for a WAL log`);
    db.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;
      PRAGMA wal_autocheckpoint = ${LOG_PAGES}; PRAGMA journal_size_limit = ${LOG_PAGES * 4096};`);
    checkSound(db, path, migrations);
    migrate(db, dirname(path), migrations, (version) => {
      const backup = backUpDatabase(db, backupsDir, `state-v${version}`);
      log.info({ backup, version }, 'backed the store up before its migration');
    });
    checkSchema(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Takes the lock that is held until the database is closed: this is what makes one daemon for each home. */
function lock(db: DatabaseSync, path: string): void {
  try {
    db.exec(
      `PRAGMA busy_timeout = ${LOCK_WAIT_MS}; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT`,
    );
  } catch (error) {
    if (!isBusy(error)) throw error;
    throw new StyxyError('ALREADY_RUNNING', `another process has the store ${path} open`, { cause: error });
  }
}

function checkSound(db: DatabaseSync, path: string, migrations: readonly Migration[]): void {
  const verdict = db.prepare('PRAGMA quick_check(1)').get()?.quick_check;
  if (verdict !== 'ok') throw new DamagedStore(String(verdict));
  const version = schemaVersion(db);
  const tables = Number(db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table'").get()?.n);
  if (version === 0 && tables > 0) throw new DamagedStore('it holds tables but names no schema version');
  if (version > 0 && tables === 0)
    throw new DamagedStore(`it names schema version ${version} but holds no tables`);
  if (version > latestVersion(migrations)) throw newerStore(path, version, migrations);
}

/** A schema that lacks what its version promises shows when the statements are prepared. */
function checkSchema(db: DatabaseSync): void {
  try {
    prepareStatements(db);
  } catch (error) {
    throw new DamagedStore(error instanceof Error ? error.message : String(error));
  }
}

function refuseNewer(path: string, migrations: readonly Migration[]): void {
  const version = schemaVersionOnDisk(path);
  if (version > latestVersion(migrations)) throw newerStore(path, version, migrations);
}

function newerStore(path: string, version: number, migrations: readonly Migration[]): StyxyError {
  const known = latestVersion(migrations);
  return new StyxyError(
    'STORE_NEWER',
    `the store ${path} has schema version ${version}; this Styxy knows versions up to ${known}. Nothing was touched`,
    { fields: { path, store_version: version, known_version: known } },
  );
}

/**
 * A copy of an open database, made through its own connection.
 *
 * @returns the path of the copy
 */
export function backUpDatabase(db: DatabaseSync, backupsDir: string, label: string): string {
  const backup = backupPath(backupsDir, label, '.db');
  // SQLite fills an empty file, and leaves it the mode that it has.
  createPrivateFile(backup);
  db.prepare('VACUUM INTO ?').run(backup);
  syncPath(backup);
  syncDirectory(backupsDir);
  return backup;
}
