// Owns the tables of a port guide in Markdown: which column is what, and what a row says.

import type { GuideBuilder } from './guide-builder.ts';
import { fieldOf, type GuideField, type GuideFields, readField } from './guide-fields.ts';
import { plainText, portsIn, rangesIn, typeNameIn } from './guide-text.ts';

export interface TableRow {
  readonly line: number;
  readonly text: string;
}

/** The line below a table's titles. */
export function isDelimiter(line: string): boolean {
  return /^[\s|:-]{3,1000}$/.test(line) && line.includes('-') && line.includes('|');
}

export function isTableRow(line: string): boolean {
  return /^\s{0,8}\|/.test(line) || line.split('|').length > 2;
}

/**
 * Reads a table.
 *
 * @param titles null for a table without titles
 * @param subject the service type that the text above the table speaks of, or null; a table of keys and values is about it
 */
export function readTable(
  builder: GuideBuilder,
  titles: TableRow | null,
  rows: readonly TableRow[],
  subject: string | null,
): void {
  const heads = titles === null ? [] : cellsOf(titles.text);
  const keyed = titles !== null && isKeyRow(heads) && /\d/.test(heads[1] ?? '') ? [titles, ...rows] : rows;
  if (subject !== null && isKeyed(keyed)) {
    for (const { line, text } of keyed) {
      const [key = '', value = ''] = cellsOf(text);
      const field = fieldOf(key);
      const fields: GuideFields = {};
      if (field !== null) readField(fields, field, value);
      builder.add(subject, line, fields);
    }
    return;
  }
  const columns = columnsOf(heads);
  for (const { line, text } of rows) readRow(builder, columns, line, text);
}

type Columns = ReadonlyMap<GuideField, number>;

/** Which column has what; of two that have the same, the first. */
function columnsOf(heads: readonly string[]): Columns {
  const columns = new Map<GuideField, number>();
  for (const [index, head] of heads.entries()) {
    const field = fieldOf(head);
    if (field !== null && !columns.has(field)) columns.set(field, index);
  }
  return columns;
}

function readRow(builder: GuideBuilder, columns: Columns, line: number, text: string): void {
  const cells = cellsOf(text);
  const rangeAt = columns.get('range') ?? cells.findIndex((cell) => rangesIn(plainText(cell)).length === 1);
  const nameAt =
    columns.get('name') ?? cells.findIndex((cell, index) => index !== rangeAt && typeNameIn(cell) !== null);
  const fields: GuideFields = {};
  for (const [field, index] of columns) readField(fields, field, cells[index] ?? '');
  if (rangeAt >= 0) readField(fields, 'range', cells[rangeAt] ?? '');
  const bounds = [columns.get('start'), columns.get('end')].map((index) => portsIn(cells[index ?? -1] ?? ''));
  const [[start, ...more] = [], [end] = []] = bounds;
  if (fields.range === undefined && start !== undefined && end !== undefined && more.length === 0)
    fields.range = { start, end };
  if (!columns.has('description')) {
    const used = new Set([rangeAt, nameAt, ...columns.values()]);
    const rest = cells.filter((cell, index) => !used.has(index) && /\p{L}{3}/u.test(cell));
    if (rest.length === 1) readField(fields, 'description', rest[0] ?? '');
  }
  const name = typeNameIn(cells[nameAt] ?? '');
  if (name !== null && fields.range !== undefined) builder.add(name, line, fields);
  else if (/\d{3}/.test(text)) {
    const reason = name === null ? 'there is no name for a type' : reasonWithoutRange(cells[rangeAt] ?? text);
    builder.skip(line, text, reason);
  }
}

function reasonWithoutRange(cell: string): string {
  if (rangesIn(plainText(cell)).length > 1) return 'a type has one range, and this has more';
  if (portsIn(cell).length === 1) return 'this is a single port; a type has a range, such as 8000-8099';
  return 'there is no range';
}

/** Whether rows are fields of one type, its range among them. */
function isKeyed(rows: readonly TableRow[]): boolean {
  const cells = rows.map(({ text }) => cellsOf(text));
  return cells.every(isKeyRow) && cells.some(([key = '']) => fieldOf(key) === 'range');
}

function isKeyRow(cells: readonly string[]): boolean {
  return cells.length === 2 && fieldOf(cells[0] ?? '') !== null;
}

/** The cells of a row; a bar with a backslash before it is part of its cell. */
function cellsOf(row: string): string[] {
  return row
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}
