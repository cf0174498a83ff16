// Owns the command lines of npm, pnpm, yarn and Bun: which script or program of which package they run.

import { isSaid, list, type OptionNames, type Options, readOptions, valuesOf } from './options.ts';
import { programName, type Word } from './word.ts';

/** What a package manager is asked to run. */
export interface Call {
  /** The script, or null where a program is asked for by name. */
  readonly script: string | null;
  /** The words behind the script's name, or the program and its words. */
  readonly words: readonly Word[];
  /** Where no such script exists, a program of this name runs with the same words. */
  readonly orProgram: Word | null;
  /** A directory to start from, relative to the current one. */
  readonly directory: string | null;
  /** The name or path of a workspace's package. */
  readonly workspace: string | null;
  /** The package at the root of the workspace is meant. */
  readonly isRoot: boolean;
  /** How words at the end of the command reach what runs: as they are, behind a `--` alone, or not for certain. */
  readonly passing: 'plain' | 'dashes' | 'none';
  readonly manager: 'npm' | 'pnpm' | 'yarn' | 'bun';
}

/** `several`: the script of more than one package runs. Null: nothing of the kind, or nothing that is understood. */
export type Asked = Call | 'several' | null;

export function readCall(words: readonly Word[]): Asked {
  switch (programName(words[0]?.text ?? '')) {
    case 'npm':
      return readNpm(words);
    case 'pnpm':
      return readPnpm(words);
    case 'yarn':
    case 'yarnpkg':
      return readYarn(words);
    case 'bun':
      return readBun(words);
    default:
      return null;
  }
}

const PLAIN = {
  orProgram: null,
  directory: null,
  workspace: null,
  isRoot: false,
  passing: 'plain' as Call['passing'],
};
const SCRIPT_COMMANDS: ReadonlyMap<string, string> = new Map([
  ['start', 'start'],
  ['test', 'test'],
  ['t', 'test'],
  ['tst', 'test'],
]);

const NPM: OptionNames = {
  values: ['-w', '--workspace', '--prefix', '-C', '--loglevel', '--script-shell', '--package', '--registry'],
  flags: list(`
    -s --silent -q --quiet -d --verbose --if-present --ignore-scripts -y --yes --no
    --foreground-scripts --workspaces -ws --include-workspace-root -iwr --no-color --color --offline
    --prefer-offline --no-update-notifier --no-fund --no-audit
  `),
};

/** npm reads options before and behind its command, and passes on what stands behind `--` or is no option. */
function readNpm(words: readonly Word[]): Asked {
  const dashes = words.findIndex(({ text }) => text === '--');
  const own = dashes < 0 ? words : words.slice(0, dashes);
  const behind = dashes < 0 ? [] : words.slice(dashes + 1);
  const plain: Word[] = [];
  const said = new Map<string, readonly string[]>();
  for (let at = 1; at < own.length; ) {
    const options = readOptions(own, at, NPM);
    if (options === null) return null;
    for (const [name, values] of options.said) said.set(name, [...(said.get(name) ?? []), ...values]);
    const word = own[options.next];
    if (word !== undefined) plain.push(word);
    at = options.next + 1;
  }
  const [command, ...rest] = plain;
  const workspaces = valuesOf({ said }, ['-w', '--workspace']);
  if (isSaid({ said }, ['--workspaces', '-ws']) || workspaces.length > 1) return 'several';
  const place = {
    ...PLAIN,
    directory: valuesOf({ said }, ['--prefix', '-C']).at(-1) ?? null,
    workspace: workspaces[0] ?? null,
    passing: dashes < 0 ? ('dashes' as const) : ('plain' as const),
    manager: 'npm' as const,
  };
  const name = command?.text ?? '';
  const script = SCRIPT_COMMANDS.get(name);
  if (script !== undefined) return { ...place, script, words: [...rest, ...behind] };
  if (name === 'exec' || name === 'x') return { ...place, script: null, words: [...rest, ...behind] };
  if (!['run', 'run-script', 'rum', 'urn'].includes(name)) return null;
  const [called, ...passed] = rest;
  return called === undefined ? null : { ...place, script: called.text, words: [...passed, ...behind] };
}

const PNPM: OptionNames = {
  values: list('-C --dir -F --filter --filter-prod --loglevel --reporter --workspace-concurrency'),
  flags: list(`
    -s --silent -r --recursive --parallel -w --workspace-root --stream --aggregate-output
    --if-present --color --no-color --sequential --no-bail --offline
  `),
};
const PNPM_COMMANDS = list(`
  add install i ci remove rm uninstall un update up upgrade outdated list ls ll audit why publish
  pack create init link ln unlink import rebuild rb prune store server root bin config c env setup
  patch patch-commit patch-remove deploy doctor fetch licenses login logout self-update
  approve-builds cat-file cat-index find-hash version view info dedupe dlx help node
`);

function readPnpm(words: readonly Word[]): Asked {
  const options = readOptions(words, 1, PNPM);
  const command = options === null ? undefined : words[options.next];
  if (options === null || command === undefined) return null;
  const isRun = command.text === 'run' || command.text === 'run-script' || command.text === 'exec';
  const more = isRun ? readOptions(words, options.next + 1, PNPM) : { said: new Map(), next: options.next };
  if (more === null) return null;
  const all = { said: new Map([...options.said, ...more.said]) };
  const filters = [...valuesOf(options, FILTERS), ...valuesOf(more, FILTERS)];
  if (isSaid(all, ['-r', '--recursive', '--parallel']) || filters.length > 1 || filters.some(isPattern))
    return 'several';
  const place = {
    ...PLAIN,
    directory: valuesOf(all, ['-C', '--dir']).at(-1) ?? null,
    workspace: filters[0]?.replace(/^\{(.*)\}$/, './$1') ?? null,
    isRoot: isSaid(all, ['-w', '--workspace-root']),
    manager: 'pnpm' as const,
  };
  const at = words[more.next]?.text === '--' && command.text === 'exec' ? more.next + 1 : more.next;
  if (command.text === 'exec') return { ...place, script: null, words: words.slice(at) };
  return scriptOrProgram(words, at, place, isRun ? [] : PNPM_COMMANDS);
}

const FILTERS = ['-F', '--filter', '--filter-prod'];

/** A selector that can mean more than one package. */
function isPattern(filter: string): boolean {
  return /[*!^[\]]|\.\.\./.test(filter);
}

const YARN: OptionNames = {
  values: ['--cwd'],
  flags: list('-s --silent --verbose --offline -T --top-level -B --binaries-only --inspect'),
};
const YARN_COMMANDS = list(`
  add install remove up upgrade upgrade-interactive info list why config cache set init link unlink
  pack publish version versions global import licenses login logout outdated owner check audit
  autoclean bin create dedupe explain node npm patch patch-commit plugin rebuild search stage team
  tag unplug dlx constraints help policies
`);

function readYarn(words: readonly Word[]): Asked {
  const options = readOptions(words, 1, YARN);
  if (options === null) return null;
  const place = {
    ...PLAIN,
    manager: 'yarn' as const,
    directory: valuesOf(options, ['--cwd']).at(-1) ?? null,
  };
  const command = words[options.next]?.text;
  if (command === 'workspaces') return 'several';
  if (command !== 'workspace') return readYarnCommand(words, options.next, place);
  const workspace = words[options.next + 1]?.text;
  return workspace === undefined ? null : readYarnCommand(words, options.next + 2, { ...place, workspace });
}

type Place = Omit<Call, 'script' | 'words'>;

function readYarnCommand(words: readonly Word[], from: number, place: Place): Asked {
  const command = words[from]?.text;
  if (command !== 'run' && command !== 'exec') return scriptOrProgram(words, from, place, YARN_COMMANDS);
  const options = readOptions(words, from + 1, YARN);
  if (options === null) return null;
  const next = words[options.next]?.text === '--' ? options.next + 1 : options.next;
  const isRoot = isSaid(options, ['-T', '--top-level']);
  // Without a `--` in front, yarn 1 keeps options for itself that later ones pass on.
  const passing = next === options.next ? 'none' : 'plain';
  if (command === 'exec') return { ...place, script: null, words: words.slice(next), passing };
  return scriptOrProgram(words, next, { ...place, isRoot }, []);
}

const BUN: OptionNames = {
  values: ['--cwd', '-F', '--filter', '-r', '--preload', '--shell', '-c', '--config'],
  flags: ['-b', '--bun', '--silent', '--smol', '--if-present', '--no-install', '--elide-lines'],
};
const BUN_COMMANDS = list(`
  install i add a remove rm update link unlink pm build init create upgrade repl exec test x publish
  patch outdated why info audit
`);

function readBun(words: readonly Word[]): Asked {
  const before = readOptions(words, 1, BUN);
  if (before === null) return null;
  const isRun = words[before.next]?.text === 'run';
  const behind = isRun ? readOptions(words, before.next + 1, BUN) : before;
  if (behind === null) return null;
  const said = (spellings: readonly string[]): string[] =>
    [before, ...(isRun ? [behind] : [])].flatMap((options: Options) => valuesOf(options, spellings));
  const filters = said(['-F', '--filter']);
  if (filters.length > 1 || filters.some(isPattern)) return 'several';
  const place = {
    ...PLAIN,
    directory: said(['--cwd']).at(-1) ?? null,
    workspace: filters[0] ?? null,
    manager: 'bun' as const,
  };
  return scriptOrProgram(words, behind.next, place, isRun ? [] : BUN_COMMANDS);
}

/** A script of this name, else a program of it; everything behind the name is passed on. */
function scriptOrProgram(
  words: readonly Word[],
  at: number,
  place: Place,
  commands: readonly string[],
): Asked {
  const name = words[at];
  if (name === undefined || name.text === '--' || commands.includes(name.text)) return null;
  return { ...place, script: name.text, words: words.slice(at + 1), orProgram: name };
}
