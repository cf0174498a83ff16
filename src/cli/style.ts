// Owns the colours: few, and only where a terminal shows them.

import { styleText } from 'node:util';
import { hasColours } from './terminal.ts';

type Format = Parameters<typeof styleText>[0];

export const bold = (text: string): string => style('bold', text);
export const red = (text: string): string => style('red', text);
export const dim = (text: string): string => style('dim', text);

const STATES: Readonly<Record<string, Format>> = {
  active: 'green',
  idle: 'yellow',
  reserved: 'cyan',
  hijacked: 'red',
};

const LEVELS: Readonly<Record<string, Format>> = {
  TRACE: 'gray',
  DEBUG: 'gray',
  INFO: 'green',
  WARN: 'yellow',
  ERROR: 'red',
  FATAL: 'red',
};

/** A level of the log in its colour, with the blanks behind it. */
export function levelColoured(level: string): string {
  const format = LEVELS[level.trimEnd()];
  return format === undefined ? level : style(format, level);
}

/** A lease's state in its colour, with whatever is said behind it. */
export function coloured(state: string): string {
  const format = STATES[state.split(' ', 1)[0] ?? ''];
  return format === undefined ? state : style(format, state);
}

function style(format: Format, text: string): string {
  return hasColours() ? styleText(format, text, { validateStream: false }) : text;
}
