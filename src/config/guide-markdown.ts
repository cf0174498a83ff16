// Owns the reading of a port guide in Markdown, line by line: headings, lists, tables, keys with values, fenced code.

import type { GuideBuilder } from './guide-builder.ts';
import { fieldOf, type GuideFields, readField, readRest } from './guide-fields.ts';
import { readJsonPiece } from './guide-json.ts';
import { isDelimiter, isTableRow, readTable, type TableRow } from './guide-table.ts';
import { type FoundRange, isYears, MAX_LINE_LENGTH, plainText, rangesIn, typeNameIn } from './guide-text.ts';

/** What the lines that follow are about: the nearest heading, or list item that is less indented. */
interface Subject {
  readonly name: string | null;
  readonly indent: number;
}

const HEADING_INDENT = -1;
/** Fences whose content may be a list of ranges; in others it is the code of something. */
const PLAIN_FENCE = /^(?:te?xt|plain\w{0,8}|ya?ml|toml|ini|conf\w{0,8}|properties)?$/;

/** What has been read so far. */
interface Reading {
  readonly builder: GuideBuilder;
  readonly lines: readonly string[];
  /** The innermost is the last. */
  subjects: readonly Subject[];
}

/** Reads the types of a Markdown document. */
export function readMarkdownGuide(builder: GuideBuilder, text: string): void {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.slice(0, MAX_LINE_LENGTH));
  const reading: Reading = { builder, lines, subjects: [] };
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    const fence = /^\s{0,12}(`{3,20}|~{3,20})\s{0,4}(\w{0,20})/.exec(line);
    if (fence !== null) at = readFence(reading, at, fence[1] ?? '', fence[2] ?? '');
    else if (/^\s{0,3}<!--/.test(line)) at = endOfComment(reading, at);
    else if (isTableRow(line) || (line.includes('|') && isDelimiter(lines[at + 1] ?? '')))
      at = readTableAt(reading, at);
    else {
      readLine(reading, at);
      at += 1;
    }
  }
}

function readLine(reading: Reading, at: number): void {
  const line = reading.lines[at] ?? '';
  const heading = /^\s{0,3}#{1,6}\s{1,4}(.*)$/.exec(line)?.[1];
  const isUnderlined = /^\s{0,3}(?:={2,1000}|-{2,1000})\s{0,9}$/.test(reading.lines[at + 1] ?? '');
  const item = /^(\s{0,40})(?:[-*+\u2022]|\d{1,3}[.)])\s{1,8}(.*)$/.exec(line);
  if (heading !== undefined) readHeading(reading, at, heading.replace(/\s{1,9}#{1,9}\s{0,9}$/, ''));
  else if (item !== null) readItem(reading, at, indentOf(item[1] ?? ''), item[2] ?? '', false);
  else if (isUnderlined && /\p{L}/u.test(line)) readHeading(reading, at, line);
  else if (line.trim() !== '') readText(reading, at, line);
}

function readHeading(reading: Reading, at: number, text: string): void {
  const found = readNamed(reading, at, text, true);
  const name = found ?? (rangesIn(plainText(text)).length === 0 ? typeNameIn(text) : null);
  reading.subjects = [{ name, indent: HEADING_INDENT }];
}

/** @param isStrict whether only a bare name with its range counts, as in fenced text */
function readItem(reading: Reading, at: number, indent: number, text: string, isStrict: boolean): void {
  leave(reading, indent);
  if (readKey(reading, at, text) || readPorts(reading, at, text)) return;
  if (isStrict && !/^["'\w-]{1,60}\s{0,20}[:=]?\s{0,20}(?:["'[({]?\s{0,4}\d|$)/.test(text)) return;
  const found = readNamed(reading, at, text, !isStrict);
  const hasRange = rangesIn(plainText(text)).length > 0;
  const name = found ?? (hasRange ? null : typeNameIn(text.split(':', 1)[0] ?? ''));
  enter(reading, { name: name ?? subjectOf(reading), indent });
}

function readText(reading: Reading, at: number, line: string): void {
  if (readKey(reading, at, line) || readPorts(reading, at, line)) return;
  const [range, ...more] = rangesIn(plainText(line));
  if (range === undefined || range.start < 1024 || isYears(range)) return;
  // "api: 8000-8099" without a mark of a list; anything longer is a sentence.
  if (more.length === 0 && /^[*_`\w -]{1,60}\s{0,4}(?:[:=\u2192\t]|[-=]>)\s{0,4}[*_`]{0,3}\d/.test(line))
    readNamed(reading, at, line, true);
  else reading.builder.skip(at + 1, line, 'a range in a sentence');
}

/** Reads "Range: 3000-3099" and its like into what the lines are about. */
function readKey(reading: Reading, at: number, text: string): boolean {
  const [, key = '', value = ''] = /^\s{0,40}([^:=]{1,60})[:=](.*)$/.exec(text) ?? [];
  const field = fieldOf(key);
  if (field === null || field === 'start' || field === 'end') return false;
  // A type may be called what elsewhere is a key: "tools: 9000-9099".
  if (
    /^(?:examples|description|instance_behavior)$/.test(field) &&
    rangesIn(plainText(value))[0]?.index === 0
  )
    return false;
  const fields: GuideFields = {};
  readField(fields, field, value);
  const subject = subjectOf(reading);
  if (field === 'name') {
    const name = typeNameIn(value);
    if (name === null || rangesIn(plainText(value)).length > 0) return false;
    enter(reading, { name, indent: reading.subjects.at(-1)?.indent ?? HEADING_INDENT });
  } else if (subject !== null) reading.builder.add(subject, at + 1, fields);
  else if (fields.range !== undefined) reading.builder.skip(at + 1, text, 'a range without a name above it');
  return true;
}

/** Reads "Ports 3000 to 3099." and what else the line says into what the lines are about. */
function readPorts(reading: Reading, at: number, text: string): boolean {
  const subject = subjectOf(reading);
  const plain = plainText(text);
  const before = /^(?:(?:use|uses|the) )?ports?(?: range)?[ :]{1,3}(?=\d)/i.exec(plain)?.[0];
  const [range, ...more] = rangesIn(plain);
  if (subject === null || before === undefined || range?.index !== before.length || more.length > 0)
    return false;
  const rest = plain.slice(range.index + range.length);
  // What goes on in words, such as "are for front ends", is a sentence about something else.
  if (!/^\s{0,4}(?:[.,;(\u2013\u2014]|-\s|$)/.test(rest)) return false;
  const fields: GuideFields = { range: { start: range.start, end: range.end } };
  readRest(fields, rest);
  reading.builder.add(subject, at + 1, fields);
  return true;
}

/**
 * Reads a line with a name and its range in it.
 *
 * @returns the name, or null where there is none, or no range
 */
function readNamed(reading: Reading, at: number, text: string, isNoted: boolean): string | null {
  const ranges = rangesIn(text);
  const [range, ...more] = ranges;
  if (range === undefined) return null;
  if (isYears(range) || (range.end < 80 && !/\bports?\b/i.test(text))) return null;
  const { name, rest } = partsOf(text, range);
  const reason = name === null ? 'there is no name for a type' : 'a type has one range, and this has more';
  if (name === null || more.length > 0) {
    if (isNoted) reading.builder.skip(at + 1, text, reason);
    return null;
  }
  const fields: GuideFields = { range: { start: range.start, end: range.end } };
  readRest(fields, rest);
  reading.builder.add(name, at + 1, fields);
  return name;
}

function readTableAt(reading: Reading, from: number): number {
  const rows: TableRow[] = [];
  let at = from;
  for (; reading.lines[at]?.includes('|') === true; at++)
    rows.push({ line: at + 1, text: reading.lines[at] ?? '' });
  const [first, second] = rows;
  const isTitled = first !== undefined && second !== undefined && isDelimiter(second.text);
  const data = rows.slice(isTitled ? 2 : 0).filter(({ text }) => !isDelimiter(text));
  readTable(reading.builder, isTitled ? first : null, data, subjectOf(reading));
  return at;
}

function readFence(reading: Reading, from: number, fence: string, language: string): number {
  let end = from + 1;
  const closing = fence.slice(0, 3);
  while (end < reading.lines.length && !(reading.lines[end] ?? '').trimStart().startsWith(closing)) end += 1;
  const content = reading.lines.slice(from + 1, end);
  const kind = language.toLowerCase();
  if (/^json[c5]?$/.test(kind)) readJsonPiece(reading.builder, content.join('\n'), from + 1);
  else if (PLAIN_FENCE.test(kind)) {
    const around = reading.subjects;
    reading.subjects = [];
    content.forEach((line, index) => {
      const text = line.trim().replace(/^-\s/, '');
      if (text !== '') readItem(reading, from + 1 + index, indentOf(line), text, true);
    });
    reading.subjects = around;
  }
  return end + 1;
}

function endOfComment(reading: Reading, from: number): number {
  let at = from;
  while (at < reading.lines.length && !(reading.lines[at] ?? '').includes('-->')) at += 1;
  return at + 1;
}

/** What is not less indented is over. */
function leave(reading: Reading, indent: number): void {
  reading.subjects = reading.subjects.filter((subject) => subject.indent < indent);
}

function enter(reading: Reading, subject: Subject): void {
  leave(reading, subject.indent);
  reading.subjects = [...reading.subjects, subject];
}

function subjectOf(reading: Reading): string | null {
  return reading.subjects.at(-1)?.name ?? null;
}

/** The name before a range, or else behind it, and what the line says besides. */
function partsOf(text: string, { index, length }: FoundRange): { name: string | null; rest: string } {
  const before = text.slice(0, index);
  const after = text.slice(index + length);
  if (/\p{L}/u.test(before)) return { name: typeNameIn(before), rest: after };
  const [, name = '', rest = ''] =
    /^[\s\p{P}\p{Sm}]{0,20}([\p{L}`][^:;,()\u2013\u2014]{0,60}?)(?:[:;,()\u2013\u2014]|\s-\s|$)(.*)$/u.exec(
      after,
    ) ?? [];
  return { name: typeNameIn(name), rest };
}

/** How far a line is indented; a tab counts as four. */
function indentOf(line: string): number {
  const space = /^\s{0,40}/.exec(line)?.[0] ?? '';
  return space.replaceAll('\t', '    ').length;
}
