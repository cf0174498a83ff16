// Owns what a simple command leaves behind in its shell: variables and the directory.

import { afterCd } from './change-directory.ts';
import type { Assignment, CommandWord, SimpleCommand } from './command-line.ts';
import { type Scope, type Source, UNKNOWN, withVariable } from './scope.ts';
import { variableOf, variableOfAll } from './word-values.ts';

/** @param input what the command reads */
export function afterCommand(command: SimpleCommand, scope: Scope, input: Source | null): Scope {
  const [program, ...args] = command.words;
  switch (program?.value) {
    case undefined:
      return program === undefined ? command.assignments.reduce(assigned, scope) : scope;
    case 'cd':
      return afterCd(command.words, scope);
    case 'pushd':
      // Without a directory, it swaps two that nobody has seen.
      return args.length === 1 ? afterCd(command.words, scope) : { ...scope, directory: null };
    case 'popd':
      return { ...scope, directory: null };
    case 'export':
    case 'declare':
    case 'local':
    case 'readonly':
      return args.reduce(exported, scope);
    case 'read':
    case 'mapfile':
    case 'readarray':
      return afterRead(args, scope, input);
    case 'unset':
      return args.reduce((at, { value }) => (value === null ? at : withVariable(at, value, UNKNOWN)), scope);
    default:
      return scope;
  }
}

function assigned(scope: Scope, { name, value, list }: Assignment): Scope {
  const variable = list === null ? variableOf(value, scope) : variableOfAll(list, scope);
  return withVariable(scope, name, variable);
}

/** `export NAME=value`: the value is what stands behind the first `=`. */
function exported(scope: Scope, word: CommandWord): Scope {
  const equals = word.text.indexOf('=');
  if (equals <= 0) return scope;
  const name = word.text.slice(0, equals);
  const value = word.value === null ? null : word.value.slice(name.length + 1);
  const inner = { ...word, text: word.text.slice(equals + 1), value };
  return withVariable(scope, name, variableOf(inner, scope));
}

/** `… | while read pid`, `mapfile -t pids < <(…)`: each name gets a part of what comes in. */
function afterRead(args: readonly CommandWord[], scope: Scope, input: Source | null): Scope {
  const names = args.flatMap(({ value }) => (value === null || !/^[A-Za-z_]\w*$/.test(value) ? [] : [value]));
  const read = { ...UNKNOWN, sources: input === null ? [] : [input] };
  return names.reduce((at, name) => withVariable(at, name, read), scope);
}
