// Owns the question what can stand where the cursor is: read from the commands' own data. Pure.

import type { ArgumentSpec, Command, OptionSpec } from '../command.ts';
import { COMMON_OPTIONS } from '../parse.ts';

/** Values that only the machine knows, or the shell. */
export type ValueKind =
  | 'types'
  | 'leases'
  | 'ports'
  | 'names'
  | 'names-and-ports'
  | 'services'
  | 'instances'
  | 'projects'
  | 'codes'
  | 'events'
  | 'templates'
  | 'shells'
  | 'agents'
  | 'files'
  | 'programs';

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

export interface Wanted {
  /** What is known from the commands alone. */
  readonly candidates: readonly Candidate[];
  /** What is to be looked up besides; null where nothing is. */
  readonly kind: ValueKind | null;
  /** What stands before the value in the same word, as in `--service=`. */
  readonly prefix: string;
}

/** By what stands for a value in the help; a placeholder that is not here has values that nobody can know. */
const KINDS: Readonly<Record<string, ValueKind>> = {
  TYPE: 'types',
  LOCK_ID: 'leases',
  PORT: 'ports',
  NAME: 'names',
  'NAME|PORT': 'names-and-ports',
  SERVICE: 'services',
  ID: 'instances',
  DIR: 'projects',
  CODE: 'codes',
  EVENT: 'events',
  SHELL: 'shells',
  AGENT: 'agents',
  FILE: 'files',
};

/** By the option, where its placeholder says less. */
const KINDS_OF_OPTIONS: Readonly<Record<string, ValueKind>> = {
  lock: 'leases',
  port: 'ports',
  template: 'templates',
};

const NOTHING: Wanted = { candidates: [], kind: null, prefix: '' };

/**
 * What can stand in place of the last word.
 *
 * @param words what follows the program's name, up to the cursor; the last one is what was typed of the word, perhaps nothing
 */
export function wantedAt(commands: readonly Command[], words: readonly string[]): Wanted {
  const typed = words.at(-1) ?? '';
  let command: Command | null = null;
  let below = commands;
  let positionals = 0;
  let awaiting: string | null = null;
  for (const word of words.slice(0, -1)) {
    if (awaiting !== null) {
      awaiting = null;
      continue;
    }
    if (word === '--') {
      if (command?.takesCommandLine === true) return { ...NOTHING, kind: 'programs' };
      continue;
    }
    if (word.startsWith('-') && word !== '-') {
      awaiting = valueAwaitedBy(command, word);
      continue;
    }
    const next = below.find(({ name, aliases }) => name === word || aliases?.includes(word) === true);
    if (next !== undefined && positionals === 0) {
      command = next;
      below = next.subcommands ?? [];
    } else if (command?.takesCommandLine === true) return { ...NOTHING, kind: 'programs' };
    else positionals += 1;
  }
  if (awaiting !== null) return ofOption(command, awaiting, '');
  const [, name, inline] = /^--([a-z-]+)=(.*)$/s.exec(typed) ?? [];
  if (name !== undefined && inline !== undefined) return ofOption(command, name, `--${name}=`);
  if (typed.startsWith('-')) return { ...NOTHING, candidates: optionsOf(command) };
  if (below.length > 0 && positionals === 0) return { ...NOTHING, candidates: below.map(ofCommand) };
  if (command?.takesCommandLine === true) return { ...NOTHING, kind: 'programs' };
  const argument = argumentAt(command?.arguments ?? [], positionals);
  return argument === undefined ? NOTHING : { ...NOTHING, kind: valueKindOf('', argument.name) };
}

function ofCommand({ name, summary }: Command): Candidate {
  return { value: name, description: summary };
}

function optionsOf(command: Command | null): readonly Candidate[] {
  return Object.entries({ ...command?.options, ...COMMON_OPTIONS }).map(([name, { description }]) => ({
    value: `--${name}`,
    description,
  }));
}

function ofOption(command: Command | null, name: string, prefix: string): Wanted {
  const spec = command?.options?.[name];
  return { candidates: [], kind: spec === undefined ? null : valueKindOf(name, spec.value ?? ''), prefix };
}

/**
 * Which values there are for an option or an argument.
 *
 * @param option the name of the option; empty for an argument
 * @param placeholder what stands for the value in the help
 * @returns null where nobody can know them
 */
export function valueKindOf(option: string, placeholder: string): ValueKind | null {
  return KINDS_OF_OPTIONS[option] ?? KINDS[placeholder] ?? null;
}

/** The option whose value the next word is; null where the word has its value itself, or takes none. */
function valueAwaitedBy(command: Command | null, word: string): string | null {
  const options = Object.entries<OptionSpec>(command?.options ?? {});
  const isLong = word.startsWith('--');
  if (word.includes('=')) return null;
  // Of several letters, as in `-fq`, the last one may take a value; one before it has taken the rest.
  const found = options.find(([name, { short }]) => (isLong ? `--${name}` === word : short === word.at(-1)));
  return found?.[1].kind === 'value' ? found[0] : null;
}

function argumentAt(specs: readonly ArgumentSpec[], index: number): ArgumentSpec | undefined {
  const last = specs.at(-1);
  return specs[index] ?? (last?.isMany === true ? last : undefined);
}
