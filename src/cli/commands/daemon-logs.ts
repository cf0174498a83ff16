// Owns `styxy daemon logs`: the last lines of the daemon's log, and the next ones as they come.

import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { resolveOwnHome } from '../../home.ts';
import type { Command } from '../command.ts';
import { visible } from '../visible.ts';
import { isOutputClosed, print, printJson, say } from '../write.ts';

const LOG_FILE = 'daemon.log';
const DEFAULT_LINES = 50;
const MAX_LINES = 100_000;
/** The log is capped below this; more is never read at once. */
const MAX_BYTES = 8 * 1024 * 1024;
const POLL_MS = 200;
const LEVELS: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

export const logsCommand: Command = {
  name: 'logs',
  summary: "Show the daemon's log",
  details: ['Needs no running daemon. With --json -f each line is a document of its own.'],
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
      printJson({ path, lines: lines.map(parsed) });
      return 0;
    }
    const show = (line: string): void =>
      print(invocation.isJson ? JSON.stringify(parsed(line)) : readable(line));
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

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return { msg: line };
  }
}

/** Time, level and message first, then what else the line says. */
function readable(line: string): string {
  const entry = parsed(line);
  if (typeof entry !== 'object' || entry === null) return visible(line);
  const { time, level, msg, pid, ...fields } = entry as Record<string, unknown>;
  const details = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const head = [time, typeof level === 'number' ? (LEVELS[level] ?? level) : level, msg];
  return visible([...head, ...details].filter((part) => part !== undefined).join(' '));
}
