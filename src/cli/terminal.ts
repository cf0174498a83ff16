// Owns what is known of the terminal: whether there is one, how wide it is, whether it shows colours.

import { isatty } from 'node:tty';

const STDOUT = 1;

/** Columns of the terminal that standard output is; null when it is none. */
export function terminalWidth(): number | null {
  if (!isatty(STDOUT)) return null;
  const { columns } = process.stdout;
  return columns === undefined || columns < 20 ? null : columns;
}

/** Rows of the terminal that standard output is; null when it is none. */
export function terminalHeight(): number | null {
  if (!isatty(STDOUT)) return null;
  // A terminal that nobody told its size has 0.
  const { rows } = process.stdout;
  return rows === undefined || rows < 3 ? null : rows;
}

/** Whether standard output is a terminal on which the cursor can be moved. */
export function hasScreen(env: NodeJS.ProcessEnv = process.env): boolean {
  return env.TERM !== 'dumb' && isatty(STDOUT);
}

/**
 * Whether a stream takes colours: a terminal alone, and not with NO_COLOR.
 *
 * @param fd standard output unless given
 */
export function hasColours(env: NodeJS.ProcessEnv = process.env, fd: number = STDOUT): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  return env.TERM !== 'dumb' && isatty(fd);
}

/** Breaks a text into lines of at most `width` characters, at its spaces. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}
