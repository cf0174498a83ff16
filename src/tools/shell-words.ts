// Owns the reading of a shell command line: simple commands, words, assignments and operators, or the word "unknown".

export interface ShellWord {
  /** The word as the command gets it; where it is not literal, with its expansions as they are written. */
  readonly text: string;
  /** False when the shell makes something else of it: a variable, a pattern, a home directory, braces. */
  readonly isLiteral: boolean;
}

export interface SimpleCommand {
  /** The `NAME=value` before the program. */
  readonly assignments: Readonly<Record<string, string>>;
  /** Program and arguments, without redirections; empty where there are assignments alone. */
  readonly words: readonly ShellWord[];
  /** What stands behind it: null at the end of the text. */
  readonly operator: Operator | null;
  /** Where it stands in the text: from its first character to behind its last, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

export type Operator = '&&' | '||' | ';' | '|' | '&';

export type ShellLine =
  | { readonly kind: 'commands'; readonly commands: readonly SimpleCommand[] }
  /** Something that this reading does not understand: nothing may be concluded from the text. */
  | { readonly kind: 'unknown'; readonly reason: string };

const OPERATORS: readonly Operator[] = ['&&', '||', ';', '|', '&'];
/** Words that open something compound, where a program would stand. */
const RESERVED = new Set(
  '! { } [[ ]] if then elif else fi for in while until do done case esac select function coproc'.split(' '),
);
const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)=/;
/** A parameter: `$name`, `$1`, `$?`, or in braces without anything nested. */
const PARAMETER = /^\$(?:[A-Za-z_]\w*|[0-9@*#?$!-]|\{[^{}`$'"\\\n]*\})/;

/** Longer texts are programs of their own, in UTF-16 units. */
const MAX_LENGTH = 10_000;

/** Thrown inside this file alone, and turned into `unknown`. */
class Unreadable extends Error {}

/**
 * Reads what a POSIX shell would run.
 *
 * @returns every simple command in order, or `unknown` for substitutions, here-documents, subshells, functions, loops,
 *   comments, and whatever bash and a plain shell read differently
 */
export function readShellLine(text: string): ShellLine {
  if (text.length > MAX_LENGTH) return { kind: 'unknown', reason: 'it is too long' };
  try {
    return { kind: 'commands', commands: new Reading(text).commands() };
  } catch (error) {
    if (error instanceof Unreadable) return { kind: 'unknown', reason: error.message };
    throw error;
  }
}

/** The position in a text that is read from left to right. */
class Reading {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  commands(): SimpleCommand[] {
    const commands: SimpleCommand[] = [];
    for (;;) {
      this.#skipSpace();
      if (this.#at >= this.#text.length) break;
      commands.push(this.#command());
    }
    const last = commands.at(-1);
    if (last === undefined) throw new Unreadable('there is no command');
    if (last.operator !== null && last.operator !== ';' && last.operator !== '&')
      throw new Unreadable(`nothing follows ${last.operator}`);
    return commands;
  }

  #command(): SimpleCommand {
    const start = this.#at;
    let end = start;
    const assignments: Record<string, string> = {};
    const words: ShellWord[] = [];
    let isRedirected = false;
    for (;;) {
      this.#skipBlanks();
      const operator = this.#operator();
      if (operator !== undefined) {
        if (end === start && !isRedirected)
          throw new Unreadable(`nothing stands before ${operator ?? 'the end'}`);
        return { assignments, words, operator, start, end };
      }
      if (this.#redirection()) isRedirected = true;
      else this.#take(assignments, words);
      end = this.#at;
    }
  }

  #take(assignments: Record<string, string>, words: ShellWord[]): void {
    const raw = this.#text.slice(this.#at);
    const word = this.#word();
    const name = words.length === 0 ? ASSIGNMENT.exec(raw)?.[1] : undefined;
    if (name !== undefined) {
      assignments[name] = word.text.slice(name.length + 1);
      return;
    }
    if (words.length === 0 && (!word.isLiteral || RESERVED.has(word.text)))
      throw new Unreadable(`the program is ${word.text}`);
    words.push(word);
  }

  /** @returns null at the end of the text, undefined where none stands. */
  #operator(): Operator | null | undefined {
    if (this.#at >= this.#text.length) return null;
    const rest = this.#text.slice(this.#at, this.#at + 2);
    if (rest[0] === '\n') {
      this.#at += 1;
      return ';';
    }
    // A plain shell reads `&>` as `&` and `>`, bash as one redirection.
    if (rest === '&>' || rest === '|&' || rest === ';;') throw new Unreadable(`shells differ about ${rest}`);
    const operator = OPERATORS.find((each) => rest.startsWith(each));
    if (operator !== undefined) this.#at += operator.length;
    return operator;
  }

  /** Steps over a redirection and its target. */
  #redirection(): boolean {
    const found = /^(\d*)(>>|>\||>&|<&|<>|<<|>|<)/.exec(this.#text.slice(this.#at));
    if (found === null) return false;
    if (found[2] === '<<') throw new Unreadable('there is a here-document');
    this.#at += found[0].length;
    this.#skipBlanks();
    if (this.#word().text === '') throw new Unreadable('a redirection leads nowhere');
    return true;
  }

  #word(): ShellWord {
    const start = this.#at;
    let text = '';
    let isLiteral = true;
    let unquoted = '';
    for (;;) {
      const char = this.#text[this.#at] ?? '';
      if (char === '' || ' \t\n;|&<>'.includes(char)) break;
      if (char === "'") text += this.#singleQuoted();
      else if (char === '"') {
        const quoted = this.#doubleQuoted();
        text += quoted.text;
        isLiteral &&= quoted.isLiteral;
      } else if (char === '\\') text += this.#escaped();
      else if (char === '$') {
        text += this.#parameter();
        isLiteral = false;
      } else {
        if ('`()'.includes(char)) throw new Unreadable(`there is a ${char}`);
        if (char === '#' && this.#at === start) throw new Unreadable('there is a comment');
        text += char;
        unquoted += char;
        this.#at += 1;
      }
    }
    return { text, isLiteral: isLiteral && !isPattern(unquoted) };
  }

  #singleQuoted(): string {
    const end = this.#text.indexOf("'", this.#at + 1);
    if (end < 0) throw new Unreadable('a quote has no end');
    const quoted = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return quoted;
  }

  #doubleQuoted(): ShellWord {
    let text = '';
    let isLiteral = true;
    this.#at += 1;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new Unreadable('a quote has no end');
      if (char === '"') break;
      if (char === '`') throw new Unreadable('there is a `');
      if (char === '$' && /^\$[A-Za-z0-9_{(@*#?$!-]/.test(this.#text.slice(this.#at, this.#at + 2))) {
        text += this.#parameter();
        isLiteral = false;
      } else if (char === '\\' && /["\\$`\n]/.test(this.#text[this.#at + 1] ?? '')) text += this.#escaped();
      else {
        text += char;
        this.#at += 1;
      }
    }
    this.#at += 1;
    return { text, isLiteral };
  }

  #escaped(): string {
    const char = this.#text[this.#at + 1];
    if (char === undefined) throw new Unreadable('it ends with a backslash');
    this.#at += 2;
    return char === '\n' ? '' : char;
  }

  #parameter(): string {
    const found = PARAMETER.exec(this.#text.slice(this.#at))?.[0];
    if (found === undefined) throw new Unreadable('there is a substitution');
    this.#at += found.length;
    return found;
  }

  #skipBlanks(): void {
    while (/^(?:[ \t]|\\\n)/.test(this.#text.slice(this.#at, this.#at + 2))) {
      this.#at += this.#text[this.#at] === '\\' ? 2 : 1;
    }
  }

  #skipSpace(): void {
    this.#skipBlanks();
    while (this.#text[this.#at] === '\n') {
      this.#at += 1;
      this.#skipBlanks();
    }
  }
}

/** Whether the shell looks for files, a home directory or alternatives in what stands unquoted in a word. */
function isPattern(unquoted: string): boolean {
  if (/[*?[]|^~/.test(unquoted)) return true;
  const open = unquoted.indexOf('{');
  return open >= 0 && /,|\.\./.test(unquoted.slice(open + 1, Math.max(open, unquoted.lastIndexOf('}'))));
}
