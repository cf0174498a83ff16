// Owns `styxy daemon logs`: the last lines of the daemon's log, and the next ones as they come.

import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { resolveOwnHome } from '../../home.ts';
import type { Command } from '../command.ts';
import { hasScreen } from '../terminal.ts';
import { isOutputClosed, print, printJson, say } from '../write.ts';
import { parsedEntry, plainLine, prettyLines } from './daemon-log-lines.ts';

const LOG_FILE = 'daemon.log';
const DEFAULT_LINES = 50;
const MAX_LINES = 100_000;
/** The log is capped below this; more is never read at once. */
const MAX_BYTES = 8 * 1024 * 1024;
const POLL_MS = 200;

export const logsCommand: Command = {
  name: 'logs',
  summary: "Show the daemon's log",
  details: [
    'Needs no running daemon. With --json -f each line is a document of its own.',
    'On a terminal an entry has the time of day and colours; elsewhere it is one line with the whole time.',
  ],
  usage: ['daemon logs [-n LINES] [-f]'],
  options: {
    lines: {
      kind: 'value',
      short: 'n',
      value: 'LINES',
      description: `How many of the last lines, ${DEFAULT_LINES} unless given`,
    },
    follow: { kind: 'flag', short: 'f', description: 'Go on with the lines that come' },
  },
  examples: [{ line: 'styxy daemon logs -f', description: 'Watch the daemon' }],
  async run(invocation) {
    const path = join(resolveOwnHome(invocation.env).logs, LOG_FILE);
    const count = invocation.integer('lines', 1, MAX_LINES) ?? DEFAULT_LINES;
    const isFollowing = invocation.has('follow');
    const reader = openTail(path);
    const lines = reader.next().slice(-count);
    if (invocation.isJson && !isFollowing) {
      printJson({ path, lines: lines.map(parsedEntry) });
      return 0;
    }
    const isPretty = hasScreen(invocation.env);
    const show = (line: string): void => {
      if (invocation.isJson) print(JSON.stringify(parsedEntry(line)));
      else print(isPretty ? prettyLines(line).join('\n') : plainLine(line));
    };
    if (lines.length === 0) say(`There is no log yet at ${path}`);
    for (const line of lines) show(line);
    while (isFollowing && !isOutputClosed()) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      for (const line of reader.next()) show(line);
    }
    return 0;
  },
};

/** Reads whole lines as they are appended, also across the rotation of the file. */
function openTail(path: string): { next(): string[] } {
  let fd: number | null = null;
  let position = 0;
  let rest = '';
  const readOn = (): string[] => {
    if (fd === null) return [];
    const { size } = fstatSync(fd);
    if (size < position) position = 0;
    position = Math.max(position, size - MAX_BYTES);
    const bytes = Buffer.alloc(size - position);
    const length = readSync(fd, bytes, 0, bytes.length, position);
    position += length;
    const lines = (rest + bytes.toString('utf8', 0, length)).split('\n');
    rest = lines.pop() ?? '';
    return lines.filter((line) => line !== '');
  };
  return {
    next() {
      const lines = readOn();
      const named = statSync(path, { throwIfNoEntry: false });
      if (named === undefined || (fd !== null && fstatSync(fd).ino === named.ino)) return lines;
      if (fd !== null) closeSync(fd);
      fd = openSync(path, 'r');
      position = 0;
      rest = '';
      return [...lines, ...readOn()];
    },
  };
}
