// Owns the reading of a program's own options, up to the first word that is none of them.

import type { Word } from './word.ts';

/** Which options a program has in front of its arguments; each by all its spellings. */
export interface OptionNames {
  /** Those that take the next word. */
  readonly values?: readonly string[];
  readonly flags?: readonly string[];
}

/** The names in a text of one or more lines, which is easier to read than a column of them. */
export function list(names: string): readonly string[] {
  return names.trim().split(/\s+/);
}

export interface Options {
  /** What the options say, by their spelling; a flag says the empty text. */
  readonly said: ReadonlyMap<string, readonly string[]>;
  /** The index of the first word that is no option. */
  readonly next: number;
}

/**
 * Reads options from `from` on.
 *
 * @returns null for an option that is not known: it may take the next word or not
 */
export function readOptions(words: readonly Word[], from: number, names: OptionNames): Options | null {
  const said = new Map<string, string[]>();
  const say = (name: string, value: string): void => {
    said.set(name, [...(said.get(name) ?? []), value]);
  };
  let at = from;
  for (; at < words.length; at++) {
    const text = words[at]?.text ?? '';
    if (!text.startsWith('-') || text === '--' || text === '-') break;
    const equals = text.indexOf('=');
    if (text.startsWith('--') && equals > 0) {
      say(text.slice(0, equals), text.slice(equals + 1));
    } else if (names.values?.includes(text) === true) {
      const value = words[at + 1];
      if (value === undefined) return null;
      say(text, value.text);
      at += 1;
    } else if (names.flags?.includes(text) === true) {
      say(text, '');
    } else {
      return null;
    }
  }
  return { said, next: at };
}

/** Every value of an option, whichever of its spellings was used. */
export function valuesOf({ said }: Pick<Options, 'said'>, spellings: readonly string[]): string[] {
  return spellings.flatMap((spelling) => said.get(spelling) ?? []);
}

export function isSaid({ said }: Pick<Options, 'said'>, spellings: readonly string[]): boolean {
  return spellings.some((spelling) => said.has(spelling));
}
