// Owns the question what a line would end: `kill`, `pkill`, `killall`, `fuser -k`, `kill-port`, `docker stop`, and what feeds them.

import type { ProjectReader } from '../tools/situation.ts';
import type { CommandLine, CommandWord } from './command-line.ts';
import { containerOf, containersEnded } from './container-lister.ts';
import { killsInline } from './inline-kills.ts';
import { byAnything, byName, byTask, isHarmless, type Texts } from './kill-names.ts';
import { patternOf } from './kill-pattern.ts';
import type { KillTarget } from './kill-target.ts';
import { listedPids, pidOf, pidsIn } from './listed-pids.ts';
import { portsOfFuser, portsOfWords } from './port-lister.ts';
import { portsStopped } from './port-stoppers.ts';
import type { Kill } from './pre-tool.ts';
import { programOf, type ShellText } from './program-words.ts';
import { readCommandLine } from './read-command-line.ts';
import { firstScope, type Scope } from './scope.ts';
import type { Surroundings } from './server-command.ts';
import { joinedText, textIn } from './shell-text.ts';
import { type Visit, walkCommands } from './walk-commands.ts';
import { sourcesOf, textsOf } from './word-values.ts';
import { fedCommand } from './xargs.ts';

/** So many texts for other shells, package scripts among them, are read of one line. */
const MAX_TEXTS = 20;
const MAX_TEXTS_DEEP = 4;
/** So often package scripts and their neighbours are looked at. */
const MAX_LOOKS = 200;
/** More targets than this are a list that nobody types: the others are not looked at. */
const MAX_KILLS = 200;
const PORT_KILLERS = [
  'kill-port',
  'kill-port-process',
  'kill-my-port',
  'cross-port-killer',
  'killport',
  'freeport',
  'port-kill',
  'port-killer',
];
const SHELLS = ['sh', 'bash', 'zsh', 'dash'];

/** What a line would end, as far as it can be known. */
export function readKills(line: CommandLine, around: Surroundings): Kill[] {
  const reading: Reading = {
    reader: boundReader(around.reader, MAX_LOOKS),
    found: [],
    textsLeft: MAX_TEXTS,
  };
  readLine(line, firstScope(around), reading, 0);
  return reading.found.slice(0, MAX_KILLS);
}

interface BoundReader extends ProjectReader {
  /** Whether it was asked so often that it finds nothing any more. */
  isSpent(): boolean;
}

function boundReader({ text, names }: ProjectReader, looks: number): BoundReader {
  let left = looks;
  const may = (): boolean => left-- > 0;
  return {
    text: (path) => (may() ? text(path) : null),
    names: (path) => (may() ? names(path) : []),
    isSpent: () => left <= 0,
  };
}

interface Reading {
  readonly reader: BoundReader;
  readonly found: Kill[];
  textsLeft: number;
}

function readLine(line: CommandLine, scope: Scope, reading: Reading, depth: number): void {
  walkCommands(line, scope, (visit) => {
    const { command, input, isInSubstitution } = visit;
    if (reading.found.length >= MAX_KILLS) return;
    const ends = endsOf(command.words, visit, reading.reader, 0);
    for (const { text, scope: inner } of ends.texts) {
      if (depth === MAX_TEXTS_DEEP || reading.textsLeft === 0) return;
      reading.textsLeft -= 1;
      const read = readCommandLine(text);
      if (read !== null) readLine(read, inner, reading, depth + 1);
    }
    // What feeds a kill through a pipe is a part of how it is written.
    const start = isInSubstitution ? command.start : (input?.start ?? command.start);
    const text = line.text.slice(start, command.end);
    for (const target of ends.targets.slice(0, MAX_KILLS)) reading.found.push({ text, target });
  });
}

/** What a command ends itself, and the texts that it has other shells run. */
interface Ends {
  readonly targets: readonly KillTarget[];
  readonly texts: readonly ShellText[];
}

const NOTHING: Ends = { targets: [], texts: [] };
/** `xargs` may run `xargs`. */
const MAX_FED_DEEP = 3;

function endsOf(
  words: readonly CommandWord[],
  visit: Pick<Visit, 'scope' | 'input'>,
  reader: BoundReader,
  depth: number,
): Ends {
  const { scope, input } = visit;
  const program = programOf(words, scope, reader.isSpent() ? null : reader);
  if (program === null) return NOTHING;
  if (program.kind === 'texts') return { targets: [], texts: program.texts };
  const { name, args } = program;
  if (SHELLS.includes(name)) {
    const given = input === null || args.some(isFile) ? null : textIn(input);
    return given === null || input === null ? NOTHING : shellTexts(given.text, input.scope);
  }
  switch (name) {
    case 'eval':
    case 'trap': {
      // What `trap` has behind its text are the signals.
      const given = joinedText(name === 'eval' ? args : args.slice(0, 1), scope);
      return given === null ? NOTHING : shellTexts(given.text, scope);
    }
    case 'xargs': {
      const fed = input === null || depth === MAX_FED_DEEP ? null : fedCommand(args, input, scope);
      return fed === null ? NOTHING : endsOf(fed.words, { scope: fed.scope, input: null }, reader, depth + 1);
    }
    default:
      return { targets: targetsOf(name, args, scope), texts: [] };
  }
}

function shellTexts(text: string, scope: Scope): Ends {
  return { targets: [], texts: [{ text, scope }] };
}

/** `bash` and `bash -s` read their text from the input, and a file otherwise. */
function isFile({ value }: CommandWord): boolean {
  return value === null || !value.startsWith('-');
}

function targetsOf(name: string, args: readonly CommandWord[], scope: Scope): readonly KillTarget[] {
  const texts: Texts = args.flatMap((word): Texts => textsOf(word, scope) ?? [null]);
  switch (name) {
    case 'kill':
      return killed(args, scope);
    case 'pkill':
      return isHarmless(texts) ? [] : matched(args, texts, scope);
    case 'killall':
      return byName(texts);
    case 'killall5':
      return isHarmless(texts) ? [] : [{ kind: 'everything' }];
    case 'fuser':
      return texts.some((text) => text !== null && /^-[a-zA-Z]*k|^--kill$/.test(text))
        ? (portsOfFuser(texts.map(withoutKill)) ?? [])
        : [];
    case 'fkill':
    case 'fkill-cli':
      return byAnything(texts);
    case 'tree-kill':
    case 'tree-kill-cli':
      return texts.slice(0, 1).flatMap((text) => pidOf(text ?? ''));
    case 'taskkill':
      return byTask(texts);
    case 'docker':
    case 'podman':
      return contained(args, scope);
    default:
      if (PORT_KILLERS.includes(name)) return portsOfWords(texts) ?? [];
      return [...portsStopped(name, texts), ...killsInline(name, texts)];
  }
}

/** `pkill`, which may be told parents that a substitution names. */
function matched(args: readonly CommandWord[], texts: Texts, scope: Scope): readonly KillTarget[] {
  const target = patternOf(texts);
  if (target !== null) return [target];
  const at = args.findIndex(({ value }) => value === '-P' || value === '--parent');
  const parents = at < 0 ? undefined : args[at + 1];
  const isAll = args.every((word, index) => word === parents || index === at || word.value?.startsWith('-'));
  return parents === undefined || !isAll
    ? []
    : pidsIn(parents, scope).map((to) => ({ kind: 'related', how: 'children', to }));
}

/** `docker stop web`, `docker rm -f $(docker ps -q)`. */
function contained(args: readonly CommandWord[], scope: Scope): readonly KillTarget[] {
  const words = args.map((word) => ({ word, text: textsOf(word, scope)?.[0] ?? null }));
  return containersEnded(words).flatMap(({ word }) => {
    const texts = textsOf(word, scope);
    if (texts !== null) return texts.flatMap((text) => text.split(/\s+/).flatMap(containerOf));
    const sources = word.expansions.flatMap((each) => sourcesOf(each, scope));
    return sources.flatMap((source) => listedPids(source) ?? []).filter(isOfContainers);
  });
}

function isOfContainers({ kind }: KillTarget): boolean {
  return kind === 'container' || kind === 'ports';
}

/** `-kn tcp` asks for the ports as `-n tcp` does. */
function withoutKill(text: string | null): string | null {
  return text !== null && /^-[a-zA-Z]*n$/.test(text) ? '-n' : text;
}

function killed(args: readonly CommandWord[], scope: Scope): readonly KillTarget[] {
  const flat = args.map((word) => textsOf(word, scope)?.[0] ?? null);
  if (isHarmless(flat) || flat.includes('-l') || flat.includes('-L')) return [];
  const targets: KillTarget[] = [];
  let isBehindSignal = false;
  for (let at = 0; at < args.length && targets.length < MAX_KILLS; at++) {
    const word = args[at];
    const text = flat[at];
    if (word === undefined) break;
    if (text === '--') isBehindSignal = true;
    else if (!isBehindSignal && (text === '-s' || text === '-n' || text === '--signal')) {
      at += 1;
      isBehindSignal = true;
    } else if (!isBehindSignal && text?.startsWith('-') === true) isBehindSignal = true;
    else targets.push(...pidsIn(word, scope));
  }
  return targets;
}
