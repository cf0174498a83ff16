// Owns the table of results: what was measured, its limit, the verdict, for a terminal or as Markdown.

import { cpus } from 'node:os';
import type { Spread } from './statistics.ts';

/** One line of the table. */
export interface Row {
  readonly what: string;
  /** The number that the limit is about, with its spread where there is one. */
  readonly measured: Spread | number;
  readonly unit: 'times' | 'MB' | 'bytes' | '%' | 'ms' | 'µs' | 'per second';
  /** The largest value that is good; null for what is told for information. */
  readonly limit: number | null;
  /** What stands behind the number. */
  readonly detail?: string;
}

type Verdict = 'met' | 'MISSED' | '';

const DIGITS: Readonly<Record<Row['unit'], number>> = {
  times: 2,
  MB: 1,
  bytes: 0,
  '%': 3,
  ms: 1,
  µs: 1,
  'per second': 0,
};

export function isMissed(row: Row): boolean {
  // What could not be measured is no success.
  return row.limit !== null && !(valueOfRow(row) <= row.limit);
}

/** @param isJudged false to leave out the verdicts, as on a machine that measures nothing reliably */
export function plainTable(rows: readonly Row[], isJudged: boolean): string {
  const cells = rows.map((row) => cellsOf(row, isJudged));
  const all = [['what', 'measured', 'limit', 'verdict', ''], ...cells];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function markdownTable(rows: readonly Row[], isJudged: boolean): string {
  const lines = rows.map((row) => `| ${cellsOf(row, isJudged).join(' | ')} |`);
  return ['| what | measured | limit | verdict | behind it |', '|---|---|---|---|---|', ...lines].join('\n');
}

/** The machine in one line. */
export function machineLine(): string {
  const cores = cpus();
  return `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cores.length} × ${cores[0]?.model.trim() ?? 'unknown'}`;
}

function cellsOf(row: Row, isJudged: boolean): string[] {
  const { measured, unit, limit, detail = '' } = row;
  const shown =
    typeof measured === 'number'
      ? withUnit(measured, unit)
      : `${withUnit(measured.median, unit)} (${number(measured.min, unit)}–${number(measured.max, unit)})`;
  const verdict: Verdict = limit === null || !isJudged ? '' : isMissed(row) ? 'MISSED' : 'met';
  return [
    row.what,
    shown,
    limit === null ? '' : `≤ ${limit} ${unit}`.replace(' times', '×'),
    verdict,
    detail,
  ];
}

function valueOfRow({ measured }: Row): number {
  return typeof measured === 'number' ? measured : measured.median;
}

function withUnit(value: number, unit: Row['unit']): string {
  return unit === 'times' ? `${number(value, unit)}×` : `${number(value, unit)} ${unit}`;
}

function number(value: number, unit: Row['unit']): string {
  return value.toFixed(DIGITS[unit]);
}
