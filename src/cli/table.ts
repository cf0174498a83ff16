// Owns tables: columns as wide as they need, the widest text made shorter where the terminal is narrow.

import { bold } from './style.ts';
import { terminalWidth } from './terminal.ts';
import { visible } from './visible.ts';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly isRight?: boolean;
  /** For copying: made shorter only once all other text is as short as it may be. */
  readonly isKept?: boolean;
  /** Colours a cell after it was measured. */
  readonly paint?: (text: string) => string;
}

const GAP = '  ';
/** Text is not made shorter than this while there is longer text. */
const SHORTEST = 4;

/**
 * The lines of a table, its titles first. Foreign text in cells is made visible.
 *
 * @param options `indent`: spaces before each line; `room`: characters of a line, the terminal's unless given
 */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  {
    indent = 0,
    room: given = terminalWidth() ?? Number.POSITIVE_INFINITY,
  }: { readonly indent?: number; readonly room?: number } = {},
): string[] {
  const cells = rows.map((row) => columns.map(({ cell }) => visible(cell(row))));
  const needed = columns.map(({ title }, index) =>
    cells.reduce((width, line) => Math.max(width, lengthOf(line[index] ?? '')), lengthOf(title)),
  );
  const room = given - indent;
  const widths = fitted(columns, needed, room);
  const render = (line: readonly string[], paint: (text: string, index: number) => string): string => {
    let left = room;
    const parts: string[] = [];
    for (const [index, text] of line.entries()) {
      const isLast = index === line.length - 1;
      const width = Math.min(widths[index] ?? 0, left);
      if (width <= 0) break;
      const shown = cut(text, width);
      const padding = ' '.repeat(Math.max(0, width - lengthOf(shown)));
      const painted = paint(shown, index);
      if (columns[index]?.isRight === true) parts.push(padding + painted);
      else parts.push(isLast ? painted : painted + padding);
      left -= width + GAP.length;
    }
    return (' '.repeat(indent) + parts.join(GAP)).trimEnd();
  };
  return [
    render(
      columns.map(({ title }) => title),
      (text) => bold(text),
    ),
    ...cells.map((line) => render(line, (text, index) => columns[index]?.paint?.(text) ?? text)),
  ];
}

/** Names and values under each other. */
export function pairLines(pairs: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${name.padEnd(width)}${GAP}${visible(value)}`);
}

/** Widths that fit the room, if any do: taken from the widest text first, and from what is to be copied last. */
function fitted<Row>(
  columns: readonly Column<Row>[],
  needed: readonly number[],
  room: number,
): readonly number[] {
  const widths = [...needed];
  let excess = widths.reduce((sum, width) => sum + width, (widths.length - 1) * GAP.length) - room;
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

function cut(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`;
}

function lengthOf(text: string): number {
  return [...text].length;
}
