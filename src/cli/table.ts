// Owns tables: columns as wide as they need, the last ones cut where the terminal ends.

import { bold } from './style.ts';
import { terminalWidth } from './terminal.ts';
import { visible } from './visible.ts';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly isRight?: boolean;
  /** Colours a cell after it was measured. */
  readonly paint?: (text: string) => string;
}

const GAP = '  ';

/**
 * The lines of a table, its titles first. Foreign text in cells is made visible.
 *
 * @param options `indent`: spaces before each line; `isWhole`: nothing is cut, however narrow the terminal
 */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { indent = 0, isWhole = false }: { readonly indent?: number; readonly isWhole?: boolean } = {},
): string[] {
  const cells = rows.map((row) => columns.map(({ cell }) => visible(cell(row))));
  const widths = columns.map(({ title }, index) =>
    Math.max(lengthOf(title), ...cells.map((line) => lengthOf(line[index] ?? ''))),
  );
  const room = ((isWhole ? null : terminalWidth()) ?? Number.POSITIVE_INFINITY) - indent;
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

function cut(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`;
}

function lengthOf(text: string): number {
  return [...text].length;
}
