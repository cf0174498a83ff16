// Owns a view that is drawn anew in place: on a screen of its own, after which the terminal is as it was.

import { terminalHeight } from './terminal.ts';
import { printRaw } from './write.ts';

const ESC = '\u001b[';
/** The other screen, no cursor, and no line that goes on in the next row. */
const OPEN = `${ESC}?1049h${ESC}?25l${ESC}?7l`;
const CLOSE = `${ESC}?7h${ESC}?25h${ESC}?1049l`;
const HOME = `${ESC}H`;
const CLEAR_LINE = `${ESC}K`;
const CLEAR_REST = `${ESC}J`;

export interface LiveView {
  /** Shows these lines, as many as there are rows; nothing is written where they are the same as before. */
  draw(lines: readonly string[]): void;
  /** Gives the terminal back. */
  close(): void;
}

/** Opens a view on the terminal that standard output is. */
export function openLiveView(): LiveView {
  let shown = '';
  let isClosed = false;
  printRaw(OPEN);
  return {
    draw(lines) {
      const text = HOME + fitting(lines).join(`${CLEAR_LINE}\r\n`) + CLEAR_LINE + CLEAR_REST;
      // Each byte less is a flicker less, and on a slow line a wait less.
      if (!isClosed && text !== shown) printRaw(text);
      shown = text;
    },
    close() {
      isClosed = true;
      printRaw(CLOSE);
    },
  };
}

function fitting(lines: readonly string[]): readonly string[] {
  const rows = terminalHeight() ?? Number.POSITIVE_INFINITY;
  if (lines.length <= rows) return lines;
  const shown = lines.slice(0, Math.max(1, rows - 1));
  return [...shown, `… and ${lines.length - shown.length} more lines`];
}
