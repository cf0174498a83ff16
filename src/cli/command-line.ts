// Owns the whole command line: which command is meant, its help, its run, and what was meant by a mistake.

import { VERSION } from '../api/api-version.ts';
import { type Command, type Invocation, UsageError } from './command.ts';
import { commandHelp, commandJson, overview } from './help.ts';
import { COMMON_OPTIONS, parseInvocation, UnknownOption } from './parse.ts';
import { COMMANDS } from './registry.ts';
import { reportFailure } from './report.ts';
import { nearest } from './suggestion.ts';

import { finalStatus, print, printJson } from './write.ts';

/**
 * Runs one command line; what goes wrong is reported here.
 *
 * @param words what follows `styxy`
 * @returns the exit status
 */
export async function runCommandLine(words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return finalStatus(await runWords(words, env));
}

async function runWords(words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [first = '', ...rest] = words;
  const isJson = asksForJson(words);
  if (first === '' || first === '--help' || first === '-h') return showOverview(isJson);
  if (first === '--version' || first === '-V' || first === 'version') return showVersion(isJson);
  if (first === '--complete') {
    const { answerCompletion } = await import('./completion/answer.ts');
    return await answerCompletion(COMMANDS, rest[0] === '--' ? rest.slice(1) : rest, env);
  }
  if (first === 'help') return await runWords([...rest.filter((word) => word !== '--help'), '--help'], env);
  const path: string[] = [];
  try {
    const [command, args] = resolveCommand(words, path);
    return await runCommand(command, args, path, env);
  } catch (error) {
    return reportFailure(error, path.join(' '), isJson);
  }
}

/**
 * The command that `words` name, and the words that are left for it.
 *
 * @param path gets the names of the command, also when the rest of them is wrong
 * @throws UsageError when there is no such command
 */
export function resolveCommand(
  [first = '', ...rest]: readonly string[],
  path: string[] = [],
): readonly [Command, readonly string[]] {
  let command = choose(COMMANDS, first, 'command', '');
  let args: readonly string[] = rest;
  path.push(command.name);
  while (command.subcommands !== undefined) {
    const next = subcommandOf(command, args, path);
    if (next === null) break;
    [command, args] = next;
    path.push(command.name);
  }
  return [command, args];
}

async function runCommand(
  command: Command,
  args: readonly string[],
  path: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  let invocation: Invocation;
  try {
    invocation = parseInvocation(command, args, env);
  } catch (error) {
    if (error instanceof UnknownOption) throw explained(error, path);
    throw error;
  }
  if (invocation.has('help')) {
    if (invocation.isJson) printJson(commandJson(command, path));
    else print(commandHelp(command, path));
    return 0;
  }
  return await command.run(invocation);
}

/** @returns null when the command itself is meant, as in `styxy daemon --help`. */
function subcommandOf(
  command: Command,
  args: readonly string[],
  path: readonly string[],
): readonly [Command, readonly string[]] | null {
  const subcommands = command.subcommands ?? [];
  const at = firstWord(args, subcommands);
  if (at < 0) {
    if (args.includes('--help') || args.includes('-h')) return null;
    const usual = subcommands.find(({ name }) => name === command.defaultSubcommand);
    if (usual !== undefined) return [usual, args];
    const names = subcommands.map(({ name }) => name).join(', ');
    throw new UsageError(`${path.join(' ')} wants one of: ${names}`);
  }
  const chosen = choose(subcommands, args[at] ?? '', 'subcommand', `${path.join(' ')} `);
  return [chosen, args.toSpliced(at, 1)];
}

/** The first argument that is neither an option nor the value of one; -1 where there is none. */
function firstWord(args: readonly string[], subcommands: readonly Command[]): number {
  const valued = new Set<string>();
  for (const [name, { kind, short }] of subcommands.flatMap(({ options }) => Object.entries(options ?? {}))) {
    if (kind === 'value') valued.add(`--${name}`).add(`-${short ?? ''}`);
  }
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (!arg.startsWith('-')) return at;
    // Of `-fn 5` the last letter has the value.
    if (valued.has(/^-\w+$/.test(arg) ? `-${arg.at(-1)}` : arg)) at += 1;
  }
  return -1;
}

function choose(commands: readonly Command[], word: string, what: string, prefix: string): Command {
  const found = commands.find(({ name, aliases }) => name === word || aliases?.includes(word) === true);
  if (found !== undefined) return found;
  const names = commands.flatMap(({ name, aliases }) => [name, ...(aliases ?? [])]);
  const meant = nearest(word, names);
  throw new UsageError(
    word.startsWith('-') ? `there is no option ${word}` : `there is no ${what} ${prefix}${word}`,
    meant === null
      ? `\`styxy ${prefix}--help\` lists what there is.`
      : `Did you mean \`styxy ${prefix}${meant}\`?`,
  );
}

function explained(error: UnknownOption, path: readonly string[]): UsageError {
  const meant = nearest(error.option, error.candidates);
  const help = `\`styxy ${path.join(' ')} --help\` shows what it takes.`;
  return new UsageError(
    `${path.join(' ')} has no option ${error.option}`,
    meant === null ? help : `Did you mean ${meant}? ${help}`,
  );
}

function asksForJson(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return (end < 0 ? words : words.slice(0, end)).includes('--json');
}

function showOverview(isJson: boolean): number {
  if (isJson) printJson({ commands: COMMANDS.map((command) => commandJson(command, [command.name])) });
  else print(overview(COMMANDS, COMMON_OPTIONS));
  return 0;
}

function showVersion(isJson: boolean): number {
  if (isJson) printJson({ version: VERSION });
  else print(VERSION);
  return 0;
}
