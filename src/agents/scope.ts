// Owns what a shell knows at one place of a line: its directory, and what the line itself has set.

import type { CommandList, Stage } from './command-line.ts';

/** What a variable may hold: one of these texts, or what these commands print. */
export interface Variable {
  /** Null: nobody can say. */
  readonly texts: readonly string[] | null;
  readonly sources: readonly Source[];
  /** How it was written, for who looks for names in it. */
  readonly written: string;
}

/** Commands of which the output goes somewhere: those of a substitution, those before a pipe. */
export interface Source {
  readonly stages: readonly Stage[];
  readonly scope: Scope;
  /** Where they begin in the line; null where they do not stand in front of who reads them. */
  readonly start: number | null;
}

export interface Scope {
  /** As an absolute path; null where nobody can say. */
  readonly directory: string | null;
  readonly home: string | null;
  /** The root of the git worktree that the line begins in. */
  readonly worktree: string | null;
  readonly variables: ReadonlyMap<string, Variable>;
  /** What the line has defined under a name, which is no program then. */
  readonly functions: ReadonlyMap<string, CommandList>;
}

export const UNKNOWN: Variable = { texts: null, sources: [], written: '' };

/** How many variables are remembered: each new one costs as much as there are. */
const MAX_VARIABLES = 200;

/** What a shell knows before its first command. */
export function firstScope({ directory, home, worktree = null }: Beginning): Scope {
  return { directory, home, worktree, variables: new Map(), functions: new Map() };
}

interface Beginning {
  readonly directory: string | null;
  readonly home: string | null;
  readonly worktree?: string | null;
}

export function withVariable(scope: Scope, name: string, variable: Variable): Scope {
  if (scope.variables.size >= MAX_VARIABLES && !scope.variables.has(name)) return scope;
  return { ...scope, variables: new Map(scope.variables).set(name, variable) };
}

export function withFunction(scope: Scope, name: string, body: CommandList): Scope {
  return { ...scope, functions: new Map(scope.functions).set(name, body) };
}

/** What is left for certain where one of several ways was gone. */
export function afterAnyOf(before: Scope, ways: readonly Scope[]): Scope {
  const changed = new Map(before.variables);
  for (const { variables } of ways) {
    for (const [name, variable] of variables)
      if (before.variables.get(name) !== variable) changed.set(name, UNKNOWN);
  }
  const isStill = ways.every(({ directory }) => directory === before.directory);
  return {
    ...before,
    directory: isStill ? before.directory : null,
    variables: changed,
    functions: new Map(ways.flatMap(({ functions }) => [...functions])),
  };
}
