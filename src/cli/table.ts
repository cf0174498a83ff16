// Owns tables: columns as wide as they need; on a narrow terminal the last ones go beneath, and the widest text is cut.

import { bold } from './style.ts';
import { terminalWidth, wrap } from './terminal.ts';
import { visible } from './visible.ts';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly isRight?: boolean;
  /** For copying: made shorter only once all other text is as short as it may be. */
  readonly isKept?: boolean;
  /** Of a path the end says most. */
  readonly isCutAtStart?: boolean;
  /**
   * For what must be read or copied whole: where the table is too wide, the column goes, and this text stands beneath
   * the row; null where there is nothing to say.
   */
  readonly beneath?: (row: Row) => string | null;
  /** Colours a cell after it was measured. */
  readonly paint?: (text: string) => string;
}

const GAP = '  ';
/** Text is not made shorter than this while there is longer text. */
const SHORTEST = 4;
/** Text that cannot go beneath asks for no more than this before others go. */
const MOST_ASKED = 32;
/** However narrow the terminal is, a line beneath a row has room for this. */
const SHORTEST_BENEATH = 20;

interface TableOptions {
  /** Spaces before each line. */
  readonly indent?: number;
  /** Characters of a line; the terminal's unless given. */
  readonly room?: number;
}

/** The lines of a table, its titles first. Foreign text in cells is made visible. */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: TableOptions = {},
): string[] {
  const { head, lines } = tableRows(columns, rows, options);
  return [head, ...lines.flat()];
}

/** The same as `tableLines`, with the lines of each row apart. */
export function tableRows<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { indent = 0, room: given = terminalWidth() ?? Number.POSITIVE_INFINITY }: TableOptions = {},
): { readonly head: string; readonly lines: readonly (readonly string[])[] } {
  const room = given - indent;
  const needs = columns.map(({ title, cell }) =>
    rows.reduce((width, row) => Math.max(width, lengthOf(visible(cell(row)))), lengthOf(title)),
  );
  const { staying, moved } = divided(columns, needs, room);
  const shown = staying.map((at) => columns[at]).filter((column) => column !== undefined);
  const widths = fitted(
    shown,
    staying.map((at) => needs[at] ?? 0),
    room,
  );
  const render = (line: readonly string[], paint: (text: string, index: number) => string): string => {
    let left = room;
    const parts: string[] = [];
    for (const [index, text] of line.entries()) {
      const isLast = index === line.length - 1;
      const width = Math.min(widths[index] ?? 0, left);
      if (width <= 0) break;
      const { isRight = false, isCutAtStart = false } = shown[index] ?? {};
      const fitting = cut(text, width, isCutAtStart);
      const padding = ' '.repeat(Math.max(0, width - lengthOf(fitting)));
      const painted = paint(fitting, index);
      if (isRight) parts.push(padding + painted);
      else parts.push(isLast ? painted : painted + padding);
      left -= width + GAP.length;
    }
    return (' '.repeat(indent) + parts.join(GAP)).trimEnd();
  };
  // Under the second column, where there is room: what stands beneath belongs to the row, and is none itself.
  const second = (widths[0] ?? 0) + GAP.length;
  const inset = indent + (second + SHORTEST_BENEATH <= room ? second : GAP.length);
  const beneath = (row: Row): string[] => {
    const parts = moved.map(({ beneath: say }) => say?.(row) ?? null).filter((part) => part !== null);
    if (parts.length === 0) return [];
    const lines = packed(
      parts.map((part) => visible(part)),
      Math.max(SHORTEST_BENEATH, given - inset),
    );
    return lines.map((line) => ' '.repeat(inset) + line);
  };
  return {
    head: render(
      shown.map(({ title }) => title),
      (text) => bold(text),
    ),
    lines: rows.map((row) => [
      render(
        shown.map(({ cell }) => visible(cell(row))),
        (text, index) => shown[index]?.paint?.(text) ?? text,
      ),
      ...beneath(row),
    ]),
  };
}

/** Which columns stay side by side, and which go beneath: the last ones first, and no more than have to. */
function divided<Row>(
  columns: readonly Column<Row>[],
  needs: readonly number[],
  room: number,
): { readonly staying: readonly number[]; readonly moved: readonly Column<Row>[] } {
  let staying = columns.map((_, at) => at);
  const moved: Column<Row>[] = [];
  const asked = (at: number): number => {
    const { beneath, isRight = false, isKept = false } = columns[at] ?? {};
    const isCuttable = beneath === undefined && !isRight && !isKept;
    return isCuttable ? Math.min(needs[at] ?? 0, MOST_ASKED) : (needs[at] ?? 0);
  };
  while (widthOf(staying.map(asked)) > room) {
    const last = staying.findLast((at) => columns[at]?.beneath !== undefined);
    const column = last === undefined ? undefined : columns[last];
    if (column === undefined) break;
    moved.unshift(column);
    staying = staying.filter((at) => at !== last);
  }
  return { staying, moved };
}

/** As many parts on a line as have room there; a part alone is broken at its spaces. */
function packed(parts: readonly string[], room: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const joined = `${last} · ${part}`;
    if (last !== undefined && lengthOf(joined) <= room) lines[lines.length - 1] = joined;
    else lines.push(...wrap(part, room));
  }
  return lines;
}

/**
 * Names and values under each other; on a terminal too narrow for that, a value stands beneath its name where the two
 * have no room on one line.
 *
 * @param room characters of a line; the terminal's unless given
 */
export function pairLines(
  pairs: readonly (readonly [string, string])[],
  room = terminalWidth() ?? Number.POSITIVE_INFINITY,
): string[] {
  const width = Math.max(0, ...pairs.map(([name]) => name.length));
  const isNarrow = width + GAP.length + SHORTEST_BENEATH > room;
  return pairs.flatMap(([name, foreign]) => {
    const value = visible(foreign);
    if (!isNarrow) return [`${name.padEnd(width)}${GAP}${value}`];
    const line = `${name}${GAP}${value}`;
    if (lengthOf(line) <= room) return [line];
    return [name, ...wrap(value, Math.max(SHORTEST_BENEATH, room - GAP.length)).map((part) => GAP + part)];
  });
}

/** Widths that fit the room, if any do: taken from the widest text first, and from what is to be copied last. */
function fitted<Row>(
  columns: readonly Column<Row>[],
  needed: readonly number[],
  room: number,
): readonly number[] {
  const widths = [...needed];
  let excess = widthOf(widths) - room;
  for (const isKept of [false, true]) {
    while (excess > 0) {
      let widest = -1;
      for (const [index, { isRight = false, isKept: kept = false }] of columns.entries()) {
        const width = widths[index] ?? 0;
        if (!isRight && kept === isKept && width > Math.max(SHORTEST, widths[widest] ?? 0)) widest = index;
      }
      if (widest < 0) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
      excess -= 1;
    }
  }
  return widths;
}

function widthOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, (widths.length - 1) * GAP.length);
}

function cut(text: string, width: number, isAtStart: boolean): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  if (isAtStart) return `…${characters.slice(characters.length - width + 1).join('')}`;
  return `${characters.slice(0, width - 1).join('')}…`;
}

function lengthOf(text: string): number {
  return [...text].length;
}
