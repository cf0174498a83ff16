// Owns the question which files make up a project of Compose, by the rules that Compose itself has for it.

import { dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { ComposeCommand } from './command.ts';

/** Gives a file's text by its absolute path; null where there is none, or none to be read. */
export type ReadText = (path: string) => string | null;

export interface ComposeFiles {
  /** Absolute paths, in the order in which they are merged; none where no file was found. */
  readonly paths: readonly string[];
  /** The directory that relative paths in them are relative to. */
  readonly directory: string;
  /** What `${NAME}` in them stands for: the environment, and under it what the project's .env files say. */
  readonly variables: Readonly<Record<string, string>>;
  /**
   * The .env files that Compose reads where no file is named by an option, and would not where one is: those of the
   * working directory, which count more, and of the files'. None where it is all the same.
   */
  readonly envFiles: readonly string[];
  /** What the user calls the project, by an option or a variable; null where Compose would find a name itself. */
  readonly projectName: string | null;
  /** A file that is no file of this machine, such as `-` or an address; null where all are. */
  readonly unreadable: string | null;
}

/** In the order in which they are looked for (https://docs.docker.com/compose/intro/compose-application-model/). */
const NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const OVERRIDES = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
];
/** Standard input, and what Compose fetches from elsewhere. */
const NO_FILE = /^-$|^[a-z][a-z0-9+.-]+:\/\/|^git@|^github\.com\//;

/**
 * Finds the files of a command's project.
 *
 * @param cwd an absolute path: where the command is run
 */
export function composeFiles(
  command: Pick<ComposeCommand, 'files' | 'projectName' | 'projectDirectory' | 'envFiles'>,
  cwd: string,
  env: NodeJS.ProcessEnv,
  read: ReadText,
): ComposeFiles {
  const base = command.projectDirectory === null ? null : resolve(cwd, command.projectDirectory);
  const inherited = textsOf(env);
  const named = command.files.length > 0;
  const first = command.files.find((path) => !NO_FILE.test(path));
  const start = base ?? (named && first !== undefined ? dirname(resolve(cwd, first)) : cwd);
  const variables = withEnvFiles(inherited, envFilesOf(command, cwd, start, env), read);
  const listed = named ? command.files : listedIn(variables);
  const unreadable = listed?.find((path) => NO_FILE.test(path)) ?? null;
  const paths = (listed ?? searched(start, read)).map((path) => resolve(cwd, path));
  const directory = base ?? (paths[0] === undefined ? start : dirname(paths[0]));
  // Of a file that was found elsewhere, the .env beside it counts as well.
  const all =
    directory === start ? variables : withEnvFiles(variables, envFilesOf(command, cwd, directory, env), read);
  const isElsewhere = directory !== start && !named && command.envFiles.length === 0;
  const envFiles = isElsewhere
    ? [join(directory, '.env'), join(start, '.env')].filter((path) => read(path) !== null)
    : [];
  const name = command.projectName ?? all.COMPOSE_PROJECT_NAME ?? '';
  return { paths, directory, variables: all, envFiles, projectName: name === '' ? null : name, unreadable };
}

function textsOf(env: NodeJS.ProcessEnv): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined) texts[name] = value;
  return texts;
}

function envFilesOf(
  { envFiles }: Pick<ComposeCommand, 'envFiles'>,
  cwd: string,
  directory: string,
  env: NodeJS.ProcessEnv,
): string[] {
  if (envFiles.length > 0) return envFiles.map((path) => resolve(cwd, path));
  const isOff = /^(?:1|t|true)$/i.test(env.COMPOSE_DISABLE_ENV_FILE ?? '');
  return isOff ? [] : [join(directory, '.env')];
}

/** What is set already stays; of the files the later one counts. */
function withEnvFiles(
  variables: Readonly<Record<string, string>>,
  paths: readonly string[],
  read: ReadText,
): Record<string, string> {
  const said: Record<string, string> = {};
  for (const path of paths) {
    const text = read(path);
    if (text !== null) Object.assign(said, parseEnv(text));
  }
  return { ...said, ...variables };
}

function listedIn(variables: Readonly<Record<string, string>>): string[] | null {
  const { COMPOSE_FILE: list = '', COMPOSE_PATH_SEPARATOR: separator = '' } = variables;
  if (list === '') return null;
  const usual = process.platform === 'win32' ? ';' : ':';
  return list.split(separator === '' ? usual : separator).filter((path) => path !== '');
}

/** The files of the nearest directory that has one, upwards. */
function searched(start: string, read: ReadText): string[] {
  for (let at = start; ; at = dirname(at)) {
    const file = firstOf(NAMES, at, read);
    if (file !== null) return [file, ...[firstOf(OVERRIDES, at, read) ?? []].flat()];
    if (dirname(at) === at) return [];
  }
}

function firstOf(names: readonly string[], directory: string, read: ReadText): string | null {
  return names.map((name) => join(directory, name)).find((path) => read(path) !== null) ?? null;
}
