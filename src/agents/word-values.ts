// Owns what a word may come to: the texts that a program may get for it, and the commands whose output it is.

import type { CommandList, CommandWord, Expansion, SimpleCommand, Stage } from './command-line.ts';
import { type Scope, type Source, UNKNOWN, type Variable } from './scope.ts';

/** How many values a word may have before it counts as unknown, and by how many commands they may be printed. */
const MAX_TEXTS = 100;
/** Commands whose output is what they were given: a substitution of one may stand in another. */
const MAX_PRINTED_DEEP = 3;

/** What a word is worth as a variable's value. */
export function variableOf(word: CommandWord | null, scope: Scope): Variable {
  if (word === null) return UNKNOWN;
  const [only, ...more] = word.expansions;
  const isAlone = only !== undefined && more.length === 0 && only.kind !== 'other' && only.isWholeWord;
  const sources = isAlone ? sourcesOf(only, scope) : [];
  const [source, ...others] = sources;
  const printed = source === undefined || others.length > 0 ? null : printedTexts(source, 0);
  return { texts: textsOf(word, scope) ?? printed, sources, written: word.text };
}

function few(texts: readonly string[] | null): readonly string[] | null {
  return texts === null || texts.length > MAX_TEXTS ? null : texts;
}

/** What several words are worth together, as a `for` loop or a list takes one after the other. */
export function variableOfAll(words: readonly CommandWord[], scope: Scope): Variable {
  const values = words.map((word) => ({ word, ...split(word, variableOf(word, scope)) }));
  const texts = values.some((value) => value.texts === null)
    ? null
    : values.flatMap((value) => value.texts ?? []);
  const isPrinted = values.some(({ sources }) => sources.length > 0);
  return {
    texts: few(texts),
    // Beside what is printed, a literal is what `echo` would print.
    sources: isPrinted
      ? values
          .flatMap(({ word, sources }) => (sources.length > 0 ? sources : [printing([word], scope)]))
          .slice(0, MAX_TEXTS)
      : [],
    written: words.map(({ text }) => text).join(' '),
  };
}

/** Without quotes, a shell takes a value apart at its spaces. */
function split({ value, text }: CommandWord, variable: Variable): Variable {
  if (value !== null || text.includes('"') || variable.texts === null) return variable;
  return { ...variable, texts: variable.texts.flatMap((each) => each.split(/\s+/)) };
}

/** The commands whose output an expansion is, where it is nothing else. */
export function sourcesOf(expansion: Expansion, scope: Scope): readonly Source[] {
  if (expansion.kind === 'other') return [];
  if (expansion.kind === 'variable')
    return expansion.isItsValue ? (scope.variables.get(expansion.name)?.sources ?? []) : [];
  const stages = stagesOf(expansion.list);
  return stages === null ? [] : [{ stages, scope, start: null }];
}

/** What `echo` would print of these words. */
export function printing(words: readonly CommandWord[], scope: Scope): Source {
  const echo: CommandWord = { text: 'echo', value: 'echo', start: 0, end: 0, expansions: [] };
  const command: SimpleCommand = {
    kind: 'simple',
    start: 0,
    end: 0,
    assignments: [],
    words: [echo, ...words],
    redirections: [],
  };
  return { stages: [command], scope, start: null };
}

/** The stages of a list of one pipeline. What only cares for failure, as `|| true`, changes nothing of the output. */
export function stagesOf(list: CommandList): readonly Stage[] | null {
  const [only, ...more] = list;
  const [first, ...others] = only?.pipelines ?? [];
  if (first === undefined || more.length > 0) return null;
  return others.every(({ runs }) => runs === 'on-failure') ? first.stages : null;
}

/** The lines that `echo`, `printf` and `seq` print of what is known; null for anything else. */
export function printedTexts({ stages, scope }: Source, depth: number): readonly string[] | null {
  const [only, ...more] = stages;
  if (only?.kind !== 'simple' || more.length > 0 || depth > MAX_PRINTED_DEEP) return null;
  const [program, ...args] = only.words;
  const texts = args.flatMap((word): readonly (string | null)[] => {
    const [each, ...others] = word.expansions;
    const inner = each?.kind === 'substitution' && others.length === 0 ? sourcesOf(each, scope) : [];
    return (
      textsOf(word, scope) ??
      inner.flatMap((source): readonly (string | null)[] => printedTexts(source, depth + 1) ?? [null])
    );
  });
  const known = texts.filter((text) => text !== null);
  if (known.length < args.length) return null;
  switch (program?.value) {
    case 'echo':
      return few(known.filter((text) => !/^-[neE]+$/.test(text)).flatMap((text) => text.split(/\s+/)));
    case 'printf':
      return /^(?:%[sd](?: |\\n|\n)?)+$/.test(known[0] ?? '') ? few(known.slice(1)) : null;
    case 'seq':
      return known.length === 2 ? numbersBetween(known[0] ?? '', known[1] ?? '') : null;
    default:
      return null;
  }
}

function numbersBetween(low: string, high: string): readonly string[] | null {
  const [first, last] = [Number(low), Number(high)];
  const isRange = /^\d{1,6}$/.test(low) && /^\d{1,6}$/.test(high) && first <= last;
  if (!isRange || last - first >= MAX_TEXTS) return null;
  return Array.from({ length: last - first + 1 }, (_, at) => String(first + at));
}

/** Every text that the program may get for a word; null where nobody can say. */
export function textsOf(word: CommandWord, scope: Scope): readonly string[] | null {
  if (word.value !== null) return [word.value];
  const { text, expansions } = word;
  if (/^~(?:\/[\w./@+-]*)?$/.test(text))
    return scope.home === null ? null : [`${scope.home}${text.slice(1)}`];
  const [only, ...more] = expansions;
  if (only?.kind === 'other' && more.length === 0) return inBraces(text);
  if (only?.kind === 'variable' && only.isWholeWord && only.isItsValue && !isPlainName(only)) {
    const held = scope.variables.get(only.name)?.texts ?? null;
    return held?.includes('') === true ? null : held;
  }
  if (expansions.some((each) => each.kind !== 'variable' || !isPlainName(each))) return null;
  if (/['\\`]/.test(text)) return null;
  // Where nothing is escaped, double quotes only hold together: what is left are variables and letters.
  const inner = text.replaceAll('"', '');
  let texts: string[] = [''];
  for (const piece of inner.split(/(\$\{\w+\}|\$\w+)/)) {
    const name = /^\$\{?(\w+)\}?$/.exec(piece)?.[1];
    const values = name === undefined ? [piece] : textsOfVariable(name, scope);
    if (values === null || texts.length * values.length > MAX_TEXTS) return null;
    texts = texts.flatMap((each) => values.map((value) => each + value));
  }
  return texts;
}

/** `$name` and nothing else: not `$@`, not `${name:-…}`. */
function isPlainName({ isPlain, name }: Extract<Expansion, { readonly kind: 'variable' }>): boolean {
  return isPlain && /^\w+$/.test(name);
}

function textsOfVariable(name: string, scope: Scope): readonly string[] | null {
  const set = scope.variables.get(name);
  if (set !== undefined) return set.texts;
  if (name === 'HOME') return scope.home === null ? null : [scope.home];
  if (name === 'PWD') return scope.directory === null ? null : [scope.directory];
  return null;
}

/** `{3000..3005}` and `{3000,3001}`, with plain letters around them. */
function inBraces(text: string): readonly string[] | null {
  const plain = '[\\w./:-]*';
  const [, before = '', inner, behind = ''] =
    new RegExp(`^(${plain})\\{([\\w.,-]+)\\}(${plain})$`).exec(text) ?? [];
  if (inner === undefined) return null;
  const [, low, high] = /^(\d+)\.\.(\d+)$/.exec(inner) ?? [];
  const isList = inner.includes(',') && !inner.includes('..');
  const values =
    low !== undefined && high !== undefined ? numbersBetween(low, high) : isList ? inner.split(',') : null;
  return few(values)?.map((each) => before + each + behind) ?? null;
}
