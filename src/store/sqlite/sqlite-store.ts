// Owns the SQLite store: one file per home, locked for the life of the process that opened it.

import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { DurableChange } from '../../core/change.ts';
import { StyxyError } from '../../errors.ts';
import type { AuditStore } from '../audit-store.ts';
import type { SetAside, Store, StoredState } from '../store.ts';
import { createAuditTable } from './audit-table.ts';
import { moveDamaged } from './damaged.ts';
import { openingFailure, storeFailure } from './failure.ts';
import { type DamagedRow, loadAll } from './loader.ts';
import type { StoreLog } from './log.ts';
import { MIGRATIONS, type Migration } from './migrations.ts';
import { backUpDatabase, openDatabase } from './open.ts';
import { twinOf, withSum } from './row-sums.ts';
import { soundNote } from './rows.ts';
import { prepareStatements, type Statements, writeChange } from './writer.ts';

export interface SqliteStoreOptions {
  /** The database file; its directory must exist. */
  readonly path: string;
  /** Where backups go: before migrations, and of anything found damaged. Created when first needed. */
  readonly backupsDir: string;
  /** `normal` survives `kill -9`, `full` a power cut too, at some 100 µs a commit. Default `normal`. */
  readonly synchronous?: 'normal' | 'full';
  readonly log?: StoreLog;
  /** For tests of migrations; the program's own unless given. */
  readonly migrations?: readonly Migration[];
}

/** The stores that this process has open: SQLite's locks do not keep a process from itself, and a second
 * descriptor of the file, once closed, would drop those of the first. */
const openHere = new Set<string>();

/**
 * Opens or creates the store and locks it until `close` or the end of the process.
 *
 * @throws StyxyError ALREADY_RUNNING when a process has it open, HOME_UNSAFE for a file that others could touch,
 *   STORE_NEWER for a schema of a newer program (nothing is touched then), STORE_FULL, STORE_UNAVAILABLE,
 *   HOME_UNUSABLE where it may not be written
 */
export function openSqliteStore(options: SqliteStoreOptions): Store {
  const { path, backupsDir, synchronous = 'normal', migrations = MIGRATIONS } = options;
  const log = options.log ?? SILENT;
  const dir = dirname(path);
  let identity: string | null = null;
  try {
    identity = claim(path);
    const { db, setAside } = openDatabase({ path, backupsDir, migrations, log });
    return new SqliteStore(db, { dir, backupsDir, synchronous, log, setAside }, () => disclaim(identity));
  } catch (error) {
    disclaim(identity);
    throw openingFailure(error, path, dir);
  }
}

/** Notes that this process opens a file; the name is the same however its path is written. */
function claim(path: string): string {
  const identity = join(realpathSync(dirname(path)), basename(path));
  if (openHere.has(identity)) {
    throw new StyxyError('ALREADY_RUNNING', `this process has the store ${path} open already`);
  }
  openHere.add(identity);
  return identity;
}

function disclaim(identity: string | null): void {
  if (identity !== null) openHere.delete(identity);
}

const SILENT: StoreLog = { info: () => {}, warn: () => {} };

interface Surroundings {
  readonly dir: string;
  readonly backupsDir: string;
  readonly synchronous: 'normal' | 'full';
  readonly log: StoreLog;
  /** What was found damaged while opening. */
  readonly setAside: readonly SetAside[];
}

class SqliteStore implements Store {
  readonly kind = 'sqlite';
  readonly audit: AuditStore;
  readonly #db: DatabaseSync;
  readonly #statements: Statements;
  readonly #surroundings: Surroundings;
  readonly #onClose: () => void;
  /** Damaged rows that a full disk kept from being moved out of the way. */
  #unmoved: readonly DamagedRow[] = [];
  /** A rollback failed, so a transaction may still be open. */
  #isStuck = false;
  #isOpen = true;

  constructor(db: DatabaseSync, surroundings: Surroundings, onClose: () => void) {
    this.#db = db;
    this.#surroundings = surroundings;
    this.#onClose = onClose;
    this.#statements = prepareStatements(db);
    this.audit = this.#auditOf(db);
    this.#setSynchronous(surroundings.synchronous);
  }

  load(): StoredState {
    return this.#guard('the store could not be read', () => {
      const loaded = loadAll(this.#db);
      if (loaded.damaged.length > 0) this.#setAside(loaded.damaged);
      return {
        leases: loaded.leases,
        keys: loaded.keys,
        quarantines: loaded.quarantines,
        instances: [...loaded.instances.values()],
        requests: loaded.requests,
        ranges: [...loaded.ranges.values()],
        fenceCeiling: loaded.fenceCeiling,
        elapsedMs: loaded.elapsedMs,
        lastAudit: loaded.lastAudit,
        setAside: [
          ...this.#surroundings.setAside,
          ...loaded.damaged.map(({ table, id, reason }) => ({ table, id, reason })),
        ],
      };
    });
  }

  commit(changes: readonly DurableChange[]): void {
    if (changes.length === 0) return;
    this.#write('the changes could not be committed', () => {
      for (const change of changes) writeChange(this.#statements, change);
    });
  }

  reserveFences(ceiling: number): void {
    // In WAL mode the pragma decides, commit by commit, whether the log is synced; it cannot change within one.
    this.#guard('fences could not be reserved', () => this.#setSynchronous('full'));
    try {
      this.#write('fences could not be reserved', () => {
        for (const name of ['fence_ceiling', twinOf('fence_ceiling')])
          this.#statements.raiseMeta.run(name, ceiling);
      });
    } finally {
      this.#setSynchronous(this.#surroundings.synchronous);
    }
  }

  saveElapsed(elapsedMs: number): void {
    this.#write('the time could not be saved', () => {
      for (const name of ['elapsed_ms', twinOf('elapsed_ms')]) this.#statements.putMeta.run(name, elapsedMs);
    });
  }

  readNote(name: string): string | null {
    return this.#guard('a note could not be read', () => {
      const row = this.#statements.readNote.get(name);
      return row === undefined ? null : soundNote(row);
    });
  }

  writeNote(name: string, value: string): void {
    this.#write('a note could not be saved', () => this.#statements.putNote.run(...withSum([name, value])));
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      this.#db.close();
    } finally {
      this.#onClose();
    }
  }

  #auditOf(db: DatabaseSync): AuditStore {
    const table = createAuditTable(db);
    const reading = <Result>(read: () => Result): Result => this.#guard('the audit could not be read', read);
    return {
      span: () => reading(() => table.span()),
      nearest: (...what) => reading(() => table.nearest(...what)),
      read: (...what) => reading(() => table.read(...what)),
      standing: () => reading(() => table.standing()),
      count: (...what) => reading(() => table.count(...what)),
      trim: (after, cut, limit) => {
        const upTo = reading(() => table.lastToGo(after, cut, limit));
        if (upTo !== null) this.#write('the audit could not be trimmed', () => table.trim(after, upTo));
        return upTo;
      },
    };
  }

  #setSynchronous(mode: 'normal' | 'full'): void {
    this.#db.exec(`PRAGMA synchronous = ${mode}`);
  }

  #guard<Result>(doing: string, work: () => Result): Result {
    if (!this.#isOpen) throw new StyxyError('STORE_UNAVAILABLE', `${doing}: the store is closed`);
    try {
      return work();
    } catch (error) {
      throw storeFailure(error, doing, this.#surroundings.dir);
    }
  }

  /** Runs `work` in a transaction: all of it is durable afterwards, or nothing. */
  #write(doing: string, work: () => void): void {
    this.#guard(doing, () => {
      if (this.#isStuck) this.#rollBack();
      this.#statements.begin.run();
      try {
        if (this.#unmoved.length > 0) moveDamaged(this.#db, this.#statements, this.#unmoved);
        work();
        this.#statements.commit.run();
        this.#unmoved = [];
      } catch (error) {
        this.#rollBack();
        throw error;
      }
    });
  }

  #rollBack(): void {
    try {
      this.#statements.rollback.run();
      this.#isStuck = false;
    } catch (error) {
      // SQLite rolls back by itself after some errors, and says that there is nothing to roll back.
      this.#isStuck = !(error instanceof Error && error.message.includes('no transaction is active'));
    }
  }

  /** Moves damaged rows out of the way of new ones, after a backup; with a full disk that waits for the next commit. */
  #setAside(damaged: readonly DamagedRow[]): void {
    const { backupsDir, log } = this.#surroundings;
    this.#unmoved = damaged;
    try {
      const backup = backUpDatabase(this.#db, backupsDir, 'state-damaged-rows');
      this.#write('damaged rows could not be set aside', () => {});
      log.warn({ rows: damaged.length, backup }, 'set damaged rows of the store aside');
    } catch (error) {
      log.warn(
        { rows: damaged.length, error: String(error) },
        'damaged rows of the store are ignored, not moved yet',
      );
    }
  }
}
