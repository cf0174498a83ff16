// Owns how a tool that was found is told its port: by variables, by words at the end, or in a slot that is there.

import { argumentsOf, type Recognised } from './recognition.ts';
import { refersTo, type Situation } from './situation.ts';
import type { Told, Tool } from './tool.ts';
import type { Word } from './word.ts';

/** A place in a word of the user's command that holds a port's digits. */
export interface Slot {
  /** The index of the word. */
  readonly at: number;
  readonly start: number;
  readonly end: number;
}

export interface Telling {
  /** Words for the end of the user's command, with `{port}` in them. */
  readonly added: readonly string[];
  readonly slots: readonly Slot[];
  /** Variables with `{port}` in their values. */
  readonly variables: Readonly<Record<string, string>>;
  /** The port that the command itself names, and that nothing can change. */
  readonly fixedPort: number | null;
  /** The port that the user's own words name, in a slot. */
  readonly wishedPort: number | null;
  readonly advice: string | null;
}

/** A place where the command names its port. */
interface Named {
  readonly word: Word;
  readonly start: number;
  readonly end: number;
  /** Null where it is no number, such as a variable. */
  readonly port: number | null;
}

const SHAPES: Readonly<Record<NonNullable<Told['shape']>, RegExp>> = {
  number: /^(\d{1,5})$/d,
  address: /^(?:.*:)?(\d{1,5})\/?$/d,
  published: /^(?:[^:/]+:)?(\d{1,5}):\d+(?:\/tcp)?$/d,
};

const NOTHING: Telling = {
  added: [],
  slots: [],
  variables: {},
  fixedPort: null,
  wishedPort: null,
  advice: null,
};

/** What to say of a tool that puts itself into the background; null where it stays. */
export function detachAdvice({ entry: tool, from }: Recognised<Tool>, { words }: Situation): string | null {
  const own = ownWords(tool, words, from);
  const at = own.findIndex(({ text }, index) => index >= from && tool.detaches?.includes(text) === true);
  const option = own[at]?.text;
  if (option === undefined || own[at + 1]?.text === 'no') return null;
  return `With ${option}, ${tool.name} goes to the background, where nothing ends it with this run: leave it out.`;
}

/** How the tool of a situation is told its port. */
export function tellPort({ entry: tool, from }: Recognised<Tool>, situation: Situation): Telling {
  const { told } = tool;
  const telling = { ...NOTHING, variables: told.variables ?? {} };
  const named = findNamed(tool, situation.words, from);
  if (named.length > 0) return tellNamed(telling, named, tool, situation, from);
  const beaten = Object.keys(telling.variables).find((name) => situation.assigned[name] !== undefined);
  const canInherit = told.variables !== undefined && beaten === undefined && !situation.isCutOff;
  if (canInherit && told.prefersWords !== true) return telling;
  const added = wordsFor(told, situation, from);
  if (added !== null) return { ...telling, added };
  if (beaten !== undefined) {
    const fixedPort = portOf(situation.assigned[beaten] ?? '');
    return {
      ...telling,
      fixedPort,
      advice: beatenAdvice(`${beaten}=${situation.assigned[beaten]}`, situation),
    };
  }
  return canInherit ? telling : { ...telling, advice: cannotBeTold(tool, situation) };
}

function tellNamed(
  telling: Telling,
  named: readonly Named[],
  tool: Tool,
  situation: Situation,
  from: number,
): Telling {
  const last = named.at(-1);
  const isOurs = situation.assigned.PORT === undefined;
  if (last === undefined || (isOurs && named.some(({ word }) => refersTo(word.text, 'PORT')))) return telling;
  const { isLastWinning = false } = tool.told;
  if (named.length > 1 && !isLastWinning)
    return {
      ...telling,
      advice: `${tool.name} is told more than one port; write {port} where its own belongs.`,
    };
  if (last.word.at !== null && last.port !== null) {
    const slots = named.flatMap(({ word, start, end, port }) =>
      word.at === null || port === null ? [] : [{ at: word.at, start, end }],
    );
    return { ...telling, slots, added: extraFor(tool.told, situation, from), wishedPort: last.port };
  }
  const added = isLastWinning ? wordsFor(tool.told, situation, from) : null;
  if (added !== null) return { ...telling, added };
  return { ...telling, fixedPort: last.port, advice: beatenAdvice(last.word.text, situation) };
}

/** Every place where the arguments name a port, in their order. */
function findNamed(tool: Tool, words: readonly Word[], from: number): Named[] {
  const { options = [], isArgument = false, shape = 'number' } = tool.told;
  const pattern = SHAPES[shape];
  const own = ownWords(tool, words, from);
  const found: Named[] = [];
  if (isArgument) {
    for (const at of argumentsOf(own, from, tool.valueOptions)) {
      const word = own[at];
      const named = word === undefined ? null : namedIn(word, 0, pattern);
      if (named !== null && (named.port !== null || refersTo(named.word.text, 'PORT'))) found.push(named);
    }
  }
  for (let at = from; at < own.length; at++) {
    const word = own[at];
    if (word === undefined) break;
    const option = options.find((each) => isOption(word.text, each));
    if (option === undefined) {
      if (tool.valueOptions?.includes(word.text) === true) at += 1;
      continue;
    }
    const isAlone = word.text === option;
    const value = isAlone ? own[at + 1] : word;
    if (isAlone) at += 1;
    if (value === undefined) continue;
    const start = isAlone ? 0 : option.length + (word.text[option.length] === '=' ? 1 : 0);
    found.push(namedIn(value, start, pattern));
  }
  return found;
}

/** `--port`, `--port=3000`, `-p`, `-p3000`, `-p=3000`. */
function isOption(text: string, option: string): boolean {
  if (text === option || text.startsWith(`${option}=`)) return true;
  return /^-[A-Za-z]$/.test(option) && text.startsWith(option) && /[\d:$]/.test(text.slice(2));
}

function namedIn(word: Word, start: number, pattern: RegExp): Named {
  const match = pattern.exec(word.text.slice(start));
  const [from, to] = match?.indices?.[1] ?? [0, 0];
  return { word, start: start + from, end: start + to, port: match === null ? null : Number(match[1]) };
}

/** The words that are the tool's: up to `--`, and up to its first argument where the rest is another's. */
function ownWords(tool: Tool, words: readonly Word[], from: number): readonly Word[] {
  const dashes = words.findIndex(({ text }, at) => at >= from && text === '--');
  const [first] = tool.optionsComeFirst === true ? argumentsOf(words, from, tool.valueOptions) : [];
  return words.slice(0, Math.min(first ?? words.length, dashes < 0 ? words.length : dashes));
}

/** The words that tell it, or null where none reach it. */
function wordsFor(told: Told, situation: Situation, from: number): readonly string[] | null {
  if (told.add === undefined || !canReach(situation, from)) return null;
  return [...(situation.separators ?? []), ...told.add, ...missingExtra(told, situation, from)];
}

function extraFor(told: Told, situation: Situation, from: number): readonly string[] {
  const extra = canReach(situation, from) ? missingExtra(told, situation, from) : [];
  return extra.length === 0 ? [] : [...(situation.separators ?? []), ...extra];
}

function missingExtra({ extra = [] }: Told, { words }: Situation, from: number): readonly string[] {
  const given = words.slice(from).map(({ text }) => text.replace(/=.*/s, ''));
  return extra.filter((option) => !given.includes(option));
}

/** Behind `--` an option is none any more. */
function canReach({ separators, words }: Situation, from: number): boolean {
  return separators !== null && !words.slice(from).some(({ text }) => text === '--');
}

function portOf(text: string): number | null {
  const port = /(?:^|:)(\d{1,5})$/.exec(text)?.[1];
  return port === undefined ? null : Number(port);
}

function cannotBeTold(tool: Tool, { script }: Situation): string {
  const { add = [], extra = [], advice } = tool.told;
  if (advice !== undefined || add.length === 0)
    return advice ?? `${tool.name} cannot be told its port from here; write {port} where it belongs.`;
  const written = [...add, ...extra].join(' ');
  if (script === null)
    return `${tool.name} does not listen to PORT, and no words can be added for it here: write \`${written}\` behind it.`;
  return `${tool.name} does not listen to PORT, and what is added to the script "${script}" does not reach it: write \`${written.replaceAll('{port}', '$PORT')}\` behind it in the script.`;
}

function beatenAdvice(what: string, { script }: Situation): string {
  const where = script === null ? 'the command' : `the script "${script}"`;
  return `\`${what}\` in ${where} decides about the port, whatever Styxy says: leave it out, or write $PORT for its number.`;
}
