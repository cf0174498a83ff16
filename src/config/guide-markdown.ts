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

/** Reads the types of a Markdown document. */
export function readMarkdownGuide(builder: GuideBuilder, text: string): void {
  new MarkdownReading(builder, text.split(/\r\n|\r|\n/)).read();
}

class MarkdownReading {
  readonly #builder: GuideBuilder;
  readonly #lines: readonly string[];
  #subjects: Subject[] = [];

  constructor(builder: GuideBuilder, lines: readonly string[]) {
    this.#builder = builder;
    this.#lines = lines.map((line) =>
      line.length > MAX_LINE_LENGTH ? line.slice(0, MAX_LINE_LENGTH) : line,
    );
  }

  read(): void {
    for (let at = 0; at < this.#lines.length; ) {
      const line = this.#lines[at] ?? '';
      const fence = /^\s{0,12}(`{3,20}|~{3,20})\s{0,4}(\w{0,20})/.exec(line);
      if (fence !== null) at = this.#readFence(at, fence[1] ?? '', fence[2] ?? '');
      else if (/^\s{0,3}<!--/.test(line)) at = this.#endOfComment(at);
      else if (isTableRow(line) || (line.includes('|') && isDelimiter(this.#lines[at + 1] ?? '')))
        at = this.#readTable(at);
      else {
        this.#readLine(at);
        at += 1;
      }
    }
  }

  #readLine(at: number): void {
    const line = this.#lines[at] ?? '';
    const heading = /^\s{0,3}#{1,6}\s{1,4}(.*)$/.exec(line)?.[1];
    const isUnderlined = /^\s{0,3}(?:={2,1000}|-{2,1000})\s{0,9}$/.test(this.#lines[at + 1] ?? '');
    const item = /^(\s{0,40})(?:[-*+\u2022]|\d{1,3}[.)])\s{1,8}(.*)$/.exec(line);
    if (heading !== undefined) this.#readHeading(at, heading.replace(/\s{1,9}#{1,9}\s{0,9}$/, ''));
    else if (item !== null) this.#readItem(at, indentOf(item[1] ?? ''), item[2] ?? '', false);
    else if (isUnderlined && /\p{L}/u.test(line)) this.#readHeading(at, line);
    else if (line.trim() !== '') this.#readText(at, line);
  }

  #readHeading(at: number, text: string): void {
    const found = this.#readNamed(at, text, true);
    const name = found ?? (rangesIn(plainText(text)).length === 0 ? typeNameIn(text) : null);
    this.#subjects = [{ name, indent: HEADING_INDENT }];
  }

  /** @param isStrict whether only a bare name with its range counts, as in fenced text */
  #readItem(at: number, indent: number, text: string, isStrict: boolean): void {
    this.#subjects = this.#subjects.filter((subject) => subject.indent < indent);
    if (this.#readKey(at, text)) return;
    if (isStrict && !/^["'\w-]{1,60}\s{0,20}[:=]?\s{0,20}(?:["'[({]?\s{0,4}\d|$)/.test(text)) return;
    const found = this.#readNamed(at, text, !isStrict);
    const hasRange = rangesIn(plainText(text)).length > 0;
    const name = found ?? (hasRange ? null : typeNameIn(text.replace(/:.*$/, '')));
    this.#subjects.push({ name: name ?? this.#subject(), indent });
  }

  #readText(at: number, line: string): void {
    if (this.#readKey(at, line)) return;
    const [range, ...more] = rangesIn(plainText(line));
    if (range === undefined || range.start < 1024 || isYears(range)) return;
    // "api: 8000-8099" without a mark of a list; anything longer is a sentence.
    if (more.length === 0 && /^[*_`\w -]{1,60}\s{0,4}[:=]\s{0,4}[*_`]{0,3}\d/.test(line))
      this.#readNamed(at, line, true);
    else this.#builder.skip(at + 1, line, 'a range in a sentence');
  }

  /** Reads "Range: 3000-3099" and its like into what the lines are about. */
  #readKey(at: number, text: string): boolean {
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
    const subject = this.#subject();
    if (field === 'name') {
      const name = typeNameIn(value);
      if (name === null || rangesIn(plainText(value)).length > 0) return false;
      this.#subjects.push({ name, indent: this.#subjects.at(-1)?.indent ?? HEADING_INDENT });
    } else if (subject !== null) this.#builder.add(subject, at + 1, fields);
    else if (fields.range !== undefined) this.#builder.skip(at + 1, text, 'a range without a name above it');
    return true;
  }

  /**
   * Reads a line with a name and its range in it.
   *
   * @returns the name, or null where there is none, or no range
   */
  #readNamed(at: number, text: string, isNoted: boolean): string | null {
    const ranges = rangesIn(text);
    const [range, ...more] = ranges;
    if (range === undefined) return null;
    if (isYears(range) || (range.end < 80 && !/\bports?\b/i.test(text))) return null;
    const { name, rest } = partsOf(text, range);
    const reason = name === null ? 'there is no name for a type' : 'a type has one range, and this has more';
    if (name === null || more.length > 0) {
      if (isNoted) this.#builder.skip(at + 1, text, reason);
      return null;
    }
    const fields: GuideFields = { range: { start: range.start, end: range.end } };
    readRest(fields, rest);
    this.#builder.add(name, at + 1, fields);
    return name;
  }

  #readTable(from: number): number {
    const rows: TableRow[] = [];
    let at = from;
    for (; this.#lines[at]?.includes('|') === true; at++)
      rows.push({ line: at + 1, text: this.#lines[at] ?? '' });
    const [first, second] = rows;
    const isTitled = first !== undefined && second !== undefined && isDelimiter(second.text);
    const data = rows.slice(isTitled ? 2 : 0).filter(({ text }) => !isDelimiter(text));
    readTable(this.#builder, isTitled ? first : null, data, this.#subject());
    return at;
  }

  #readFence(from: number, fence: string, language: string): number {
    let end = from + 1;
    const closing = fence.slice(0, 3);
    while (end < this.#lines.length && !(this.#lines[end] ?? '').trimStart().startsWith(closing)) end += 1;
    const content = this.#lines.slice(from + 1, end);
    const kind = language.toLowerCase();
    if (/^json[c5]?$/.test(kind)) readJsonPiece(this.#builder, content.join('\n'), from + 1);
    else if (PLAIN_FENCE.test(kind)) {
      const around = this.#subjects;
      this.#subjects = [];
      content.forEach((line, index) => {
        const text = line.trim().replace(/^-\s/, '');
        if (text !== '') this.#readItem(from + 1 + index, indentOf(line), text, true);
      });
      this.#subjects = around;
    }
    return end + 1;
  }

  #endOfComment(from: number): number {
    let at = from;
    while (at < this.#lines.length && !(this.#lines[at] ?? '').includes('-->')) at += 1;
    return at + 1;
  }

  #subject(): string | null {
    return this.#subjects.at(-1)?.name ?? null;
  }
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
