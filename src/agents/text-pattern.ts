// Owns the matching of what a command looks for in names and command lines, in time that grows with the text alone.

import { RE2JS } from 're2js';
import type { TextPattern } from './kill-target.ts';

/** Longer expressions are no names of programs, in UTF-16 units. */
const MAX_LENGTH = 500;
/** A command line that is longer is compared as far as this. */
const MAX_TEXT = 8_192;

export type Matcher = (text: string) => boolean;

/** @returns null for an expression that cannot be read: whether it matches is not known then */
export function matcherOf({ kind, text, ignoresCase }: TextPattern): Matcher | null {
  if (text.length > MAX_LENGTH) return null;
  if (kind === 'expression') return expressionMatcher(text, ignoresCase);
  const fold = (each: string): string => (ignoresCase ? each.toLowerCase() : each);
  const wanted = fold(text);
  return kind === 'exact' ? (each) => fold(each) === wanted : (each) => fold(each).includes(wanted);
}

/** The expressions come from outside: JavaScript's own could be made to run for hours. */
function expressionMatcher(text: string, ignoresCase: boolean): Matcher | null {
  try {
    const compiled = RE2JS.compile(text, ignoresCase ? RE2JS.CASE_INSENSITIVE : 0);
    return (each) => compiled.matcher(each.slice(0, MAX_TEXT)).find();
  } catch {
    return null;
  }
}

/** A basic expression, as `grep` without `-E` reads it, written as an extended one. */
export function extendedOf(basic: string): string {
  return basic.replace(/\\([|(){}+?])|\\.|[|(){}+?]/g, (found, special: string | undefined) => {
    if (special !== undefined) return special;
    return found.startsWith('\\') ? found : `\\${found}`;
  });
}
