// Owns the reading of a port guide in JSON: the form of config.json, lists of types, and what lies between the two.

import type { Node } from 'jsonc-parser';
import { parseDocument } from './config-document.ts';
import type { GuideBuilder } from './guide-builder.ts';
import { fieldOf, type GuideFields, readField } from './guide-fields.ts';
import { typeNameIn } from './guide-text.ts';

/** Keys below which the types stand, where they are not the whole document. */
const CONTAINERS = /^(?:service_?types|services|types|port_?ranges|ranges|ports)$/i;

/** Reads the types of a JSON document; what is no type is noted. */
export function readJsonGuide(builder: GuideBuilder, text: string): void {
  const { root, errors, errorAt } = parseDocument(text);
  for (const { line, message } of errors) builder.mistake(line, message);
  if (root === null) return;
  readTypes(containerIn(root) ?? root, {
    lineOf: (node) => errorAt(node, '', '').line,
    builder,
  });
}

/** Reads a piece of JSON within another document, of which each line is `above` lines further down there. */
export function readJsonPiece(builder: GuideBuilder, text: string, above: number): void {
  const { root, errors, errorAt } = parseDocument(text);
  // Without a word that it is about service types it is an example of something else.
  const container = root === null || errors.length > 0 ? null : containerIn(root);
  if (container === null) return;
  readTypes(container, { lineOf: (node) => errorAt(node, '', '').line + above, builder });
}

interface Surroundings {
  readonly builder: GuideBuilder;
  lineOf(node: Node): number;
}

function containerIn(root: Node): Node | null {
  const property = root.children?.find(
    ({ type, children }) =>
      type === 'property' && CONTAINERS.test(String(children?.[0]?.value)) && isGroup(children?.[1]),
  );
  return property?.children?.[1] ?? null;
}

function readTypes(container: Node, { builder, lineOf }: Surroundings): void {
  for (const child of container.children ?? []) {
    const [keyNode, valueNode] = child.type === 'property' ? (child.children ?? []) : [undefined, child];
    if (valueNode === undefined) continue;
    const named: unknown = keyNode === undefined ? valueUnder(valueNode, 'name') : keyNode.value;
    const name = typeof named === 'string' ? typeNameIn(named) : null;
    const fields = fieldsOf(valueNode);
    if (name !== null && fields.range !== undefined) builder.add(name, lineOf(child), fields);
    else if (isGroup(valueNode) || named === undefined) {
      const reason = name === null ? 'there is no name for a type' : 'there is no range';
      builder.skip(lineOf(child), String(named ?? 'an entry'), reason);
    }
  }
}

function fieldsOf(node: Node): GuideFields {
  const fields: GuideFields = {};
  if (node.type !== 'object') {
    readField(fields, 'range', textOf(node));
    return fields;
  }
  for (const { children } of node.children ?? []) {
    const [keyNode, valueNode] = children ?? [];
    const field = keyNode === undefined ? null : fieldOf(String(keyNode.value));
    if (field === null || valueNode === undefined) continue;
    if (field === 'range' && valueNode.type === 'object') readBounds(fields, valueNode);
    else if (field === 'examples' && valueNode.type === 'array')
      readField(fields, field, (valueNode.children ?? []).map((each) => String(each.value)).join(','));
    else readField(fields, field, textOf(valueNode));
  }
  readBounds(fields, node);
  return fields;
}

function readBounds(fields: GuideFields, node: Node): void {
  const [start, end] = [valueUnder(node, 'start'), valueUnder(node, 'end')];
  if (typeof start === 'number' && typeof end === 'number') fields.range ??= { start, end };
}

/** The value of the first key that means `field`. */
function valueUnder(node: Node, field: 'name' | 'start' | 'end'): unknown {
  if (node.type !== 'object') return undefined;
  const property = node.children?.find(({ children }) => fieldOf(String(children?.[0]?.value)) === field);
  return property?.children?.[1]?.value;
}

/** A value as a guide in Markdown would have it. */
function textOf(node: Node): string {
  if (node.type !== 'array') return String(node.value);
  return `[${(node.children ?? []).map((each) => String(each.value)).join(', ')}]`;
}

function isGroup(node: Node | undefined): boolean {
  return node?.type === 'object' || node?.type === 'array';
}
