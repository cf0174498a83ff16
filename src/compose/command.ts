// Owns the reading of a command line of Compose: which project it is about, and what it does with it.

import { programName } from '../tools/word.ts';

export interface ComposeCommand {
  /** The index of the subcommand; the options in front of it are about the project. */
  readonly at: number;
  readonly subcommand: string;
  /** Of `-f`, in their order. */
  readonly files: readonly string[];
  readonly projectName: string | null;
  readonly projectDirectory: string | null;
  readonly envFiles: readonly string[];
  readonly profiles: readonly string[];
  /** The services that are named behind a subcommand that starts or removes containers; none: all of them. */
  readonly services: readonly string[];
  /** Whether the containers of these services alone are started, and not those that they depend on. */
  readonly isWithoutOthers: boolean;
  /** Whether the command makes containers that publish their ports. */
  readonly isPublishing: boolean;
  /** Whether the containers go on when the command has ended. */
  readonly isDetached: boolean;
}

/** Each begins a command line of Compose. */
const PROGRAMS: readonly (readonly [program: string, isPluginOf: boolean])[] = [
  ['docker', true],
  ['podman', true],
  ['nerdctl', true],
  ['docker-compose', false],
  ['podman-compose', false],
];

/** Options of the engines, in front of `compose`, that take the next word. */
const ENGINE_VALUES = [
  '-H',
  '--host',
  '-c',
  '--context',
  '--config',
  '-l',
  '--log-level',
  '--connection',
  '--url',
];
const FILE = ['-f', '--file'];
const PROJECT_NAME = ['-p', '--project-name'];
const PROJECT_DIRECTORY = ['--project-directory', '--workdir'];
const ENV_FILE = ['--env-file'];
const PROFILE = ['--profile'];
const OTHER_VALUES = [
  '--ansi',
  '--parallel',
  '--progress',
  '--podman-path',
  '--podman-args',
  '-c',
  '--context',
  '-H',
  '--host',
];
const COMPOSE_VALUES = [
  ...FILE,
  ...PROJECT_NAME,
  ...PROJECT_DIRECTORY,
  ...ENV_FILE,
  ...PROFILE,
  ...OTHER_VALUES,
];
/** Of `up`, `create`, `watch` and `down`. */
const UP_VALUES = [
  '--scale',
  '--pull',
  '-t',
  '--timeout',
  '--exit-code-from',
  '--attach',
  '--no-attach',
  '--wait-timeout',
  '--rmi',
];

const PUBLISHING = ['up', 'create', 'watch'];
/** With one of these `up` returns as soon as the containers run. */
const DETACHING = ['-d', '--detach', '--wait', '--no-start'];

interface Option {
  readonly name: string;
  /** Null for one that takes none. */
  readonly value: string | null;
}

/**
 * Reads the words of a command.
 *
 * @returns null where they are no command line of Compose, or ask for nothing but help
 */
export function readComposeCommand(words: readonly string[]): ComposeCommand | null {
  const program = programName(words[0] ?? '');
  const found = PROGRAMS.find(([name]) => name === program);
  if (found === undefined) return null;
  let from = 1;
  if (found[1]) {
    const engine = readOptions(words, from, ENGINE_VALUES);
    if (words[engine.next] !== 'compose') return null;
    from = engine.next + 1;
  }
  const { options, next } = readOptions(words, from, COMPOSE_VALUES);
  const subcommand = words[next];
  if (subcommand === undefined || asks(options, ['-h', '--help', '-v', '--version'])) return null;
  // Behind the first word it may be an option of what runs in the container.
  if (asks(readOptions(words, next + 1, UP_VALUES).options, ['-h', '--help'])) return null;
  const behind = readArguments(words, next + 1);
  const isPublishing = PUBLISHING.includes(subcommand);
  return {
    at: next,
    subcommand,
    files: valuesOf(options, FILE),
    projectName: valuesOf(options, PROJECT_NAME).at(-1) ?? null,
    projectDirectory: valuesOf(options, PROJECT_DIRECTORY).at(-1) ?? null,
    envFiles: valuesOf(options, ENV_FILE),
    profiles: valuesOf(options, PROFILE),
    services: isPublishing || subcommand === 'down' ? behind.words : [],
    isWithoutOthers: behind.options.some(({ name }) => name === '--no-deps'),
    isPublishing,
    isDetached: subcommand === 'create' || behind.options.some(({ name }) => DETACHING.includes(name)),
  };
}

function asks(options: readonly Option[], names: readonly string[]): boolean {
  return options.some(({ name }) => names.includes(name));
}

function valuesOf(options: readonly Option[], names: readonly string[]): string[] {
  return options.flatMap(({ name, value }) => (value !== null && names.includes(name) ? [value] : []));
}

/** The options from `from` on, up to the first word that is none. */
function readOptions(
  words: readonly string[],
  from: number,
  taking: readonly string[],
): { readonly options: readonly Option[]; readonly next: number } {
  const options: Option[] = [];
  let next = from;
  for (; words[next]?.startsWith('-') === true && words[next] !== '-'; next += 1) {
    const read = optionsIn(words[next] ?? '', words[next + 1], taking);
    options.push(...read.options);
    if (read.takesNext) next += 1;
  }
  return { options, next };
}

/** All options and words from `from` on, in whatever order. */
function readArguments(
  words: readonly string[],
  from: number,
): { readonly options: readonly Option[]; readonly words: readonly string[] } {
  const options: Option[] = [];
  const plain: string[] = [];
  for (let at = from; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') return { options, words: [...plain, ...words.slice(at + 1)] };
    if (!word.startsWith('-')) {
      plain.push(word);
      continue;
    }
    const read = optionsIn(word, words[at + 1], UP_VALUES);
    options.push(...read.options);
    if (read.takesNext) at += 1;
  }
  return { options, words: plain };
}

/** What one word says: `--file=x`, `-fx`, `-dV`, or an option whose value is the next word. */
function optionsIn(
  word: string,
  after: string | undefined,
  taking: readonly string[],
): { readonly options: readonly Option[]; readonly takesNext: boolean } {
  if (word.startsWith('--')) {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    if (!taking.includes(name)) {
      // A flag may be told to be off.
      const isOff = equals >= 0 && /^(?:0|f|false)$/i.test(word.slice(equals + 1));
      return { options: isOff ? [] : [{ name, value: null }], takesNext: false };
    }
    const value = equals < 0 ? (after ?? null) : word.slice(equals + 1);
    return { options: [{ name, value }], takesNext: equals < 0 };
  }
  const options: Option[] = [];
  for (let at = 1; at < word.length; at += 1) {
    const name = `-${word[at]}`;
    if (!taking.includes(name)) {
      options.push({ name, value: null });
      continue;
    }
    const inline = word.slice(at + 1).replace(/^=/, '');
    return {
      options: [...options, { name, value: inline === '' ? (after ?? null) : inline }],
      takesNext: inline === '',
    };
  }
  return { options, takesNext: false };
}
