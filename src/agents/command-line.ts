// Owns the shape of a command line that was read: lists, pipes, simple commands and words, each with its place in the text.

/** A whole text as a shell would run it. Places are UTF-16 units into the text, from the first to behind the last. */
export interface CommandLine {
  readonly text: string;
  readonly list: CommandList;
}

/** Statements in their order. */
export type CommandList = readonly Statement[];

/** What stands between `;`, `&` and line ends: pipelines that wait for each other. */
export interface Statement {
  readonly pipelines: readonly Pipeline[];
  /** Ends with `&`: it runs in a shell of its own, which changes nothing of this one. */
  readonly isBackground: boolean;
}

export interface Pipeline {
  /** Behind `||` it runs only when what stands before has failed. */
  readonly runs: 'first' | 'on-success' | 'on-failure';
  /** At least one; of more than one, each runs in a shell of its own. */
  readonly stages: readonly Stage[];
}

export type Stage = SimpleCommand | CompoundCommand;

export interface SimpleCommand {
  readonly kind: 'simple';
  readonly start: number;
  readonly end: number;
  readonly assignments: readonly Assignment[];
  /** Program and arguments; none where there are assignments or redirections alone. */
  readonly words: readonly CommandWord[];
  readonly redirections: readonly Redirection[];
}

export interface CompoundCommand {
  /**
   * `group`: braces. `branch`: if, case. `loop`: for, while, until, select. `function`: a definition, which runs nothing by itself.
   * `test`: `[[ … ]]`, `(( … ))`.
   */
  readonly kind: 'subshell' | 'group' | 'branch' | 'loop' | 'function' | 'test';
  readonly start: number;
  readonly end: number;
  /** What it is made of, in the order in which it is written. */
  readonly lists: readonly CommandList[];
  /** Of a `for` loop or a function. */
  readonly name: string | null;
  /** What a `for` loop goes through, what a `case` looks at. */
  readonly words: readonly CommandWord[];
  readonly redirections: readonly Redirection[];
}

export interface CommandWord {
  /** As it is written, quotes included. */
  readonly text: string;
  /** As the program gets it; null where the shell makes something else of it: a variable, a pattern, a substitution. */
  readonly value: string | null;
  readonly start: number;
  readonly end: number;
  /** The parts of it, where they are worth more than the whole: variables and substitutions in their order. */
  readonly expansions: readonly Expansion[];
}

export type Expansion =
  /**
   * `$name`, `${name}`; `isPlain` is false where something is done to it. `isItsValue` holds for what leaves a value as it is,
   * such as `${name:-3000}` and `${names[@]}`.
   */
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly isPlain: boolean;
      readonly isItsValue: boolean;
      readonly isWholeWord: boolean;
    }
  /** `$(…)`, backticks, `<(…)`. Places in `list` mean nothing. */
  | { readonly kind: 'substitution'; readonly list: CommandList; readonly isWholeWord: boolean }
  /** A file pattern, braces, arithmetic, a home directory. */
  | { readonly kind: 'other' };

export interface Assignment {
  readonly name: string;
  /** Null for a list, and where it is put behind what is there. */
  readonly value: CommandWord | null;
  /** Of `name=(…)`. */
  readonly list: readonly CommandWord[] | null;
}

export interface Redirection {
  /** `>`, `>>`, `<`, `2>&1` as `>&`, `<<` and so on. */
  readonly operator: string;
  /** Of a here-document, its text as one word, where a shell changes nothing of it; else null. */
  readonly target: CommandWord | null;
}
