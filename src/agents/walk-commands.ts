// Owns the walk over a line in the order in which a shell runs it, with what it knows at each simple command.

import type {
  CommandLine,
  CommandList,
  CommandWord,
  CompoundCommand,
  SimpleCommand,
  Stage,
  Statement,
} from './command-line.ts';
import { afterAnyOf, afterCd, type Scope, type Source, variableOf, withVariable } from './scope.ts';

/** A simple command on the way, and where it stands. */
export interface Visit {
  readonly command: SimpleCommand;
  readonly scope: Scope;
  /** What comes to it through a pipe. */
  readonly input: Source | null;
  /** It may run many times. */
  readonly isInLoop: boolean;
  /** It stands in a substitution: its output goes into a word. */
  readonly isInSubstitution: boolean;
}

type Place = Pick<Visit, 'input' | 'isInLoop' | 'isInSubstitution'>;

/** @param scope what the shell knows at the beginning */
export function walkCommands(line: CommandLine, scope: Scope, visit: (visit: Visit) => void): void {
  walkList(line.list, scope, { input: null, isInLoop: false, isInSubstitution: false }, visit);
}

type OnVisit = (visit: Visit) => void;

/** @returns what the shell knows afterwards */
function walkList(list: CommandList, scope: Scope, place: Place, visit: OnVisit): Scope {
  return list.reduce((at, statement) => walkStatement(statement, at, place, visit), scope);
}

function walkStatement(statement: Statement, scope: Scope, place: Place, visit: OnVisit): Scope {
  let at = scope;
  for (const { runs, stages } of statement.pipelines) {
    const after = walkPipeline(stages, at, place, visit);
    at = runs === 'on-failure' ? afterAnyOf(at, [at, after]) : after;
  }
  return statement.isBackground ? scope : at;
}

function walkPipeline(stages: readonly Stage[], scope: Scope, place: Place, visit: OnVisit): Scope {
  const [only, ...more] = stages;
  if (only !== undefined && more.length === 0) return walkStage(only, scope, place, visit);
  for (const [index, stage] of stages.entries()) {
    const input = index === 0 ? place.input : { stages: stages.slice(0, index), scope };
    walkStage(stage, scope, { ...place, input }, visit);
  }
  return scope;
}

function walkStage(stage: Stage, scope: Scope, place: Place, visit: OnVisit): Scope {
  for (const word of wordsOf(stage)) walkSubstitutions(word, scope, place, visit);
  return stage.kind === 'simple'
    ? walkSimple(stage, scope, place, visit)
    : walkCompound(stage, scope, place, visit);
}

function wordsOf({ words, redirections, ...rest }: Stage): CommandWord[] {
  const assigned = rest.kind === 'simple' ? rest.assignments.map(({ value }) => value) : [];
  const targets = redirections.map(({ target }) => target);
  return [...assigned, ...words, ...targets].filter((word) => word !== null);
}

function walkSubstitutions(word: CommandWord, scope: Scope, place: Place, visit: OnVisit): void {
  for (const each of word.expansions) {
    if (each.kind === 'substitution')
      walkList(each.list, scope, { ...place, input: null, isInSubstitution: true }, visit);
  }
}

function walkSimple(command: SimpleCommand, scope: Scope, place: Place, visit: OnVisit): Scope {
  visit({ command, scope, ...place });
  const { words } = command;
  const [program, ...args] = words;
  switch (program?.value) {
    case undefined:
      return program === undefined ? withAssigned(command, scope) : scope;
    case 'cd':
      return afterCd(words, scope);
    case 'pushd':
    case 'popd':
      return { ...scope, directory: null };
    case 'export':
    case 'declare':
    case 'local':
    case 'readonly':
      return args.reduce(exported, scope);
    case 'read':
      return afterRead(args, scope, place);
    case 'unset':
      return args.reduce((at, { value }) => (value === null ? at : withUnknown(at, value)), scope);
    default:
      return scope;
  }
}

function withAssigned({ assignments }: SimpleCommand, scope: Scope): Scope {
  return assignments.reduce((at, { name, value }) => withVariable(at, name, variableOf(value, at)), scope);
}

function withUnknown(scope: Scope, name: string): Scope {
  return withVariable(scope, name, { texts: null, source: null, written: '' });
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

/** `… | while read pid`: the last name gets what came through the pipe. */
function afterRead(args: readonly CommandWord[], scope: Scope, { input }: Place): Scope {
  const names = args.flatMap(({ value }) => (value === null || value.startsWith('-') ? [] : [value]));
  return names.reduce(
    (at, name) =>
      withVariable(at, name, { texts: null, source: names.length === 1 ? input : null, written: '' }),
    scope,
  );
}

function walkCompound(compound: CompoundCommand, scope: Scope, place: Place, visit: OnVisit): Scope {
  const { kind, lists, name } = compound;
  switch (kind) {
    case 'subshell':
      walkList(lists[0] ?? [], scope, place, visit);
      return scope;
    case 'group':
      return walkList(lists[0] ?? [], scope, place, visit);
    case 'test':
      return scope;
    case 'function':
      return name === null ? scope : { ...scope, functions: new Set(scope.functions).add(name) };
    case 'branch':
      return afterAnyOf(scope, walkInTurn(lists, scope, place, visit));
    case 'loop': {
      const inside = name === null ? scope : withVariable(scope, name, loopVariable(compound, scope));
      return afterAnyOf(scope, walkInTurn(lists, inside, { ...place, isInLoop: true }, visit));
    }
  }
}

/** Each list with what the former may have changed: a condition runs before its branch. */
function walkInTurn(lists: readonly CommandList[], scope: Scope, place: Place, visit: OnVisit): Scope[] {
  let at = scope;
  return lists.map((list) => {
    at = walkList(list, at, place, visit);
    return at;
  });
}

function loopVariable({ words }: CompoundCommand, scope: Scope): ReturnType<typeof variableOf> {
  const values = words.map((word) => variableOf(word, scope));
  const texts = values.flatMap((value) => value.texts ?? []);
  const [only] = values;
  return {
    texts: values.some((value) => value.texts === null) ? null : texts,
    source: values.length === 1 ? (only?.source ?? null) : null,
    written: words.map(({ text }) => text).join(' '),
  };
}
