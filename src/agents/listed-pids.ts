// Owns the question whose process ids a pipeline prints, such as `lsof -ti :3000` or `ps aux | grep vite | awk …`.

import type { SimpleCommand } from './command-line.ts';
import { patternOf } from './kill-pattern.ts';
import type { KillTarget, TextPattern } from './kill-target.ts';
import { portsOfFuser, portsOfLsof } from './port-lister.ts';
import { programOf } from './program-words.ts';
import { type Scope, type Source, textsOf } from './scope.ts';
import { extendedOf } from './text-pattern.ts';

/** What is known of a pipeline behind one of its stages. */
type Listing =
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
const PASSES = [
  'awk',
  'gawk',
  'cut',
  'head',
  'tail',
  'sort',
  'uniq',
  'tr',
  'sed',
  'xargs',
  'echo',
  'tee',
  'column',
];

/** @returns null where nobody can say */
export function listedPids({ stages, scope }: Source): readonly KillTarget[] | null {
  let listing: Listing | null = null;
  for (const [index, stage] of stages.entries()) {
    if (stage.kind !== 'simple') return null;
    listing = index === 0 ? firstListing(stage, scope) : filtered(listing, stage, scope);
    if (listing === null) return null;
  }
  switch (listing?.kind) {
    case 'targets':
      return listing.targets;
    case 'processes':
      return listing.all.length === 0
        ? null
        : [{ kind: 'pattern', looksAt: 'command-line', all: listing.all, none: listing.none }];
    default:
      return null;
  }
}

interface Called {
  readonly name: string;
  /** Null for an argument of which the text is not known. */
  readonly args: readonly (string | null)[];
}

function called({ words }: SimpleCommand, scope: Scope): Called | null {
  const program = programOf(words, scope);
  if (program?.kind !== 'words') return null;
  // Of a word with several values, each is one: `lsof -ti :$port` in a loop over ports.
  const args = program.args.flatMap((word): readonly (string | null)[] => textsOf(word, scope) ?? [null]);
  return { name: program.name, args };
}

function firstListing(stage: SimpleCommand, scope: Scope): Listing | null {
  const program = called(stage, scope);
  if (program === null) return null;
  const { name, args } = program;
  switch (name) {
    case 'lsof': {
      const found = portsOfLsof(args);
      if (found === null) return null;
      return found.length === 0 ? { kind: 'listeners' } : { kind: 'targets', targets: found };
    }
    case 'fuser': {
      const found = portsOfFuser(args);
      return found === null ? null : { kind: 'targets', targets: found };
    }
    case 'ss':
      return listenersOfSs(args);
    case 'netstat':
      return { kind: 'listeners' };
    case 'ps':
      return { kind: 'processes', all: [], none: [] };
    case 'pgrep': {
      const target = patternOf(args);
      return target === null ? null : { kind: 'targets', targets: [target] };
    }
    case 'pidof':
      return named(args);
    case 'echo':
      return numbers(args);
    default:
      return null;
  }
}

/** `ss` may be told the port itself: `ss -tlnp 'sport = :3000'`. Any other condition says nothing that is certain. */
function listenersOfSs(args: readonly (string | null)[]): Listing {
  const condition = args.map((text) => text ?? '?').join(' ');
  const digits = /^(?:-\S+ )*\(? *sport *(?:==?|eq) *:?(\d{1,5}) *\)?$/.exec(condition)?.[1];
  if (digits === undefined) return { kind: 'listeners' };
  const port = Number(digits);
  return { kind: 'targets', targets: [{ kind: 'ports', first: port, last: port, protocol: null }] };
}

function named(args: readonly (string | null)[]): Listing | null {
  const targets: KillTarget[] = [];
  for (const text of args) {
    if (text === null) return null;
    if (!text.startsWith('-'))
      targets.push({
        kind: 'pattern',
        looksAt: 'name',
        all: [{ kind: 'exact', text, ignoresCase: false }],
        none: [],
      });
  }
  return { kind: 'targets', targets };
}

function numbers(args: readonly (string | null)[]): Listing | null {
  const targets: KillTarget[] = [];
  for (const text of args) {
    if (text === null || !/^\d{1,10}$/.test(text)) return null;
    targets.push({ kind: 'pid', pid: Number(text) });
  }
  return { kind: 'targets', targets };
}

function filtered(listing: Listing | null, stage: SimpleCommand, scope: Scope): Listing | null {
  const program = called(stage, scope);
  if (listing === null || program === null) return null;
  const { name, args } = program;
  if (name === 'grep' || name === 'egrep' || name === 'fgrep' || name === 'rg')
    return grepped(listing, name, args);
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
      const port = portIn(pattern.text);
      if (isInverted || port === null) return listing;
      return { kind: 'targets', targets: [{ kind: 'ports', first: port, last: port, protocol: null }] };
    }
  }
}

/** The port in what lists of listeners are searched for: `:3000`, `:3000 `, `:3000\b`, `3000`. */
function portIn(text: string): number | null {
  const port = /^(?:.*[:.])?(\d{2,5})(?:\\b|\\s.*|\\>|\[.*|[ $].*)?$/.exec(text)?.[1];
  return port === undefined ? null : Number(port);
}

/** `awk '/vite/ {print $2}'` searches; without an expression it only takes columns. */
function searched(listing: Listing, args: readonly (string | null)[]): Listing | null {
  const script = args.find((text) => text !== null && !text.startsWith('-'));
  if (script === null || script === undefined) return null;
  const [, condition = ''] = /^([^{]*)/.exec(script) ?? [];
  if (!condition.includes('/')) return /[~=]/.test(condition) && !/NR/.test(condition) ? null : listing;
  const text = /^\s*(?:\$\d+\s*~\s*)?\/((?:[^/\\]|\\.)+)\/\s*$/.exec(condition)?.[1];
  if (text === undefined) return null;
  return through(listing, { kind: 'expression', text, ignoresCase: false }, false);
}
