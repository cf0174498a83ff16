// Owns what filters leave of a list of processes or listeners: `grep`, `awk`, and those that only take columns.

import type { KillTarget, TextPattern } from './kill-target.ts';
import { extendedOf } from './text-pattern.ts';

/** What is known of a pipeline behind one of its stages. */
export type Listing =
  | { readonly kind: 'targets'; readonly targets: readonly KillTarget[] }
  /** Lines of which each is a process, with its command line in it. */
  | {
      readonly kind: 'processes';
      readonly all: readonly TextPattern[];
      readonly none: readonly TextPattern[];
    }
  /** Lines of which each is a listener, with its port in it. */
  | { readonly kind: 'listeners' };

/** Programs that leave the lines as they are, or take the numbers out of them. */
const PASSES = 'awk gawk cut head tail sort uniq tr sed xargs echo tee column'.split(' ');

/** @returns null where nobody can say what is left */
export function filtered(listing: Listing, name: string, args: readonly (string | null)[]): Listing | null {
  if (['grep', 'egrep', 'fgrep', 'rg'].includes(name)) return grepped(listing, name, args);
  if (name === 'awk' || name === 'gawk') return searched(listing, args);
  return PASSES.includes(name) ? listing : null;
}

/** What `grep` was told: which lines it lets through. */
function grepped(listing: Listing, name: string, args: readonly (string | null)[]): Listing | null {
  let isInverted = false;
  let ignoresCase = false;
  let isExtended = name !== 'grep';
  let isFixed = name === 'fgrep';
  let takesParts = false;
  const patterns: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const text = args[at];
    if (text === null || text === undefined) return null;
    if (text === '-e') {
      at += 1;
      const pattern = args[at];
      if (pattern === null || pattern === undefined) return null;
      patterns.push(pattern);
    } else if (/^-[A-Za-z]+$/.test(text)) {
      isInverted ||= text.includes('v');
      ignoresCase ||= text.includes('i');
      isExtended ||= /[EP]/.test(text);
      isFixed ||= text.includes('F');
      takesParts ||= text.includes('o');
    } else if (!text.startsWith('--')) patterns.push(text);
  }
  // `grep -o` takes numbers out of the lines, and says little about which.
  if (takesParts) return listing;
  const [text, ...files] = patterns;
  if (text === undefined || files.length > 0) return null;
  const pattern: TextPattern = isFixed
    ? { kind: 'fixed', text, ignoresCase }
    : { kind: 'expression', text: isExtended ? text : extendedOf(text), ignoresCase };
  return through(listing, pattern, isInverted);
}

function through(listing: Listing, pattern: TextPattern, isInverted: boolean): Listing | null {
  switch (listing.kind) {
    case 'targets':
      return listing;
    case 'processes':
      return isInverted
        ? { ...listing, none: [...listing.none, pattern] }
        : { ...listing, all: [...listing.all, pattern] };
    case 'listeners': {
      const ports = portsIn(pattern.text);
      return isInverted || ports.length === 0 ? listing : { kind: 'targets', targets: ports.map(portTarget) };
    }
  }
}

function portTarget(port: number): KillTarget {
  return { kind: 'ports', first: port, last: port, protocol: null };
}

/** The ports in what lists of listeners are searched for: `:3000`, `:3000\b`, `LISTEN.*:3000`, `:(3000|3001)`. */
function portsIn(text: string): number[] {
  const several = text.match(/\d{2,5}/g) ?? [];
  const isAlternatives = /^[\s:.*()|\\b$<>[\]^?+w-]*$/.test(text.replaceAll(/\d{2,5}/g, ''));
  if (several.length > 0 && isAlternatives) return several.map(Number);
  const port = /^(?:.*[:.])?(\d{2,5})(?:\\b|\\s.*|\\>|\[.*|[ $].*)?$/.exec(text)?.[1];
  return port === undefined ? [] : [Number(port)];
}

/** One of the conditions of `awk` that say which lines: `/vite/`, `!/awk/`, `$4 ~ /:3000$/`. */
const CONDITION = /^\s*(!?)\s*(?:\$\d+\s*(!?)~\s*)?\/((?:[^/\\]|\\.)+)\/\s*$/;

/** `awk '/vite/ {print $2}'` searches; without an expression it only takes columns. */
function searched(listing: Listing, args: readonly (string | null)[]): Listing | null {
  const script = args.find(
    (text, at) => text !== null && !text.startsWith('-') && !/^-[Fv]$/.test(args[at - 1] ?? ''),
  );
  if (script === null || script === undefined) return null;
  const condition = /^[^{]*/.exec(script)?.[0] ?? '';
  // Which of the lines is no question where each of them is meant.
  if (listing.kind === 'targets' || /^[\sNR<>=!\d]*$/.test(condition)) return listing;
  let left: Listing | null = listing;
  for (const part of condition.split('&&')) {
    const [, negated, negatedMatch, text] = CONDITION.exec(part) ?? [];
    if (left === null || text === undefined) return null;
    const isInverted = negated === '!' || negatedMatch === '!';
    left = through(left, { kind: 'expression', text, ignoresCase: false }, isInverted);
  }
  return left;
}
