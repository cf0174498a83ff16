// Owns what a shell knows at one place of a line: its directory, and the variables that the line has set itself.

import { resolve } from 'node:path';
import type { CommandList, CommandWord, Expansion, Stage } from './command-line.ts';

/** What a variable may hold: one of these texts, or what these commands print. */
export interface Variable {
  /** Null: nobody can say. */
  readonly texts: readonly string[] | null;
  readonly source: Source | null;
  /** How it was written, for who looks for names in it. */
  readonly written: string;
}

/** Commands of which the output goes somewhere: those of a substitution, or those before a pipe. */
export interface Source {
  readonly stages: readonly Stage[];
  readonly scope: Scope;
}

export interface Scope {
  /** As an absolute path; null where nobody can say. */
  readonly directory: string | null;
  readonly home: string | null;
  /** The root of the git worktree that the line begins in. */
  readonly worktree: string | null;
  readonly variables: ReadonlyMap<string, Variable>;
  /** Names that the line has given to functions: they are no programs. */
  readonly functions: ReadonlySet<string>;
}

/** How many variables are remembered: each new one costs as much as there are. */
const MAX_VARIABLES = 200;
/** How many values a word may have before it counts as unknown. */
const MAX_TEXTS = 20;

/** What a shell knows before its first command. */
export function firstScope({ directory, home, worktree = null }: Beginning): Scope {
  return { directory, home, worktree, variables: new Map(), functions: new Set() };
}

interface Beginning {
  readonly directory: string;
  readonly home: string | null;
  readonly worktree?: string | null;
}

export function withVariable(scope: Scope, name: string, variable: Variable): Scope {
  if (scope.variables.size >= MAX_VARIABLES && !scope.variables.has(name)) return scope;
  return { ...scope, variables: new Map(scope.variables).set(name, variable) };
}

/** What a word is worth as a variable's value. */
export function variableOf(word: CommandWord | null, scope: Scope): Variable {
  if (word === null) return { texts: null, source: null, written: '' };
  const [only, ...more] = word.expansions;
  const isAlone = only !== undefined && more.length === 0 && only.kind !== 'other' && only.isWholeWord;
  return {
    texts: textsOf(word, scope),
    source: isAlone ? sourceOf(only, scope) : null,
    written: word.text,
  };
}

/** The commands whose output a word is, where it is nothing else. */
export function sourceOf(expansion: Expansion, scope: Scope): Source | null {
  if (expansion.kind === 'other') return null;
  if (expansion.kind === 'variable')
    return expansion.isPlain ? (scope.variables.get(expansion.name)?.source ?? null) : null;
  const stages = stagesOf(expansion.list);
  return stages === null ? null : { stages, scope };
}

/** The stages of a list of one pipeline. What only cares for failure, as `|| true`, changes nothing of the output. */
function stagesOf(list: CommandList): readonly Stage[] | null {
  const [only, ...more] = list;
  const [first, ...others] = only?.pipelines ?? [];
  if (first === undefined || more.length > 0) return null;
  return others.every(({ runs }) => runs === 'on-failure') ? first.stages : null;
}

/** Every text that the program may get for a word; null where nobody can say. */
export function textsOf(word: CommandWord, scope: Scope): readonly string[] | null {
  if (word.value !== null) return [word.value];
  if (/^~(?:\/[\w./@+-]*)?$/.test(word.text))
    return scope.home === null ? null : [`${scope.home}${word.text.slice(1)}`];
  if (word.expansions.some((each) => each.kind !== 'variable' || !each.isPlain)) return null;
  if (/['\\`]/.test(word.text)) return null;
  // Where nothing is escaped, double quotes only hold together: what is left are variables and letters.
  const inner = word.text.replaceAll('"', '');
  let texts: string[] = [''];
  for (const piece of inner.split(/(\$\{\w+\}|\$\w+)/)) {
    const name = /^\$\{?(\w+)\}?$/.exec(piece)?.[1];
    const values = name === undefined ? [piece] : textsOfVariable(name, scope);
    if (values === null || texts.length * values.length > MAX_TEXTS) return null;
    texts = texts.flatMap((text) => values.map((value) => text + value));
  }
  return texts;
}

function textsOfVariable(name: string, scope: Scope): readonly string[] | null {
  const set = scope.variables.get(name);
  if (set !== undefined) return set.texts;
  if (name === 'HOME') return scope.home === null ? null : [scope.home];
  if (name === 'PWD') return scope.directory === null ? null : [scope.directory];
  return null;
}

/** The scope after `cd`. */
export function afterCd(words: readonly CommandWord[], scope: Scope): Scope {
  const [, ...rest] = words;
  const plain = rest.filter(({ value }) => value !== '--' && value !== '-P' && value !== '-L');
  const [to, ...more] = plain;
  if (more.length > 0) return { ...scope, directory: null };
  if (to === undefined) return { ...scope, directory: scope.home };
  const texts = isWorktree(to) ? rootOf(scope) : textsOf(to, scope);
  const [text, ...others] = texts ?? [];
  const isKnown = text !== undefined && others.length === 0 && text !== '-' && text !== '';
  if (!isKnown) return { ...scope, directory: null };
  if (text.startsWith('/')) return { ...scope, directory: resolve(text) };
  return { ...scope, directory: scope.directory === null ? null : resolve(scope.directory, text) };
}

/** The worktree's root, while the shell is still somewhere in it. */
function rootOf({ directory, worktree }: Scope): readonly string[] | null {
  const isInside =
    worktree !== null && (directory === worktree || directory?.startsWith(`${worktree}/`) === true);
  return isInside ? [worktree] : null;
}

/** `"$(git rev-parse --show-toplevel)"`, whatever its quotes are. */
function isWorktree({ text }: CommandWord): boolean {
  return /^"?(?:\$\(|`)\s*git\s+rev-parse\s+--show-toplevel\s*(?:\)|`)"?$/.test(text);
}

/** What is left for certain where one of several ways was gone. */
export function afterAnyOf(before: Scope, ways: readonly Scope[]): Scope {
  const unknown: Variable = { texts: null, source: null, written: '' };
  const changed = new Map(before.variables);
  for (const { variables } of ways) {
    for (const [name, variable] of variables)
      if (before.variables.get(name) !== variable) changed.set(name, unknown);
  }
  const isStill = ways.every(({ directory }) => directory === before.directory);
  return {
    ...before,
    directory: isStill ? before.directory : null,
    variables: changed,
    functions: new Set(ways.flatMap(({ functions }) => [...functions])),
  };
}
