// Owns what `xargs` makes of its own words: the command that it runs, with what comes in put into it.

import type { CommandWord } from './command-line.ts';
import { type Scope, type Source, withVariable } from './scope.ts';
import { printedTexts } from './word-values.ts';

/** Options that take the next word. */
const VALUES = '-n -P -L -d -a -s -E --max-args --max-procs --max-lines --delimiter --max-chars'.split(' ');
/** The variable that stands for what comes in. No shell has one of this name. */
const FED = 'xargs_0';

interface Fed {
  readonly words: readonly CommandWord[];
  readonly scope: Scope;
}

/** @returns null where it runs nothing that can be known */
export function fedCommand(args: readonly CommandWord[], input: Source, scope: Scope): Fed | null {
  let at = 0;
  let replaced: string | null = null;
  for (; args[at]?.value?.startsWith('-') === true; at++) {
    const option = args[at]?.value ?? '';
    const [, given] = /^(?:-I|-J|-i|--replace=)(.+)$/s.exec(option) ?? [];
    if (given !== undefined) replaced = given;
    else if (option === '-i' || option === '--replace') replaced = '{}';
    else if (option === '-I' || option === '-J' || VALUES.includes(option)) {
      at += 1;
      if (option === '-I' || option === '-J') replaced = args[at]?.value ?? null;
      // A file says what comes in.
      else if (option === '-a') return null;
    } else if (/^(?:-a|--arg-file)/.test(option)) return null;
  }
  const own = args.slice(at);
  const [first] = own;
  if (first === undefined) return null;
  const texts = printedTexts(input, 0);
  return {
    words: replaced === null ? [...own, fedWord(`\${${FED}}`)] : own.map((word) => withFed(word, replaced)),
    scope: withVariable(scope, FED, { texts, sources: [input], written: '' }),
  };
}

function fedWord(text: string): CommandWord {
  const isWholeWord = text === `\${${FED}}`;
  const variable = { kind: 'variable', name: FED, isPlain: true, isItsValue: true, isWholeWord } as const;
  return { text, value: null, start: 0, end: 0, expansions: [variable] };
}

/** Of a word that a shell would change nothing of, what is replaced in it. */
function withFed(word: CommandWord, replaced: string | null): CommandWord {
  if (replaced === null || replaced === '' || word.value?.includes(replaced) !== true) return word;
  if (word.value === replaced) return fedWord(`\${${FED}}`);
  const escaped = word.value.replaceAll(/[\\"$`]/g, '\\$&');
  return fedWord(`"${escaped.replaceAll(replaced, `\${${FED}}`)}"`);
}
