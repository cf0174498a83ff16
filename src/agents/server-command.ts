// Owns the question which simple commands of a line start a server that may be put behind `styxy run`.

import { planWords, type RunPlan } from '../tools/plan.ts';
import type { ProjectReader } from '../tools/situation.ts';
import { programName, type Word } from '../tools/word.ts';
import type { CommandLine, CommandWord, SimpleCommand } from './command-line.ts';
import { canStartServer } from './known-programs.ts';
import type { ServerCommand } from './pre-tool.ts';
import { firstScope, type Scope, type Variable } from './scope.ts';
import { type Visit, walkCommands } from './walk-commands.ts';
import { textsOf, variableOf } from './word-values.ts';

/** Where a command is typed. */
export interface Surroundings {
  /** The shell's directory, as an absolute path. */
  readonly directory: string;
  readonly home: string | null;
  /** The root of the git worktree that the directory is in, for `cd "$(git rev-parse --show-toplevel)"`. */
  readonly worktree?: string | null;
  readonly reader: ProjectReader;
}

export interface Servers {
  /** In their order; none where one of them is not certain enough. */
  readonly servers: readonly ServerCommand[];
  /** The line does nothing but start one server, besides `cd`, assignments and redirections. */
  readonly isAlone: boolean;
}

/** What a shell must do itself, or what shall hold for `styxy run` as well: it stays in front. */
const STAYS_IN_FRONT = ['exec', 'command', 'nohup', 'setsid'];
/** Commands that change the shell alone. */
const SETTINGS = ['cd', 'export', 'set', 'unset', 'pushd', 'popd', 'true', ':'];
/** With one of these the line takes care of its ports itself. */
const ASKS_STYXY = ['allocate', 'alloc', 'env', 'up'];
/** So many commands of a line are followed through package scripts; nobody starts more servers at once. */
const MAX_FOLLOWED = 12;
const DEFAULT_SERVICE_TYPE = 'dev';
const LOWEST_PORT = 1024;
const HIGHEST_PORT = 65_535;
/** Any port: only what changes with it is looked at. */
const TRIED = 65_535;

/** Finds the servers of a line; what is not certain is left out. */
export function readServers(line: CommandLine, around: Surroundings): Servers {
  const visits: Visit[] = [];
  walkCommands(line, firstScope(around), (visit) => visits.push(visit));
  if (visits.some(({ command }) => isStyxy(command, ASKS_STYXY))) return { servers: [], isAlone: false };
  const candidates = visits.flatMap((visit) => candidateOf(visit) ?? []).slice(0, MAX_FOLLOWED);
  const servers = candidates.flatMap((candidate) => serverOf(candidate, around.reader) ?? []);
  const [only, ...more] = servers;
  const isAlone =
    only !== undefined &&
    more.length === 0 &&
    visits.every(
      ({ command, isInSubstitution }) =>
        !isInSubstitution && (command === only.command || isSetting(command)),
    );
  return { servers, isAlone };
}

function isStyxy({ words }: SimpleCommand, subcommands: readonly string[]): boolean {
  const at = words.findIndex(({ value }) => value !== null && programName(value) === 'styxy');
  return at >= 0 && subcommands.includes(words[at + 1]?.value ?? '');
}

function isSetting({ words }: SimpleCommand): boolean {
  const [program] = words;
  return program === undefined || SETTINGS.includes(program.value ?? '');
}

/** A command that may start a server, before any file was looked at. */
interface Candidate {
  readonly visit: Visit;
  /** Where it will be started. */
  readonly directory: string;
  /** Its words behind what stays in front of `styxy run`. */
  readonly own: readonly CommandWord[];
  readonly program: CommandWord;
}

function candidateOf(visit: Visit): Candidate | null {
  const { command, scope, isInLoop, isInSubstitution } = visit;
  const { directory } = scope;
  if (isInLoop || isInSubstitution || directory === null) return null;
  const from = command.words.findIndex(({ value }) => !STAYS_IN_FRONT.includes(value ?? ''));
  const own = from < 0 ? [] : command.words.slice(from);
  const [program] = own;
  if (program === undefined || program.value === null || !canStartServer(program.value)) return null;
  if (scope.functions.has(program.value) || isToldByStyxy(command, own, scope)) return null;
  return { visit, directory, own, program };
}

function serverOf(
  { visit, directory, own, program }: Candidate,
  reader: ProjectReader,
): ServerCommand | null {
  const { command, scope } = visit;
  const words = own.map((word, at) => toWord(word, at, scope));
  if (own.some((word, at) => isDoubtful(word, own[at - 1], words[at]))) return null;
  const plan = planWords(words, directory, reader);
  if (plan.tool === null || plan.leaseless !== null) return null;
  const asked = askedBy(plan, visit);
  if (asked === 'unknown') return null;
  // A container that publishes nothing is a program like any other.
  if (plan.id === 'docker-run' && asked === null) return null;
  const { reach, port } = reachOf(plan, asked, words);
  if (port !== null && (port < LOWEST_PORT || port > HIGHEST_PORT)) return null;
  return {
    command,
    at: program.start,
    directory: plan.directory,
    plan,
    serviceType: plan.serviceType ?? DEFAULT_SERVICE_TYPE,
    askedPort: port,
    reach,
  };
}

/** A word as the plan takes it: with the value that the line itself gives to its variables. */
function toWord(word: CommandWord, at: number, scope: Scope): Word {
  const [text, ...more] = textsOf(word, scope) ?? [];
  const isKnown = text !== undefined && more.length === 0;
  return { text: isKnown ? text : word.text, at, isLiteral: isKnown };
}

/** Options behind which a port is expected. */
const PORT_OPTION = /^(?:-[plPbaS]|--[\w.-]*(?:port|listen|bind|addr|url)[\w.-]*)$/i;

/** What nobody knows may be a subcommand or a port; as the value of any other option it changes nothing. */
function isDoubtful(word: CommandWord, before: CommandWord | undefined, read: Word | undefined): boolean {
  if (read?.isLiteral === true) return false;
  const option = before?.value ?? '';
  if (/port/i.test(word.text) || PORT_OPTION.test(option)) return true;
  return !word.text.startsWith('-') && (option === '--' || !option.startsWith('-'));
}

/** A port that came from Styxy is one that its project has. */
function isToldByStyxy(command: SimpleCommand, words: readonly CommandWord[], scope: Scope): boolean {
  const assigned = command.assignments.map(({ value }) => value).filter((value) => value !== null);
  return [...assigned, ...words].some((word) => {
    const named = word.expansions.flatMap((each) => (each.kind === 'variable' ? [each.name] : []));
    const written = named.map((name) => scope.variables.get(name)?.written ?? '');
    return [word.text, ...written].some((text) => /\$\{?STYXY_|\bstyxy\b.*\ballocate\b/.test(text));
  });
}

/** The port that the command asks for: by its own words, or by a variable that its tool reads. */
function askedBy(plan: RunPlan, { command, scope }: Visit): number | null | 'unknown' {
  const named = plan.wishedPort ?? plan.fixedPort;
  if (named !== null) return named;
  for (const name of Object.keys(plan.environment(TRIED))) {
    const variable = assignedTo(name, command, scope);
    if (variable === undefined) continue;
    const [text, ...more] = variable.texts ?? [];
    const port = text === undefined || more.length > 0 ? undefined : /(?:^|:)(\d{1,5})$/.exec(text)?.[1];
    return port === undefined ? 'unknown' : Number(port);
  }
  return null;
}

function assignedTo(name: string, { assignments }: SimpleCommand, scope: Scope): Variable | undefined {
  const own = assignments.findLast((each) => each.name === name);
  return own === undefined ? scope.variables.get(name) : variableOf(own.value, scope);
}

function reachOf(
  plan: RunPlan,
  asked: number | null,
  words: readonly Word[],
): { readonly reach: ServerCommand['reach']; readonly port: number | null } {
  const told = plan.words(TRIED);
  const isTold =
    told.length > words.length ||
    told.some((text, at) => text !== words[at]?.text) ||
    Object.keys(plan.environment(TRIED)).length > 0;
  if (plan.isDetaching) return { reach: 'none', port: asked ?? plan.defaultPort };
  if (plan.fixedPort !== null) return { reach: 'fixed', port: asked };
  if (!isTold) return { reach: 'none', port: asked ?? plan.defaultPort };
  return { reach: 'movable', port: asked };
}
