// Owns the way from a service's command, as a package script has it, to the words and the environment that start it.

import { delimiter, dirname, join, relative } from 'node:path';
import { readShellLine } from '../tools/shell-words.ts';
import type { Service } from './service.ts';

/**
 * The words of a command: its own where no shell is needed to read it, so that they can be told the port.
 *
 * @param platform as `process.platform` names it
 */
export function wordsOfCommand(command: string, platform: NodeJS.Platform = process.platform): string[] {
  const line = readShellLine(command);
  const [only, ...more] = line.kind === 'commands' ? line.commands : [];
  const isPlain =
    only !== undefined &&
    more.length === 0 &&
    only.operator === null &&
    only.words.length > 0 &&
    Object.keys(only.assignments).length === 0 &&
    only.words.every(({ isLiteral }) => isLiteral) &&
    // A redirection is no word of the command, so nothing but the text tells of it.
    !/[<>]/.test(command);
  if (isPlain) return only.words.map(({ text }) => text);
  return platform === 'win32' ? ['cmd', '/d', '/s', '/c', command] : ['sh', '-c', command];
}

/**
 * An environment in which programs that a package manager installed are found, as in a package script.
 *
 * @param root that of the checkout
 */
export function commandEnvironment(
  env: NodeJS.ProcessEnv,
  { directory }: Pick<Service, 'directory'>,
  root: string,
): NodeJS.ProcessEnv {
  // Windows has it as `Path`.
  const name = Object.keys(env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  const folders: string[] = [];
  for (let at = directory; ; at = dirname(at)) {
    folders.push(join(at, 'node_modules', '.bin'));
    if (relative(root, at) === '' || dirname(at) === at) break;
  }
  return { ...env, [name]: [...folders, env[name] ?? ''].join(delimiter), PWD: directory };
}
