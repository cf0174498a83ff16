// Owns the texts that a line gives to other shells: by `-c`, by `eval`, by a pipe.

import type { CommandWord } from './command-line.ts';
import { type Scope, type Source, UNKNOWN, withVariable } from './scope.ts';
import { textsOf, variableOf, variableOfAll } from './word-values.ts';

/** A word as the text of another shell. */
export interface GivenText {
  readonly text: string;
  /** This shell puts in what it knows, before the other one reads it. */
  readonly isExpanded: boolean;
}

/** So many arguments of a shell or a function are told apart. */
const MAX_ARGUMENTS = 9;

/**
 * What a word says to another shell. Where this one puts something into it, it stays as it is written: what is put in is read
 * as if the other shell found it out, which comes to the same for names and numbers.
 *
 * @returns null where nobody can say
 */
export function shellTextOf(word: CommandWord, scope: Scope): GivenText | null {
  const [text, ...more] = textsOf(word, scope) ?? [];
  if (text !== undefined && more.length === 0) return { text, isExpanded: false };
  const quoted = /^"((?:[^"\\]|\\[\s\S])*)"$/.exec(word.text)?.[1];
  if (quoted !== undefined)
    return { text: quoted.replaceAll(/\\([$"`\\])/g, '$1').replaceAll('\\\n', ''), isExpanded: true };
  return /["'\\]/.test(word.text) ? null : { text: word.text, isExpanded: true };
}

/** What `eval` runs: its words with spaces between. */
export function joinedText(words: readonly CommandWord[], scope: Scope): GivenText | null {
  const texts = words.map((word) => shellTextOf(word, scope));
  const known = texts.filter((each) => each !== null);
  if (known.length < texts.length || known.length === 0) return null;
  return {
    text: known.map(({ text }) => text).join(' '),
    isExpanded: known.some(({ isExpanded }) => isExpanded),
  };
}

/** The text that a shell reads from its input: what `echo` prints, a here-document. */
export function textIn({ stages, scope }: Source): GivenText | null {
  const [only, ...more] = stages;
  if (only?.kind !== 'simple' || more.length > 0) return null;
  const [program, ...args] = only.words;
  if (program?.value === 'cat' && args.length === 0) {
    const document = only.redirections.find(({ operator }) => operator.startsWith('<<'))?.target;
    return document === undefined || document === null ? null : shellTextOf(document, scope);
  }
  const plain = args.filter(({ value }) => value === null || !/^-[neE]+$/.test(value));
  return program?.value === 'echo' ? joinedText(plain, scope) : null;
}

/**
 * Puts arguments in as `$1` and so on, and all of them as `$@`.
 *
 * @param first the number of the first: a shell's is 0, a function's 1
 * @param outer what the words mean
 */
export function argumentsIn(scope: Scope, words: readonly CommandWord[], first: 0 | 1, outer: Scope): Scope {
  const all = variableOfAll(words.slice(1 - first), outer);
  const named = ['@', '*'].reduce((at, name) => withVariable(at, name, all), scope);
  return Array.from({ length: MAX_ARGUMENTS + 1 - first }, (_, at) => words[at]).reduce(
    (at, word, index) =>
      withVariable(at, String(index + first), word === undefined ? UNKNOWN : variableOf(word, outer)),
    named,
  );
}
