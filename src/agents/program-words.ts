// Owns the words of a program as texts, with the values that the line gives to them, behind whatever starts it.

import { peel } from '../tools/peel.ts';
import type { Situation } from '../tools/situation.ts';
import { programName } from '../tools/word.ts';
import type { CommandWord } from './command-line.ts';
import { type Scope, textsOf } from './scope.ts';

export type Program =
  /** The words of the program, from its name on; each belongs to the line. */
  | { readonly kind: 'words'; readonly name: string; readonly args: readonly CommandWord[] }
  /** A shell is given this text. */
  | { readonly kind: 'text'; readonly text: string };

/** Launchers in launchers are peeled so often. */
const MAX_LAYERS = 8;

/** What a command runs in the end, through `sudo`, `timeout`, `npx`, `bash -c` and the like; null: nobody can say. */
export function programOf(words: readonly CommandWord[], scope: Scope): Program | null {
  const [first] = words;
  if (first === undefined || first.value === null || scope.functions.has(first.value)) return null;
  let situation: Situation = {
    words: words.map((word, at) => {
      const [text, ...more] = textsOf(word, scope) ?? [];
      const isLiteral = text !== undefined && more.length === 0;
      return { text: isLiteral ? text : word.text, at, isLiteral };
    }),
    directory: scope.directory ?? '/',
    assigned: {},
    isCutOff: false,
    separators: null,
    script: null,
  };
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    const peeled = peel(situation);
    if (peeled === null) break;
    if (peeled.kind === 'text') return { kind: 'text', text: peeled.text };
    situation = peeled.situation;
  }
  const [program, ...rest] = situation.words;
  if (program?.isLiteral !== true) return null;
  const args = rest.flatMap(({ at }) => (at === null ? [] : (words[at] ?? [])));
  return { kind: 'words', name: programName(program.text), args };
}
