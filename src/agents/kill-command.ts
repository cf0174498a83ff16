// Owns the question what a line would end: `kill`, `pkill`, `killall`, `fuser -k`, `kill-port` and what feeds them.

import type { CommandLine, CommandWord } from './command-line.ts';
import { patternOf } from './kill-pattern.ts';
import type { KillTarget } from './kill-target.ts';
import { listedPids } from './listed-pids.ts';
import { portsOfFuser, portsOfWords } from './port-lister.ts';
import type { Kill } from './pre-tool.ts';
import { programOf } from './program-words.ts';
import { readCommandLine } from './read-command-line.ts';
import { firstScope, type Scope, sourceOf, textsOf } from './scope.ts';
import type { Surroundings } from './server-command.ts';
import { type Visit, walkCommands } from './walk-commands.ts';

/** A shell may be given a text for another shell, so often. */
const MAX_TEXTS_DEEP = 3;
/** More targets than this are a list that nobody types: the others are not looked at. */
const MAX_KILLS = 50;
/** Signals that end nothing. */
const HARMLESS = /^(?:SIG)?(?:0|CONT|WINCH|URG|CHLD|28|18|17|23)$/i;
const PORT_KILLERS = [
  'kill-port',
  'kill-port-process',
  'cross-port-killer',
  'killport',
  'freeport',
  'port-kill',
];

/** What a line would end, as far as it can be known. */
export function readKills(line: CommandLine, around: Omit<Surroundings, 'reader'>, depth = 0): Kill[] {
  const found: Kill[] = [];
  walkCommands(line, firstScope(around), (visit) => {
    const { words } = visit.command;
    const program = programOf(words, visit.scope);
    if (program === null) return;
    if (program.kind === 'text') {
      const inner = depth < MAX_TEXTS_DEEP ? readCommandLine(program.text) : null;
      if (inner !== null) found.push(...readKills(inner, around, depth + 1));
      return;
    }
    const targets = targetsOf(program.name, program.args, visit);
    // What feeds a kill through a pipe is a part of how it is written.
    const [first] = visit.input?.stages ?? [];
    const start = visit.isInSubstitution ? visit.command.start : (first?.start ?? visit.command.start);
    const text = line.text.slice(start, visit.command.end);
    found.push(...targets.map((target) => ({ text, target })));
  });
  return found.slice(0, MAX_KILLS);
}

type Texts = readonly (string | null)[];

function targetsOf(name: string, args: readonly CommandWord[], visit: Visit): readonly KillTarget[] {
  const { scope } = visit;
  const texts: Texts = args.flatMap((word): Texts => textsOf(word, scope) ?? [null]);
  switch (name) {
    case 'kill':
      return killed(args, scope);
    case 'pkill': {
      const target = isHarmless(texts) ? null : patternOf(texts);
      return target === null ? [] : [target];
    }
    case 'killall':
      return byName(texts);
    case 'fuser':
      return texts.some((text) => text !== null && /^-[a-zA-Z]*k|^--kill$/.test(text))
        ? (portsOfFuser(texts.map(withoutKill)) ?? [])
        : [];
    case 'fkill':
    case 'fkill-cli':
      return byAnything(texts);
    case 'taskkill':
      return byTask(texts);
    case 'xargs':
      return fed(args, visit);
    default:
      return PORT_KILLERS.includes(name) ? (portsOfWords(texts) ?? []) : [];
  }
}

/** `-kn tcp` asks for the ports as `-n tcp` does. */
function withoutKill(text: string | null): string | null {
  return text !== null && /^-[a-zA-Z]*n$/.test(text) ? '-n' : text;
}

/** Whether the signal is one that ends nothing. */
function isHarmless(texts: Texts): boolean {
  return texts.some((text, at) => {
    if (text === null) return false;
    if (text === '-s' || text === '--signal' || text === '-n') return HARMLESS.test(texts[at + 1] ?? '');
    const named = /^(?:-|--signal=)((?:SIG)?[A-Z]{3,}|\d+)$/.exec(text)?.[1];
    return at === 0 && named !== undefined && HARMLESS.test(named);
  });
}

function killed(args: readonly CommandWord[], scope: Scope): readonly KillTarget[] {
  const flat = args.map((word) => textsOf(word, scope)?.[0] ?? null);
  if (isHarmless(flat) || flat.includes('-l') || flat.includes('-L')) return [];
  const targets: KillTarget[] = [];
  let isBehindSignal = false;
  for (let at = 0; at < args.length; at++) {
    const word = args[at];
    const text = flat[at];
    if (word === undefined) break;
    if (text === '--') isBehindSignal = true;
    else if (!isBehindSignal && (text === '-s' || text === '-n' || text === '--signal')) {
      at += 1;
      isBehindSignal = true;
    } else if (!isBehindSignal && text?.startsWith('-') === true) isBehindSignal = true;
    else targets.push(...killedBy(word, scope));
  }
  return targets;
}

/** What one argument of `kill` means: numbers, or what a substitution prints. */
function killedBy(word: CommandWord, scope: Scope): readonly KillTarget[] {
  const texts = textsOf(word, scope);
  if (texts !== null) return texts.flatMap((text) => text.split(/\s+/).flatMap(pidOf));
  const found = word.expansions.flatMap((each) => {
    const source = sourceOf(each, scope);
    return source === null ? [] : (listedPids(source) ?? []);
  });
  // `-$pid` is the group of it.
  return word.text.startsWith('-') ? found.flatMap(groupOf) : found;
}

function groupOf(target: KillTarget): readonly KillTarget[] {
  return target.kind === 'pid' ? [{ kind: 'group', pid: target.pid }] : [target];
}

function pidOf(text: string): readonly KillTarget[] {
  if (text === '-1') return [{ kind: 'everything' }];
  const [, sign, digits] = /^(-?)(\d{1,10})$/.exec(text) ?? [];
  // A zero is the shell's own group.
  if (digits === undefined || Number(digits) === 0) return [];
  return [{ kind: sign === '-' ? 'group' : 'pid', pid: Number(digits) }];
}

/** `killall`: whole names, or expressions with `-r`. */
function byName(texts: Texts): readonly KillTarget[] {
  if (isHarmless(texts) || texts.includes('-l') || texts.includes('--list')) return [];
  const isExpression = texts.some((text) => text === '-r' || text === '--regexp');
  const ignoresCase = texts.some((text) => text === '-I' || text === '--ignore-case');
  const targets: KillTarget[] = [];
  for (let at = 0; at < texts.length; at++) {
    const text = texts[at] ?? null;
    if (text === '-s' || text === '--signal' || text === '-u' || text === '--user') at += 1;
    else if (/^-[oy]$/.test(text ?? '')) return [];
    else if (text !== null && !text.startsWith('-'))
      targets.push({
        kind: 'pattern',
        looksAt: 'name',
        all: [{ kind: isExpression ? 'expression' : 'exact', text, ignoresCase }],
        none: [],
      });
  }
  return targets;
}

/** `fkill`: `:3000`, a pid, or a part of a name. */
function byAnything(texts: Texts): readonly KillTarget[] {
  return texts.flatMap((text): readonly KillTarget[] => {
    if (text === null || text.startsWith('-')) return [];
    if (text.startsWith(':')) return portsOfWords([text]) ?? [];
    if (/^\d+$/.test(text)) return pidOf(text);
    return [
      { kind: 'pattern', looksAt: 'name', all: [{ kind: 'exact', text, ignoresCase: true }], none: [] },
    ];
  });
}

/** Windows: `taskkill /PID 4121 /F`, `taskkill /IM node.exe`; in Git's shell with two slashes. */
function byTask(texts: Texts): readonly KillTarget[] {
  return texts.flatMap((text, at): readonly KillTarget[] => {
    const value = texts[at + 1];
    if (text === null || value === null || value === undefined) return [];
    if (/^\/{1,2}pid$/i.test(text)) return pidOf(value);
    if (!/^\/{1,2}im$/i.test(text) || value.includes('*')) return [];
    return [
      {
        kind: 'pattern',
        looksAt: 'name',
        all: [{ kind: 'exact', text: value, ignoresCase: true }],
        none: [],
      },
    ];
  });
}

/** Options of `xargs` that take the next word. */
const XARGS_VALUES = ['-I', '-n', '-P', '-L', '-d', '-a', '-s', '-E'];

/** `… | xargs kill`: what comes through the pipe is ended. */
function fed(args: readonly CommandWord[], { scope, input }: Visit): readonly KillTarget[] {
  let at = 0;
  while (args[at]?.value?.startsWith('-') === true)
    at += XARGS_VALUES.includes(args[at]?.value ?? '') ? 2 : 1;
  const program = programOf(args.slice(at), scope);
  if (program?.kind !== 'words' || input === null) return [];
  if (program.name === 'kill') {
    const isNothing = isHarmless(program.args.map(({ value }) => value));
    return isNothing ? [] : (listedPids(input) ?? []);
  }
  return [];
}
