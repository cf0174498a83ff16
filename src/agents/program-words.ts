// Owns the question what a command runs in the end, behind whatever starts it: a program with its words, or shell texts.

import { readCall } from '../tools/package-manager.ts';
import { type Called, resolveCall } from '../tools/package-script.ts';
import { type Peeled, peel } from '../tools/peel.ts';
import type { ProjectReader, Situation } from '../tools/situation.ts';
import { programName, type Word } from '../tools/word.ts';
import type { CommandWord } from './command-line.ts';
import { firstScope, type Scope } from './scope.ts';
import { argumentsIn, shellTextOf } from './shell-text.ts';
import { textsOf } from './word-values.ts';

export type Program =
  /** The words of the program, from its name on; each belongs to the line. */
  | { readonly kind: 'words'; readonly name: string; readonly args: readonly CommandWord[] }
  /** Shells are given these texts, one after the other. */
  | { readonly kind: 'texts'; readonly texts: readonly ShellText[] };

/** A text that a shell runs, and what that shell knows before. */
export interface ShellText {
  readonly text: string;
  readonly scope: Scope;
}

/** Launchers in launchers are peeled so often. */
const MAX_LAYERS = 8;

/**
 * What a command runs in the end, through `sudo`, `timeout`, `npx`, `bash -c`, package scripts and the like.
 *
 * @param reader for package scripts; null: they are not looked up
 * @returns null where nobody can say
 */
export function programOf(
  words: readonly CommandWord[],
  scope: Scope,
  reader: ProjectReader | null,
): Program | null {
  const [first] = words;
  if (first === undefined || first.value === null || scope.functions.has(first.value)) return null;
  let situation: Situation = {
    words: words.map((word, at) => asWord(word, at, scope)),
    directory: scope.directory ?? '/',
    assigned: {},
    isCutOff: false,
    separators: null,
    script: null,
  };
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    const next = peel(situation) ?? called(situation, scope, reader);
    if (next === null) break;
    if (next.kind === 'nothing') return null;
    if (next.kind === 'text') {
      const isScript = next.situation.script !== null && next.situation.script !== situation.script;
      const texts = isScript
        ? scriptTexts(next, scope, reader)
        : givenText(next, situation.words, words, scope);
      return { kind: 'texts', texts };
    }
    situation = next.situation;
  }
  const [program, ...rest] = situation.words;
  if (program?.isLiteral !== true) return null;
  const args = rest.flatMap(({ at }) => (at === null ? [] : (words[at] ?? [])));
  return { kind: 'words', name: programName(program.text), args };
}

/** A word of which the one text is known counts as a literal one. */
function asWord(word: CommandWord, at: number, scope: Scope): Word {
  const [text, ...more] = textsOf(word, scope) ?? [];
  const isLiteral = text !== undefined && more.length === 0;
  return { text: isLiteral ? text : word.text, at, isLiteral };
}

function called(situation: Situation, { directory }: Scope, reader: ProjectReader | null): Called | null {
  if (reader === null || directory === null) return null;
  const call = readCall(situation.words);
  return call === null || call === 'several' ? null : resolveCall(call, situation, reader);
}

/** `bash -c '…'`: the text, and behind it what the shell calls `$0`, `$1` and so on. */
function givenText(
  { text }: Extract<Peeled, { readonly kind: 'text' }>,
  shell: readonly Word[],
  words: readonly CommandWord[],
  scope: Scope,
): ShellText[] {
  const index = shell.findIndex((each) => each.text === text);
  const wordAt = (at: number | null | undefined): CommandWord | undefined =>
    at === null || at === undefined ? undefined : words[at];
  const word = wordAt(shell[index]?.at);
  if (word === undefined) return [{ text, scope: firstScope(scope) }];
  const given = shellTextOf(word, scope);
  if (given === null) return [];
  const behind = shell.slice(index + 1).flatMap(({ at }) => wordAt(at) ?? []);
  const inner = given.isExpanded ? scope : firstScope(scope);
  return [{ text: given.text, scope: argumentsIn(inner, behind, 0, scope) }];
}

type CalledText = Extract<Called, { readonly kind: 'text' }>;

/** A script, with those that npm and the others run before and behind it. */
function scriptTexts(
  { text, situation }: CalledText,
  outer: Scope,
  reader: ProjectReader | null,
): ShellText[] {
  const { script, directory, words } = situation;
  const scope = firstScope({ ...outer, directory });
  const beside = (name: string): ShellText[] => {
    if (reader === null) return [];
    const call = readCall(['npm', 'run', name].map((each) => ({ text: each, at: null, isLiteral: true })));
    const found = call === null || call === 'several' ? null : resolveCall(call, situation, reader);
    return found?.kind === 'text' ? [{ text: found.text, scope }] : [];
  };
  const passed = words.every(({ isLiteral }) => isLiteral)
    ? words.map((word) => ` '${word.text.replaceAll("'", "'\\''")}'`).join('')
    : '';
  return [...beside(`pre${script}`), { text: text + passed, scope }, ...beside(`post${script}`)];
}
