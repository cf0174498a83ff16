// Owns the walk over a line in the order in which a shell runs it, with what it knows at each simple command.

import { afterCommand } from './after-command.ts';
import type {
  CommandLine,
  CommandList,
  CommandWord,
  CompoundCommand,
  Redirection,
  SimpleCommand,
  Stage,
  Statement,
} from './command-line.ts';
import { afterAnyOf, type Scope, type Source, withFunction, withVariable } from './scope.ts';
import { argumentsIn } from './shell-text.ts';
import { printing, sourcesOf, variableOf, variableOfAll } from './word-values.ts';

/** A simple command on the way, and where it stands. */
export interface Visit {
  readonly command: SimpleCommand;
  readonly scope: Scope;
  /** What it reads, from a pipe or from the line itself. */
  readonly input: Source | null;
  /** It may run many times, or stands where a function is defined. */
  readonly isInLoop: boolean;
  /** It stands in a substitution: its output goes into a word. */
  readonly isInSubstitution: boolean;
}

interface Place extends Pick<Visit, 'input' | 'isInLoop' | 'isInSubstitution'> {
  readonly walk: Walk;
}

interface Walk {
  readonly visit: (visit: Visit) => void;
  /** How many calls of the line's own functions are still followed. */
  calls: number;
}

const MAX_CALLS = 8;

/** @param scope what the shell knows at the beginning */
export function walkCommands(line: CommandLine, scope: Scope, visit: (visit: Visit) => void): void {
  const walk = { visit, calls: MAX_CALLS };
  walkList(line.list, scope, { input: null, isInLoop: false, isInSubstitution: false, walk });
}

/** @returns what the shell knows afterwards */
function walkList(list: CommandList, scope: Scope, place: Place): Scope {
  return list.reduce((at, statement) => walkStatement(statement, at, place), scope);
}

function walkStatement(statement: Statement, scope: Scope, place: Place): Scope {
  let at = scope;
  for (const { runs, stages } of statement.pipelines) {
    const after = walkPipeline(stages, at, place);
    at = runs === 'on-failure' ? afterAnyOf(at, [at, after]) : after;
  }
  return statement.isBackground ? scope : at;
}

function walkPipeline(stages: readonly Stage[], scope: Scope, place: Place): Scope {
  const [first, ...more] = stages;
  if (first !== undefined && more.length === 0) return walkStage(first, scope, place);
  for (const [index, stage] of stages.entries()) {
    const start = first?.start ?? null;
    const input = index === 0 ? place.input : { stages: stages.slice(0, index), scope, start };
    walkStage(stage, scope, { ...place, input });
  }
  return scope;
}

function walkStage(stage: Stage, scope: Scope, outer: Place): Scope {
  const place = { ...outer, input: inputOf(stage.redirections, scope, outer.input) };
  for (const word of wordsOf(stage)) walkSubstitutions(word, scope, place);
  return stage.kind === 'simple' ? walkSimple(stage, scope, place) : walkCompound(stage, scope, place);
}

/** What `<<<`, `< <(…)` and a here-document put in the place of what would be read otherwise. */
function inputOf(
  redirections: readonly Redirection[],
  scope: Scope,
  otherwise: Source | null,
): Source | null {
  const last = redirections.findLast(({ operator }) => operator.startsWith('<'));
  if (last === undefined) return otherwise;
  const { operator, target } = last;
  if (target === null) return null;
  if (operator.startsWith('<<')) {
    const { sources } = variableOf(target, scope);
    const [only, ...more] = sources;
    return only !== undefined && more.length === 0 ? only : printing([target], scope);
  }
  const [each, ...others] = target.expansions;
  const isProcess = target.text.startsWith('<(') && each !== undefined && others.length === 0;
  return isProcess ? (sourcesOf(each, scope)[0] ?? null) : null;
}

function wordsOf({ words, redirections, ...rest }: Stage): CommandWord[] {
  const assigned =
    rest.kind === 'simple' ? rest.assignments.flatMap(({ value, list }) => list ?? value ?? []) : [];
  return [...assigned, ...words, ...redirections.flatMap(({ target }) => target ?? [])];
}

function walkSubstitutions(word: CommandWord, scope: Scope, place: Place): void {
  for (const each of word.expansions) {
    if (each.kind === 'substitution')
      walkList(each.list, scope, { ...place, input: null, isInSubstitution: true });
  }
}

function walkSimple(command: SimpleCommand, scope: Scope, place: Place): Scope {
  const { input, isInLoop, isInSubstitution, walk } = place;
  walk.visit({ command, scope, input, isInLoop, isInSubstitution });
  const [program, ...args] = command.words;
  const body = scope.functions.get(program?.value ?? '');
  if (body === undefined) return afterCommand(command, scope, input);
  if (walk.calls === 0) return scope;
  walk.calls -= 1;
  const called = walkList(body, argumentsIn(scope, args, 1, scope), { ...place, isInLoop: true });
  return { ...called, variables: withoutArguments(called, scope) };
}

/** The caller's own arguments are again what they were. */
function withoutArguments({ variables }: Scope, before: Scope): Scope['variables'] {
  const kept = [...variables].filter(([name]) => /^[A-Za-z_]/.test(name));
  return new Map([...kept, ...[...before.variables].filter(([name]) => !/^[A-Za-z_]/.test(name))]);
}

function walkCompound(compound: CompoundCommand, scope: Scope, place: Place): Scope {
  const { kind, lists, name, words } = compound;
  const [first = []] = lists;
  switch (kind) {
    case 'subshell':
      walkList(first, scope, place);
      return scope;
    case 'group':
      return walkList(first, scope, place);
    case 'test':
      return scope;
    case 'function':
      return name === null ? scope : withFunction(scope, name, first);
    case 'branch':
      return afterAnyOf(scope, walkInTurn(lists, scope, place));
    case 'loop': {
      const inside = name === null ? scope : withVariable(scope, name, variableOfAll(words, scope));
      return afterAnyOf(scope, walkInTurn(lists, inside, { ...place, isInLoop: true }));
    }
  }
}

/** Each list with what the former may have changed: a condition runs before its branch. */
function walkInTurn(lists: readonly CommandList[], scope: Scope, place: Place): Scope[] {
  let at = scope;
  return lists.map((list) => {
    at = walkList(list, at, place);
    return at;
  });
}
