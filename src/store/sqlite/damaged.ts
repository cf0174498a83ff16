// Owns the moving of damaged rows: out of their table, whole, into the table that keeps them for people.

import type { DatabaseSync } from 'node:sqlite';
import { LOST_LEASES_NOTE } from '../../core/rebuild.ts';
import type { DamagedRow } from './loader.ts';
import type { TableName } from './migrations.ts';
import { withSum } from './row-sums.ts';
import type { Row } from './rows.ts';
import type { Statements } from './writer.ts';

/** Moves `rows` within the caller's transaction. */
export function moveDamaged(db: DatabaseSync, statements: Statements, rows: readonly DamagedRow[]): void {
  const foundAt = new Date().toISOString();
  const gone = new Map<TableName, Set<string>>();
  for (const { table, id, reason, row } of rows) {
    const text = rowAsText(row);
    statements.putDamaged.run(foundAt, table, id, reason, text);
    const texts = gone.get(table) ?? new Set();
    gone.set(table, texts.add(text));
  }
  for (const [table, texts] of gone) rewrite(db, table, texts);
  if (gone.has('lease')) statements.putNote.run(...withSum([LOST_LEASES_NOTE, foundAt]));
}

/**
 * Writes a table anew without some rows. A row whose key is damaged stands at the wrong place of its tree, where no search
 * finds it, and where it hides its neighbours: nothing could be deleted one by one.
 */
function rewrite(db: DatabaseSync, table: TableName, gone: ReadonlySet<string>): void {
  const select = db.prepare(`SELECT * FROM ${table}`);
  select.setReadBigInts(true);
  const kept = select.all().filter((row) => !gone.has(rowAsText(row)));
  const columns = select.columns().map(({ name }) => name);
  db.exec(`DELETE FROM ${table}`);
  const insert = db.prepare(
    `INSERT OR REPLACE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  for (const row of kept) insert.run(...columns.map((column) => row[column] ?? null));
}

/** A row as JSON, with what JSON has no form for spelled out. */
function rowAsText(row: Row): string {
  return JSON.stringify(row, (_, value: unknown) => {
    if (typeof value === 'bigint') {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : String(value);
    }
    return value instanceof Uint8Array ? { hex: Buffer.from(value).toString('hex') } : value;
  });
}
