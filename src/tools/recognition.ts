// Owns the question which tool of the catalogue a command's words start.

import { TOOLS } from './catalogue/all.ts';
import { LEASELESS } from './catalogue/leaseless.ts';
import type { Leaseless, Tool } from './tool.ts';
import { programName, type Word } from './word.ts';

export interface Recognised<T> {
  readonly entry: T;
  /** The index of the first word behind program and subcommands. */
  readonly from: number;
}

/** What projects bring along; any other program right in a project's directory is its own, whatever it is called. */
const BROUGHT_ALONG = ['manage.py', 'artisan', 'mvnw', 'gradlew', 'kc.sh'];

/** Asked for these, a tool answers and ends. */
const ANSWERS = ['--help', '--version'];

/**
 * The tool that these words start.
 *
 * @param readFile gives a file's text, relative to where the command runs; null where there is none
 */
export function recogniseTool(
  words: readonly Word[],
  readFile: (path: string) => string | null,
): Recognised<Tool> | null {
  const found = longest(TOOLS, words);
  return found.find(({ entry, from }) => isServer(entry, words, from, readFile)) ?? null;
}

/** What these words start, where it has no single port of its own. */
export function recogniseLeaseless(words: readonly Word[]): Recognised<Leaseless> | null {
  const found = longest(LEASELESS, words).find(
    ({ entry, from }) =>
      !isExcepted(entry, words, from) && !hasOption(words.slice(from), entry.rejects ?? []),
  );
  return found ?? null;
}

/** The arguments from `from` on that are no options and no options' values, as indices. */
export function argumentsOf(
  words: readonly Word[],
  from: number,
  valueOptions: readonly string[] = [],
): number[] {
  const found: number[] = [];
  for (let at = from; at < words.length; at++) {
    const text = words[at]?.text ?? '';
    if (text === '--') return [...found, ...[...words.keys()].slice(at + 1)];
    if (valueOptions.includes(text)) at += 1;
    else if (!text.startsWith('-')) found.push(at);
  }
  return found;
}

interface Entry {
  readonly commands: readonly string[];
  readonly except?: readonly string[];
  readonly valueOptions?: readonly string[];
}

/** Every entry whose command these words are; those that match more words come first. */
function longest<T extends Entry>(entries: readonly T[], words: readonly Word[]): Recognised<T>[] {
  const program = programName(words[0]?.text ?? '');
  const isOwn = /^\.{1,2}[/\\][^/\\]+$/.test(words[0]?.text ?? '') && !BROUGHT_ALONG.includes(program);
  if (isOwn || hasOption(words, ANSWERS)) return [];
  const found: (Recognised<T> & { readonly length: number })[] = [];
  for (const entry of entries) {
    for (const command of entry.commands) {
      if (command !== program && !command.startsWith(`${program} `)) continue;
      const subcommands = command.split(' ').slice(1);
      const from = behind(words, subcommands, entry.valueOptions);
      if (from !== null) found.push({ entry, from, length: subcommands.length });
    }
  }
  return found.sort((a, b) => b.length - a.length);
}

/** The index behind the subcommands, or null where others stand there. */
function behind(
  words: readonly Word[],
  subcommands: readonly string[],
  valueOptions: readonly string[] | undefined,
): number | null {
  let from = 1;
  for (const subcommand of subcommands) {
    const [at] = argumentsOf(words, from, valueOptions);
    if (at === undefined || words[at]?.text !== subcommand) return null;
    from = at + 1;
  }
  return from;
}

function isServer(
  tool: Tool,
  words: readonly Word[],
  from: number,
  readFile: (path: string) => string | null,
): boolean {
  if (isExcepted(tool, words, from)) return false;
  if (tool.rejects !== undefined) {
    const [at] = argumentsOf(words, from, tool.valueOptions);
    if (hasOption(words.slice(from, at), tool.rejects)) return false;
  }
  if (tool.needs !== undefined && !hasOption(words.slice(from), tool.needs)) return false;
  if (tool.files === undefined && tool.reads === undefined) return true;
  const [at] = argumentsOf(words, from, tool.valueOptions);
  const path = at === undefined ? '' : (words[at]?.text ?? '');
  if (tool.files?.includes(stem(path)) === false) return false;
  return tool.reads === undefined || tool.reads.test(readFile(path) ?? '');
}

/**
 * Whether the first argument makes it something else. A word behind an option may be that option's value or the first
 * argument: such a one counts too, and the search goes on.
 */
function isExcepted({ except = [], valueOptions }: Entry, words: readonly Word[], from: number): boolean {
  for (const at of argumentsOf(words, from, valueOptions)) {
    if (except.includes(words[at]?.text ?? '')) return true;
    if (at === from || words[at - 1]?.text.startsWith('-') !== true) return false;
  }
  return false;
}

function hasOption(words: readonly Word[], options: readonly string[]): boolean {
  const end = words.findIndex(({ text }) => text === '--');
  return words
    .slice(0, end < 0 ? words.length : end)
    .some(({ text }) => options.some((option) => text === option || text.startsWith(`${option}=`)));
}

function stem(path: string): string {
  return (path.split(/[/\\]/).at(-1) ?? '').replace(/\.[cm]?[jt]s$/, '');
}
