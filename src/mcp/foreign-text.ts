// Owns the showing of foreign text to an agent: names and commands of others are data, escaped and of limited length.

import { printable } from '../api/validate.ts';

/** The longest text of somebody else's that an agent is shown: a command line may be longer than all the rest. */
const MAX_TEXT = 300;

/**
 * The value with every text in it escaped and cut, also the names of its fields; numbers and the like stay. What comes out is put
 * into JSON, whose quotes tell an agent where the foreign text begins and ends.
 */
export function foreign<T>(value: T): T {
  return shortened(value) as T;
}

function shortened(value: unknown): unknown {
  if (typeof value === 'string') return shortenedText(value);
  if (Array.isArray(value)) return value.map(shortened);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [shortenedText(name), shortened(each)]),
  );
}

/** Cut between characters, not within one. */
function shortenedText(text: string): string {
  if (text.length <= MAX_TEXT) return printable(text);
  return `${printable(text.slice(0, MAX_TEXT).replace(/[\ud800-\udbff]$/, ''))}…`;
}
