// Owns the look at a store that no daemon has open: whether it is whole, judged on a copy, so that nothing is touched or locked.

import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quietSqlite } from '../../quiet-sqlite.ts';
import { damageOnDisk, schemaVersionOnDisk } from './header.ts';
import { damageInLog } from './log-check.ts';
import { latestVersion, MIGRATIONS } from './migrations.ts';
import { checkStoreFile, statusOf } from './store-file.ts';

export type StoreLook =
  | { readonly kind: 'missing' | 'changing' }
  | { readonly kind: 'damaged'; readonly reason: string }
  | { readonly kind: 'newer'; readonly version: number; readonly known: number }
  /** `leases` is null where the store is too large for a look at all its pages. */
  | { readonly kind: 'sound'; readonly bytes: number; readonly leases: number | null };

/** A larger store takes longer to copy and to read than anybody waits for. */
const MAX_DEEP_BYTES = 64 * 1024 * 1024;

/**
 * Looks at the store at `path`. SQLite itself would make files beside it and take a lock, in which a daemon that starts
 * would run.
 *
 * @throws StyxyError HOME_UNSAFE for a file that somebody else could have planted; the error of the system where it
 *   cannot be read
 */
export async function lookAtStore(path: string): Promise<StoreLook> {
  const status = checkStoreFile(path);
  const log = checkStoreFile(`${path}-wal`);
  if (status === null) {
    return log === null
      ? { kind: 'missing' }
      : { kind: 'damaged', reason: 'the log is there, the file is not' };
  }
  const known = latestVersion(MIGRATIONS);
  const version = schemaVersionOnDisk(path);
  if (version > known) return { kind: 'newer', version, known };
  if (status.size === 0) return { kind: 'damaged', reason: 'the file is empty' };
  const reason = damageOnDisk(path) ?? damageInLog(`${path}-wal`)?.reason ?? null;
  if (reason !== null) return settled(path, status.mtimeMs, { kind: 'damaged', reason });
  const bytes = status.size + (log?.size ?? 0);
  if (bytes > MAX_DEEP_BYTES) return { kind: 'sound', bytes, leases: null };
  return settled(path, status.mtimeMs, await readCopy(path, bytes));
}

/** Of a store that somebody writes meanwhile, as a daemon that has just started does, a copy proves nothing. */
function settled(path: string, mtimeMs: number, look: StoreLook): StoreLook {
  return look.kind === 'damaged' && statusOf(path)?.mtimeMs !== mtimeMs ? { kind: 'changing' } : look;
}

async function readCopy(path: string, bytes: number): Promise<StoreLook> {
  const { DatabaseSync } = await quietSqlite();
  const folder = mkdtempSync(join(tmpdir(), 'styxy-doctor-'));
  try {
    const copy = join(folder, 'state.db');
    copyFileSync(path, copy);
    if (statusOf(`${path}-wal`) !== null) copyFileSync(`${path}-wal`, `${copy}-wal`);
    const db = new DatabaseSync(copy);
    try {
      const verdict = String(db.prepare('PRAGMA quick_check(1)').get()?.quick_check);
      if (verdict !== 'ok') return { kind: 'damaged', reason: verdict };
      const leases = Number(db.prepare('SELECT count(DISTINCT lock_id) AS n FROM lease').get()?.n);
      return { kind: 'sound', bytes, leases };
    } catch (error) {
      return { kind: 'damaged', reason: error instanceof Error ? error.message : String(error) };
    } finally {
      db.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
