// Owns how an entry of the daemon's log is shown: a whole line for other programs, and for people what they look for first.

import { dim, levelColoured } from '../style.ts';
import { visible } from '../visible.ts';

const LEVELS: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};
const LEVEL_WIDTH = 5;
/** A word that needs no quotes. */
const PLAIN = /^[^\s"=]+$/;

/** What a line of the log says; a line that is no JSON says itself. */
export function parsedEntry(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return { msg: line };
  }
}

/** One line: the time as it stands there, level and message, then `name=value` of all else. */
export function plainLine(line: string): string {
  const entry = partsOf(line);
  if (entry === null) return visible(line);
  const details = entry.fields.map(([name, value]) => `${name}=${valueText(value)}`);
  return visible(
    [entry.time, entry.level, entry.message, ...details].filter((part) => part !== '').join(' '),
  );
}

/** For a terminal: the time of day by this machine's clock, and texts of several lines below their entry. */
export function prettyLines(line: string): string[] {
  const entry = partsOf(line);
  if (entry === null) return [visible(line)];
  const isLong = (value: unknown): value is string => typeof value === 'string' && value.includes('\n');
  const short = entry.fields.filter(([, value]) => !isLong(value));
  const below = entry.fields.flatMap(([name, value]) =>
    isLong(value) ? [`${name}:`, ...value.split('\n').map((part) => `  ${part.trimEnd()}`)] : [],
  );
  const head = [
    dim(clock(entry.time)),
    levelColoured(visible(entry.level).padEnd(LEVEL_WIDTH)),
    visible(entry.message),
    ...short.map(([name, value]) => `${dim(`${visible(name)}=`)}${visible(valueText(value))}`),
  ];
  return [head.join(' '), ...below.map((each) => dim(`    ${visible(each)}`))];
}

interface Parts {
  readonly time: string;
  readonly level: string;
  readonly message: string;
  readonly fields: readonly (readonly [name: string, value: unknown])[];
}

/** Null for JSON that is no object. */
function partsOf(line: string): Parts | null {
  const entry = parsedEntry(line);
  if (typeof entry !== 'object' || entry === null) return null;
  const { time = '', level = '', msg = '', pid, ...fields } = entry as Record<string, unknown>;
  return {
    time: String(time),
    level: typeof level === 'number' ? (LEVELS[level] ?? String(level)) : String(level),
    message: String(msg),
    fields: Object.entries(fields),
  };
}

function valueText(value: unknown): string {
  return typeof value === 'string' && PLAIN.test(value) ? value : JSON.stringify(value);
}

function clock(time: string): string {
  const moment = new Date(time);
  if (Number.isNaN(moment.getTime())) return visible(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`;
}
