// Owns changes to the text of config.json that leave everything else as somebody wrote it: comments, order, indentation,
// line ends, unknown keys.

import { findNodeAtLocation, getNodeValue, type Node } from 'jsonc-parser';
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
  let edited = text;
  for (let done = 0; done < edits.length; ) {
    const step = applyFirst(edited, edits.slice(done));
    if (step === null) return null;
    edited = step.text;
    done += step.done;
  }
  return edited;
}

/** A function that tells the value at the end of a path of keys; undefined where there is none. */
export function valuesOf(text: string): (path: readonly string[]) => unknown {
  const { root } = parseDocument(text);
  return (path) => {
    const node = root === null ? undefined : findNodeAtLocation(root, [...path]);
    return node === undefined ? undefined : (getNodeValue(node) as unknown);
  };
}

/** Makes the first edit, and with it those that put other new keys into the same object: a hundred cost little more than one. */
function applyFirst(text: string, edits: readonly ConfigEdit[]): { text: string; done: number } | null {
  const { root, errors } = parseDocument(text);
  const [first] = edits;
  if (root === null || errors.length > 0 || first === undefined) return null;
  const { path, value } = first;
  const parent = path.slice(0, -1);
  let object = root;
  let depth = 0;
  for (; object.type === 'object' && depth < path.length; depth++) {
    const next = findNodeAtLocation(object, [path[depth] ?? '']);
    if (next === undefined) break;
    if (depth === parent.length) {
      const isGone = value === undefined;
      return { text: isGone ? removeProperty(text, object, next) : replaceValue(text, next, value), done: 1 };
    }
    object = next;
  }
  if (object.type !== 'object') return null;
  if (value === undefined) return { text, done: 1 };
  const isNew = (key: string): boolean =>
    depth < parent.length || findNodeAtLocation(object, [key]) === undefined;
  const additions = additionsOf(edits, parent, isNew);
  const missing = parent.slice(depth);
  const nested = missing.reduceRight<object>(
    (inner, key) => ({ [key]: inner }),
    Object.fromEntries(additions),
  );
  return { text: insertProperties(text, object, Object.entries(nested)), done: additions.size };
}

/** The edits at the beginning that put different new keys into one object. */
function additionsOf(
  edits: readonly ConfigEdit[],
  parent: readonly string[],
  isNew: (key: string) => boolean,
): ReadonlyMap<string, unknown> {
  const additions = new Map<string, unknown>();
  for (const { path, value } of edits) {
    const key = path.at(-1) ?? '';
    const isSameParent =
      path.length === parent.length + 1 && parent.every((name, depth) => path[depth] === name);
    if (!isSameParent || value === undefined || additions.has(key) || !isNew(key)) break;
    additions.set(key, value);
  }
  return additions;
}

function replaceValue(text: string, node: Node, value: unknown): string {
  const layout = layoutOf(
    text,
    text.slice(node.offset, endOf(node)).includes('\n') ? 'many' : 'one',
    node.offset,
  );
  return splice(text, node.offset, endOf(node), render(value, layout));
}

/** Puts properties behind the others, and behind the comments that follow them. */
function insertProperties(
  text: string,
  object: Node,
  entries: readonly (readonly [string, unknown])[],
): string {
  const last = object.children?.at(-1);
  const close = endOf(object) - 1;
  if (last === undefined) {
    const inside = text.slice(object.offset + 1, close).trimEnd();
    const layout = layoutOf(text, 'many', object.offset);
    const inner = indented(layout);
    const lines = entries.map((entry) => `${inner.eol}${inner.indent}${renderProperty(entry, inner)}`);
    const content = `${lines.join(',')}${layout.eol}${layout.indent}`;
    return splice(text, object.offset + 1 + inside.length, close, content);
  }
  const isOneLine = !/[\r\n]/.test(text.slice(object.offset, close));
  const comma = commaBehind(text, last);
  // Behind the comments, which are about what stands above them.
  const from = comma ?? endOf(last);
  const at = from + text.slice(from, close).trimEnd().length;
  const layout = layoutOf(text, isOneLine ? 'one' : 'many', last.offset);
  const before = isOneLine ? ' ' : `${layout.eol}${layout.indent}`;
  const isLikeOthers = isOneLineValue(text, last) && object.parent !== undefined;
  const style: Layout = isLikeOthers ? { ...layout, lines: 'one' } : layout;
  const properties = entries.map((entry) => before + renderProperty(entry, style));
  const inserted = splice(text, at, at, `${properties.join(',')}${comma === null ? '' : ','}`);
  return comma === null ? splice(inserted, endOf(last), endOf(last), ',') : inserted;
}

/** Whether a property's value is an object in one line, so that its neighbours look best so too. */
function isOneLineValue(text: string, property: Node): boolean {
  const value = property.children?.[1];
  return value?.type === 'object' && !/[\r\n]/.test(text.slice(value.offset, endOf(value)));
}

/** Takes a property out. */
function removeProperty(text: string, object: Node, value: Node): string {
  const properties = object.children ?? [];
  const index = properties.findIndex(({ children }) => children?.[1] === value);
  return index < 0 ? text : removeChild(text, properties, index);
}

/** Takes a part of an object or a list out, with its comma, and with its line where nothing else stands there; comments beside it stay. */
export function removeChild(text: string, children: readonly Node[], index: number): string {
  const child = children[index];
  if (child === undefined) return text;
  const former = children[index - 1];
  const comma = commaBehind(text, child);
  const formerComma = comma === null && former !== undefined ? commaBehind(text, former) : null;
  // From the end, so that offsets stay true.
  let edited = text;
  if (comma !== null && comma > endOf(child) + 1) edited = splice(edited, comma - 1, comma, '');
  const end = comma === endOf(child) + 1 ? comma : endOf(child);
  const { from, to } = wholeLines(edited, child.offset, end);
  edited = splice(edited, from, to, '');
  return formerComma === null ? edited : splice(edited, formerComma - 1, formerComma, '');
}

/** Puts a value at the end of a list, behind the comments that follow the others. */
export function appendChild(text: string, list: Node, value: unknown): string {
  const last = list.children?.at(-1);
  const close = endOf(list) - 1;
  if (last === undefined) {
    const inside = text.slice(list.offset + 1, close).trimEnd();
    const layout = layoutOf(text, 'many', list.offset);
    const inner = indented(layout);
    const content = `${inner.eol}${inner.indent}${render(value, inner)}${layout.eol}${layout.indent}`;
    return splice(text, list.offset + 1 + inside.length, close, content);
  }
  const comma = commaBehind(text, last);
  const from = comma ?? endOf(last);
  const at = from + text.slice(from, close).trimEnd().length;
  const isOneLine = !/[\r\n]/.test(text.slice(list.offset, close));
  const layout = layoutOf(text, isOneLine ? 'one' : 'many', last.offset);
  const before = isOneLine ? ' ' : `${layout.eol}${layout.indent}`;
  const inserted = splice(text, at, at, `${before}${render(value, layout)}${comma === null ? '' : ','}`);
  return comma === null ? splice(inserted, endOf(last), endOf(last), ',') : inserted;
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

function renderProperty([key, value]: readonly [string, unknown], layout: Layout): string {
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
    .map((entry) => renderProperty(entry, inner));
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
