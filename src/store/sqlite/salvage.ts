// Owns the copying of rows out of a damaged table: from both ends towards the damage.

import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Row } from './rows.ts';

export interface Copied {
  readonly saved: number;
  /** Why rows may be missing; null when the table was read to its end. */
  readonly problem: string | null;
}

/**
 * Copies what can be read of a table, columns matched by name.
 *
 * @param primaryKey the columns by which the table is ordered
 */
export function copyRows(
  source: DatabaseSync,
  target: DatabaseSync,
  table: string,
  primaryKey: readonly string[],
): Copied {
  const columns = columnsOf(target, table);
  const insert = target.prepare(
    `INSERT OR REPLACE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  const seen = new Set<string>();
  let problem: string | null = null;
  for (const direction of ['ASC', 'DESC']) {
    const order = primaryKey.map((column) => `${column} ${direction}`).join(', ');
    problem = copyScan(source, `SELECT * FROM ${table} ORDER BY ${order}`, columns, primaryKey, insert, seen);
    // Once to the end is enough; after damage, what lies behind it is reached from the other end.
    if (problem === null) break;
  }
  return { saved: seen.size, problem };
}

/**
 * Copies whole tables within SQLite, which is ten times as fast; a table in which anything is damaged is left for `copyRows`.
 *
 * @returns how many rows were copied of each table that is whole
 */
export function copyWhole(
  sourcePath: string,
  targetPath: string,
  tables: readonly string[],
): ReadonlyMap<string, number> {
  const copied = new Map<string, number>();
  const target = new DatabaseSync(targetPath);
  try {
    // It is a copy of the damaged file that nobody else has open.
    target.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF');
    if (!canAttach(target, sourcePath)) return copied;
    for (const table of tables) {
      const columns = columnsOf(target, table).join(', ');
      // One statement is one transaction: all of it is there, or nothing. Columns by name, so that no page is copied as it is.
      const sql = `INSERT OR REPLACE INTO main.${table} (${columns}) SELECT ${columns} FROM source.${table}`;
      try {
        copied.set(table, Number(target.prepare(sql).run().changes));
      } catch {
        // Whatever it is, it shows again where rows are copied one by one.
      }
    }
    return copied;
  } finally {
    target.close();
  }
}

function canAttach(db: DatabaseSync, path: string): boolean {
  try {
    db.prepare('ATTACH ? AS source').run(path);
    return true;
  } catch {
    return false;
  }
}

/** @returns why the scan ended before the end of the table, or null. */
function copyScan(
  source: DatabaseSync,
  sql: string,
  columns: readonly string[],
  primaryKey: readonly string[],
  insert: StatementSync,
  seen: Set<string>,
): string | null {
  let rows: Iterator<Row>;
  try {
    const select = source.prepare(sql);
    select.setReadBigInts(true);
    rows = select.iterate();
  } catch (error) {
    return messageOf(error);
  }
  for (;;) {
    let next: IteratorResult<Row>;
    try {
      next = rows.next();
    } catch (error) {
      return messageOf(error);
    }
    if (next.done) return null;
    const row = next.value;
    // A table without its key's columns is none that could be copied; a missing key cannot be inserted either.
    if (primaryKey.some((column) => (row[column] ?? null) === null)) return 'a row has no key';
    const id = primaryKey.map((column) => String(row[column])).join('\n');
    if (seen.has(id)) continue;
    insert.run(...columns.map((column) => row[column] ?? null));
    seen.add(id);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function columnsOf(db: DatabaseSync, table: string): string[] {
  return db
    .prepare(`PRAGMA table_info(${table})`)
    .all()
    .map((row) => String(row.name));
}
