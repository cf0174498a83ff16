// Owns what a command is: data that help, parsing and the reference are made from, plus one `run`.

export interface OptionSpec {
  /** `flag` takes no value. */
  readonly kind: 'flag' | 'value';
  /** One letter. */
  readonly short?: string;
  /** What stands for the value in the help, such as `PORT`. */
  readonly value?: string;
  readonly description: string;
}

export interface ArgumentSpec {
  /** In capitals, as the usage line shows it. */
  readonly name: string;
  readonly description: string;
  readonly isOptional?: boolean;
  /** Takes all the words that are left. */
  readonly isMany?: boolean;
}

export interface Example {
  readonly line: string;
  readonly description: string;
}

export interface Command {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** One sentence without a full stop. */
  readonly summary: string;
  /** More for the help and the reference, in paragraphs. */
  readonly details?: readonly string[];
  /** The lines after `styxy`, such as `check PORT [--udp]`. */
  readonly usage: readonly string[];
  readonly arguments?: readonly ArgumentSpec[];
  /** By long name. Every command has `--help` and `--json` besides. */
  readonly options?: Readonly<Record<string, OptionSpec>>;
  readonly examples: readonly Example[];
  /** What the exit statuses mean here, where it differs from the usual. */
  readonly exits?: Readonly<Record<number, string>>;
  readonly subcommands?: readonly Command[];
  /** The subcommand that is meant when none is named. */
  readonly defaultSubcommand?: string;
  /** Whether what follows `--`, or the first word, is another program's command line: it comes as `rest`. */
  readonly takesCommandLine?: boolean;
  /**
   * @returns the exit status
   * @throws StyxyError a refusal or fault, UsageError; both are reported by the caller
   */
  run(invocation: Invocation): Promise<number>;
}

/** One call of a command, parsed. */
export interface Invocation {
  /** The words that are no options. */
  readonly words: readonly string[];
  /** Another program's command line, for commands that take one. */
  readonly rest: readonly string[];
  readonly isJson: boolean;
  readonly env: NodeJS.ProcessEnv;
  has(flag: string): boolean;
  /** The value of an option; null when it was not given. */
  text(option: string): string | null;
  /**
   * The value of an option as an integer; null when it was not given.
   *
   * @throws UsageError when it is none, or out of bounds
   */
  integer(option: string, least: number, most: number): number | null;
}

/** A command line that makes no sense: exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** What to type instead; null when the help of the command says it best. */
  readonly hint: string | null;

  constructor(message: string, hint: string | null = null) {
    super(message);
    this.hint = hint;
  }
}

export const USAGE_STATUS = 2;

/** Reads an integer as people type it: digits alone, so that `0x10`, `1e3` and `3000.0` are no ports. */
export function parseInteger(text: string, what: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d{1,15}$/.test(text) || value < least || value > most) {
    throw new UsageError(`${what} is a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`);
  }
  return value;
}
