// Owns the options of `pkill` and `pgrep`, which are the same: which processes they mean.

import type { KillTarget } from './kill-target.ts';

/** Options that take the next word and make the choice narrower in a way that changes nothing here. */
const NARROWING = [
  '-u',
  '-U',
  '-G',
  '-t',
  '--euid',
  '--uid',
  '--signal',
  '-s',
  '--session',
  '-d',
  '--delimiter',
];

/** @returns null where nobody can say which processes are meant */
export function patternOf(args: readonly (string | null)[]): KillTarget | null {
  let isFull = false;
  let isExact = false;
  let ignoresCase = false;
  let pattern: string | null = null;
  let parent: number | null = null;
  let group: number | null = null;
  let areOptionsOver = false;
  for (let at = 0; at < args.length; at++) {
    const text = args[at];
    if (text === null || text === undefined) return null;
    if (areOptionsOver && pattern === null) pattern = text;
    else if (text === '--') areOptionsOver = true;
    else if (text === '-P' || text === '--parent') {
      at += 1;
      parent = Number(args[at] ?? Number.NaN);
      if (!Number.isSafeInteger(parent)) return null;
    } else if (text === '-g' || text === '--pgroup') {
      at += 1;
      group = Number(args[at] ?? Number.NaN);
      // A zero is the group of `pkill` itself.
      if (!Number.isSafeInteger(group) || group === 0) return null;
    } else if (NARROWING.includes(text)) at += 1;
    else if (text.startsWith('--')) {
      if (text === '--full') isFull = true;
      else if (text === '--exact') isExact = true;
      else if (text === '--ignore-case') ignoresCase = true;
      else if (!/^--(?:signal=|euid=|uid=|list-|echo|count)/.test(text)) return null;
    } else if (/^-(?:\d+|(?:SIG)?[A-Z]{3,})$/.test(text)) continue;
    else if (text.startsWith('-')) {
      // The newest, the oldest and the others are chosen among what nobody has seen yet.
      if (!/^-[fxieacl]+$/.test(text)) return null;
      isFull ||= text.includes('f');
      isExact ||= text.includes('x');
      ignoresCase ||= text.includes('i');
    } else if (pattern !== null) return null;
    else pattern = text;
  }
  if (pattern === null) {
    if (group !== null) return parent === null ? { kind: 'group', pid: group } : null;
    return parent === null ? null : { kind: 'children', pid: parent };
  }
  if (parent !== null || group !== null) return null;
  const text = isExact ? `^(?:${pattern})$` : pattern;
  return {
    kind: 'pattern',
    looksAt: isFull ? 'command-line' : 'name',
    all: [{ kind: 'expression', text, ignoresCase }],
    none: [],
  };
}
