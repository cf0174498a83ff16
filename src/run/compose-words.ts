// Owns how a command of Compose is told its override and its project's name: by words in it, or by variables where its words stand in a script.

import type { ComposeFiles } from '../compose/files.ts';
import type { ComposeRun } from './compose-project.ts';

export interface Told {
  readonly words: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Between the paths of COMPOSE_FILE; what is in a path cannot be. */
const SEPARATORS = [process.platform === 'win32' ? ';' : ':', '|', '\n'];

/**
 * The options that name all files of a project and one more. Once a file is named by an option, those that Compose would
 * find itself have to be named as well.
 */
export function fileOptions(
  { paths, envFiles }: Pick<ComposeFiles, 'paths' | 'envFiles'>,
  hasFiles: boolean,
  override: string,
): string[] {
  const all = hasFiles ? [override] : [...paths, override];
  return [...envFiles.flatMap((path) => ['--env-file', path]), ...all.flatMap((path) => ['-f', path])];
}

/** Whether a command can be told one more file. */
export function canBeTold({ insertAt, command, isCutOff }: ComposeRun): boolean {
  return insertAt !== null || (command.files.length === 0 && !isCutOff);
}

/**
 * @param words the user's own words
 * @param name the project's name; null where it has one
 * @param override null for none
 */
export function toldProject(
  run: ComposeRun,
  files: ComposeFiles,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  name: string | null,
  override: string | null,
): Told {
  const named = name === null ? env : { ...env, COMPOSE_PROJECT_NAME: name };
  const { insertAt, command, isCutOff } = run;
  if (insertAt === null) {
    if (override === null || !canBeTold(run)) return { words, env: named };
    const paths = [...files.paths, override];
    const separator = SEPARATORS.find((each) => !paths.some((path) => path.includes(each))) ?? ':';
    const list = { COMPOSE_FILE: paths.join(separator), COMPOSE_PATH_SEPARATOR: separator };
    return { words, env: { ...named, ...list } };
  }
  const added = [
    // A variable would not get there.
    ...(name !== null && isCutOff ? ['-p', name] : []),
    ...(override === null ? [] : fileOptions(files, command.files.length > 0, override)),
  ];
  return { words: [...words.slice(0, insertAt), ...added, ...words.slice(insertAt)], env: named };
}
