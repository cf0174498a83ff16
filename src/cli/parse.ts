// Owns the parsing of a command's arguments by its own data.

import { parseArgs } from 'node:util';
import { type Command, type Invocation, type OptionSpec, parseInteger, UsageError } from './command.ts';

/** What every command takes. */
export const COMMON_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  json: { kind: 'flag', description: 'Print one JSON document' },
  help: { kind: 'flag', short: 'h', description: 'Show this help' },
};

/** An option that the command does not have; `candidates` are those it has. */
export class UnknownOption extends UsageError {
  readonly option: string;
  readonly candidates: readonly string[];

  constructor(option: string, candidates: readonly string[]) {
    super(`there is no option ${option}`);
    this.option = option;
    this.candidates = candidates;
  }
}

/**
 * Parses the arguments that follow a command's name.
 *
 * @throws UsageError for anything that the command does not take
 */
export function parseInvocation(
  command: Command,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Invocation {
  const specs: Record<string, OptionSpec> = { ...command.options, ...COMMON_OPTIONS };
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = {};
  for (const [name, { kind, short }] of Object.entries(specs)) {
    options[name] = {
      type: kind === 'flag' ? 'boolean' : 'string',
      ...(short === undefined ? {} : { short }),
    };
  }
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const values = new Map<string, string | true>();
  const words: string[] = [];
  let rest: readonly string[] = [];
  for (const token of tokens) {
    if (token.kind === 'option-terminator') {
      if (command.takesCommandLine !== true) continue;
      rest = args.slice(token.index + 1);
      break;
    }
    if (token.kind === 'positional') {
      if (command.takesCommandLine === true) {
        rest = args.slice(token.index);
        break;
      }
      words.push(token.value);
      continue;
    }
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
    if (spec === undefined) throw new UnknownOption(token.rawName, namesOf(specs));
    if (values.has(token.name) && spec.kind === 'value')
      throw new UsageError(`${token.rawName} is given more than once`);
    values.set(token.name, checkedValue(spec, token.rawName, token.value, token.inlineValue === true));
  }
  if (values.get('help') === undefined) checkWords(command, words);
  return {
    words,
    rest,
    isJson: values.has('json'),
    env,
    has: (flag) => values.has(flag),
    text: (option) => textOf(values.get(option)),
    integer: (option, least, most) => {
      const text = textOf(values.get(option));
      return text === null ? null : parseInteger(text, `--${option}`, least, most);
    },
  };
}

function textOf(value: string | true | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function checkedValue(
  spec: OptionSpec,
  name: string,
  value: string | undefined,
  isInline: boolean,
): string | true {
  if (spec.kind === 'flag') {
    if (value !== undefined) throw new UsageError(`${name} takes no value`);
    return true;
  }
  // `-p --json` is a forgotten value; a value that does begin with a dash can be written as `--name=-x`.
  if (value === undefined || (!isInline && /^-./.test(value)))
    throw new UsageError(`${name} wants a value: ${name} ${spec.value ?? 'VALUE'}`);
  if (value === '') throw new UsageError(`${name} wants a value, and got an empty one`);
  return value;
}

function namesOf(specs: Readonly<Record<string, OptionSpec>>): string[] {
  return Object.keys(specs).map((name) => `--${name}`);
}

function checkWords(command: Command, words: readonly string[]): void {
  if (command.takesCommandLine === true || command.subcommands !== undefined) return;
  const specs = command.arguments ?? [];
  const missing = specs.find(({ isOptional }, index) => isOptional !== true && words[index] === undefined);
  if (missing !== undefined) throw new UsageError(`${missing.name} is missing: ${missing.description}`);
  const isMany = specs.some((spec) => spec.isMany === true);
  const surplus = words[specs.length];
  if (!isMany && surplus !== undefined) throw new UsageError(`there is a word too many: ${surplus}`);
}
