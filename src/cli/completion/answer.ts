// Owns the answer to a shell that completes a line: `styxy --complete`, what its script calls at each key.

import type { Command } from '../command.ts';
import { print } from '../write.ts';
import { valuesOf } from './values.ts';
import { type Candidate, wantedAt } from './wanted.ts';

/**
 * Prints the candidates for the last word: a value, a tab and a description in each line. A first line with a colon in front tells
 * the shell to offer its own: `:files`, `:directories` or `:programs`.
 *
 * @param words what follows the program's name, up to the cursor
 * @returns 0, whatever happens
 */
export async function answerCompletion(
  commands: readonly Command[],
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const typed = words.at(-1) ?? '';
  const { candidates, kind, prefix } = wantedAt(commands, words);
  const looked = kind === null ? [] : await valuesOf(kind, env);
  const all = [...candidates, ...looked].map(({ value, description }) => ({
    value: `${prefix}${value}`,
    description,
  }));
  if (kind === 'files' || kind === 'programs') print(`:${kind}`);
  if (kind === 'projects') print(':directories');
  for (const { value, description } of all)
    if (value.startsWith(typed) && isPlain(value)) print(`${value}\t${oneLine(description)}`);
  return 0;
}

/** What has a line end in it, or moves the cursor, would be read as something else. */
function isPlain(value: Candidate['value']): boolean {
  return !/[\u0000-\u001f\u007f-\u009f]/.test(value);
}

function oneLine(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}
