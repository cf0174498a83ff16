// Owns changes to the text of config.json that leave everything else as somebody wrote it: comments, order, indentation,
// line ends, unknown keys.

import { findNodeAtLocation, type Node } from 'jsonc-parser';
import { parseDocument, tokenAt } from './config-document.ts';

export interface ConfigEdit {
  /** The keys that lead to the value; objects that are missing on the way are made. */
  readonly path: readonly [string, ...string[]];
  /** The new value; undefined removes the key. */
  readonly value: unknown;
}

/**
 * Applies edits, in their order.
 *
 * @param text JSON with comments, without a byte order mark
 * @returns null where the text is not a whole object, or a value is in the way that is no object
 */
export function editDocument(text: string, edits: readonly ConfigEdit[]): string | null {
  let edited: string | null = text;
  for (const edit of edits) {
    if (edited === null) return null;
    edited = applyEdit(edited, edit);
  }
  return edited;
}

function applyEdit(text: string, { path, value }: ConfigEdit): string | null {
  const { root, errors } = parseDocument(text);
  if (root === null || errors.length > 0) return null;
  let object = root;
  for (const [depth, key] of path.entries()) {
    if (object.type !== 'object') return null;
    const next = findNodeAtLocation(object, [key]);
    const isLast = depth === path.length - 1;
    if (next === undefined) {
      if (value === undefined) return text;
      const inner = path.slice(depth + 1).reduceRight((nested, name) => ({ [name]: nested }), value);
      return insertProperty(text, object, key, inner);
    }
    if (isLast)
      return value === undefined ? removeProperty(text, object, next) : replaceValue(text, next, value);
    object = next;
  }
  return text;
}

function replaceValue(text: string, node: Node, value: unknown): string {
  const layout = layoutOf(
    text,
    text.slice(node.offset, endOf(node)).includes('\n') ? 'many' : 'one',
    node.offset,
  );
  return splice(text, node.offset, endOf(node), render(value, layout));
}

/** Puts a property behind the others, and behind the comments that follow them. */
function insertProperty(text: string, object: Node, key: string, value: unknown): string {
  const last = object.children?.at(-1);
  const close = endOf(object) - 1;
  if (last === undefined) {
    const inside = text.slice(object.offset + 1, close).trimEnd();
    const layout = layoutOf(text, 'many', object.offset);
    const property = `${layout.eol}${layout.indent}${layout.unit}${renderProperty(key, value, indented(layout))}`;
    return splice(text, object.offset + 1 + inside.length, close, `${property}${layout.eol}${layout.indent}`);
  }
  const isOneLine = !/[\r\n]/.test(text.slice(object.offset, close));
  const comma = commaBehind(text, last);
  // Behind the comments, which are about what stands above them.
  const from = Math.max(comma ?? 0, endOf(last));
  const at = from + text.slice(from, close).trimEnd().length;
  const layout = layoutOf(text, isOneLine ? 'one' : 'many', last.offset);
  const before = isOneLine ? ' ' : `${layout.eol}${layout.indent}`;
  const style: Layout =
    isOneLineValue(text, last) && object.parent !== undefined ? { ...layout, lines: 'one' } : layout;
  const property = `${before}${renderProperty(key, value, style)}${comma === null ? '' : ','}`;
  const inserted = splice(text, at, at, property);
  return comma === null ? splice(inserted, endOf(last), endOf(last), ',') : inserted;
}

/** Whether a property's value is an object in one line, so that its neighbours look best so too. */
function isOneLineValue(text: string, property: Node): boolean {
  const value = property.children?.[1];
  return value?.type === 'object' && !/[\r\n]/.test(text.slice(value.offset, endOf(value)));
}

/** Takes a property out, with its comma, and with its line where nothing else stands there; comments beside it stay. */
function removeProperty(text: string, object: Node, value: Node): string {
  const properties = object.children ?? [];
  const index = properties.findIndex(({ children }) => children?.[1] === value);
  const property = properties[index];
  if (property === undefined) return text;
  const former = properties[index - 1];
  const comma = commaBehind(text, property);
  const formerComma = comma === null && former !== undefined ? commaBehind(text, former) : null;
  // From the end, so that offsets stay true.
  let edited = text;
  if (comma !== null && comma > endOf(property) + 1) edited = splice(edited, comma - 1, comma, '');
  const end = comma === endOf(property) + 1 ? comma : endOf(property);
  const { from, to } = wholeLines(edited, property.offset, end);
  edited = splice(edited, from, to, '');
  return formerComma === null ? edited : splice(edited, formerComma - 1, formerComma, '');
}

/** The stretch with its indentation and line end, where nothing else is in its lines. */
function wholeLines(text: string, start: number, end: number): { from: number; to: number } {
  const before = /(?:^|[\r\n])([ \t]*)$/.exec(text.slice(0, start));
  const after = /^[ \t]*(?:\r\n|\r|\n)/.exec(text.slice(end));
  if (before !== null && after !== null)
    return { from: start - (before[1] ?? '').length, to: end + after[0].length };
  const gap = /^[ \t]+/.exec(text.slice(end));
  return { from: start, to: end + (gap?.[0].length ?? 0) };
}

/** Where the comma behind a property ends, or null where there is none. */
function commaBehind(text: string, property: Node): number | null {
  const token = tokenAt(text, endOf(property));
  return token?.kind === 'comma' ? token.end : null;
}

interface Layout {
  readonly lines: 'one' | 'many';
  readonly eol: string;
  /** What the line begins with in which the value begins. */
  readonly indent: string;
  /** One level. */
  readonly unit: string;
}

function layoutOf(text: string, lines: 'one' | 'many', offset: number): Layout {
  const lineStart = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart, offset))?.[0] ?? '';
  return { lines, eol: /\r\n|\r|\n/.exec(text)?.[0] ?? '\n', indent, unit: unitOf(text) };
}

/** One level of indentation, as the first indented key has it. */
function unitOf(text: string): string {
  return /[\r\n]([ \t]+)"/.exec(text)?.[1] ?? '  ';
}

function indented(layout: Layout): Layout {
  return { ...layout, indent: layout.indent + layout.unit };
}

function renderProperty(key: string, value: unknown, layout: Layout): string {
  return `${JSON.stringify(key)}: ${render(value, layout)}`;
}

/** A value as people would write it: lists in one line, objects in as many as those around them. */
function render(value: unknown, layout: Layout): string {
  if (Array.isArray(value))
    return `[${value.map((item) => render(item, { ...layout, lines: 'one' })).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = indented(layout);
  const properties = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => renderProperty(key, item, inner));
  if (properties.length === 0) return '{}';
  if (layout.lines === 'one') return `{ ${properties.join(', ')} }`;
  const lines = properties.map((property) => `${layout.eol}${inner.indent}${property}`);
  return `{${lines.join(',')}${layout.eol}${layout.indent}}`;
}

function splice(text: string, from: number, to: number, replacement: string): string {
  return text.slice(0, from) + replacement + text.slice(to);
}

function endOf({ offset, length }: Node): number {
  return offset + length;
}
