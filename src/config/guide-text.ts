// Owns how ranges, ports, names and sentences are recognised in what people write. Every pattern is bounded, so that the
// time grows with the text alone.

import type { PortRange } from '../core/port-range.ts';
import { UNPRINTABLE } from './setting-reader.ts';

/** What stands behind this in a line is prose, or was not written by people. */
export const MAX_LINE_LENGTH = 1000;
const MAX_DESCRIPTION_LENGTH = 200;
const MAX_NAME_WORDS = 4;

const NUMBER = String.raw`\d{1,2},\d{3}|\d{1,6}`;
/** Two numbers with a dash of any length, dots, or a word like "to" between them. */
const RANGE = new RegExp(
  String.raw`(?<![\w.-])(${NUMBER})\s{0,4}(?:[-\u2010-\u2015\u2212~\u2192\u2026]|\.{2,3}|->|=>|(?<=\s)(?:to|through|thru|until)(?=\s))\s{0,4}(${NUMBER})(?![\w%]|[.,-]\d)`,
  'gi',
);
/** As in JSON or YAML: `[3000, 3099]`. */
const PAIR = /^\s{0,4}[[(]\s{0,4}(\d{1,6})\s{0,4},\s{0,4}(\d{1,6})\s{0,4}[\])]/;

export interface FoundRange extends PortRange {
  readonly index: number;
  readonly length: number;
}

/** Every range in a line, in its order. */
export function rangesIn(text: string): FoundRange[] {
  const pair = PAIR.exec(text);
  if (pair !== null) {
    const [{ length }, start, end] = pair;
    return [{ start: Number(start), end: Number(end), index: 0, length }];
  }
  return Array.from(text.matchAll(RANGE), ({ 0: { length }, 1: start, 2: end, index }) => {
    return { start: toNumber(start), end: toNumber(end), index, length };
  });
}

/** Two years make no range of ports unless somebody says so. */
export function isYears({ start, end }: PortRange): boolean {
  return start >= 1980 && end <= 2099 && end - start < 30;
}

/** Every number that can be a port, each once. */
export function portsIn(text: string): number[] {
  const numbers = Array.from(text.matchAll(/(?<![\w.])\d{2,5}(?![\w.]\d|\w)/g), ([number]) => Number(number));
  return [...new Set(numbers)];
}

/** Words of sentences, which no name of a service type has. */
const SENTENCE_WORDS = new Set(
  (
    'a any all are avoid be between do each every everyone free from ' +
    'if is must never not only our please should than that this we when within you your'
  ).split(' '),
);

/** A line without the marks of Markdown. */
export function plainText(markdown: string): string {
  return markdown
    .replace(/<[^<>]{0,200}>/g, ' ')
    .replace(/!?\[([^[\]]{0,200})\]\([^()]{0,300}\)/g, '$1')
    .replace(/[*`]|~~|(?<!\w)_+|(?<!_)_+(?!\w)/g, '')
    .replace(/\\([\\|*_#`-])/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * The name of a service type that a piece of Markdown means: what is marked as code or bold, else all of it.
 *
 * @returns null where it is no name but a sentence, or nothing
 */
export function typeNameIn(markdown: string): string | null {
  const marked =
    /`([^`]{1,60})`/.exec(markdown)?.[1] ?? /(?:\*\*|__)([^*_]{1,60})(?:\*\*|__)/.exec(markdown)?.[1];
  const words = plainText(marked ?? markdown)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/^(?:\d{1,2}[.)]){1,4}\s/, '')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  if (marked === undefined && words.some((word) => SENTENCE_WORDS.has(word))) return null;
  while (words.length > 1 && isFiller(words.at(-1))) words.pop();
  while (words.length > 1 && isFiller(words[0])) words.shift();
  const name = words.join('-');
  if (words.length > MAX_NAME_WORDS || name.length > 50 || !/[a-z]/.test(name) || isFiller(name)) return null;
  return name;
}

/** Words that say that it is about ports, and name nothing. */
function isFiller(word: string | undefined): boolean {
  return /^(?:ports?|ranges?|services?|types?|the|for|use|in)$/.test(word ?? '');
}

/** What is left of a line as a description: plain, on one line, without marks at its ends; empty where nothing is. */
export function descriptionIn(markdown: string): string {
  const text = plainText(markdown)
    .replace(new RegExp(UNPRINTABLE, 'gu'), '')
    .replace(/^[\s\p{P}\p{Sm}]{1,20}/u, '')
    .replace(/[\s:;,([-]{1,20}$/, '')
    .replace(/^([^()]{0,999})\)$/, '$1');
  return text.length > MAX_DESCRIPTION_LENGTH
    ? `${Array.from(text.slice(0, MAX_DESCRIPTION_LENGTH - 1))
        .join('')
        .trimEnd()}…`
    : text;
}

function toNumber(text: string | undefined): number {
  return Number((text ?? '').replace(',', ''));
}
