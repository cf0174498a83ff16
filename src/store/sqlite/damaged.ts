// Owns the moving of damaged rows: out of their table, whole, into the table that keeps them for people.

import type { DatabaseSync } from 'node:sqlite';
import type { DamagedRow } from './loader.ts';
import { TABLES } from './migrations.ts';
import type { Row } from './rows.ts';
import type { Statements } from './writer.ts';

/** Moves `rows` within the caller's transaction. */
export function moveDamaged(db: DatabaseSync, statements: Statements, rows: readonly DamagedRow[]): void {
  const foundAt = new Date().toISOString();
  for (const { table, id, reason, row } of rows) {
    statements.putDamaged.run(foundAt, table, id, reason, rowAsText(row));
    const columns = TABLES[table];
    const where = columns.map((column) => `${column} IS ?`).join(' AND ');
    db.prepare(`DELETE FROM ${table} WHERE ${where}`).run(...columns.map((column) => row[column] ?? null));
  }
}

/** A row as JSON, with what JSON has no form for spelled out. */
export function rowAsText(row: Row): string {
  return JSON.stringify(row, (_, value: unknown) => {
    if (typeof value === 'bigint') {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : String(value);
    }
    return value instanceof Uint8Array ? { hex: Buffer.from(value).toString('hex') } : value;
  });
}
