// Owns the reading of one setting from its node: type, bounds and names checked against the schema, all mistakes told.

import { closest, distance } from 'fastest-levenshtein';
import type { Node } from 'jsonc-parser';
import type { ConfigError } from './config.ts';
import type { ConfigDocument } from './config-document.ts';
import {
  defaultOf,
  definedEntries,
  exampleOf,
  type ListSetting,
  type SectionSetting,
  type Setting,
  type TableSetting,
} from './setting.ts';

/** Where a value stands that was read without error. */
export interface Place {
  readonly source: 'port_guide' | 'config.json';
  /** Of two places, the one that comes later has the higher number. */
  readonly order: number;
  readonly value: unknown;
  error(message: string): ConfigError;
}

/** What has been read of one document so far. */
export interface Reading {
  readonly document: ConfigDocument;
  readonly errors: ConfigError[];
  /** By path. */
  readonly places: Map<string, Place>;
}

/**
 * The value of a setting, laid over `fallback`.
 *
 * Keys are compared, never used to index an object, so that `__proto__` is an unknown key like any other.
 *
 * @returns `fallback` where the node is no value of the setting; the reading's errors say why
 */
export function readSetting(
  reading: Reading,
  setting: Setting,
  node: Node,
  path: string,
  fallback: unknown,
): unknown {
  const fail = (message: string): unknown => {
    reading.errors.push(reading.document.errorAt(node, path, message));
    return fallback;
  };
  const value: unknown = node.value;
  switch (setting.kind) {
    case 'section':
      if (node.type !== 'object') return fail(`must be an object, not ${shown(node)}`);
      return readSection(reading, setting, node, path, fallback);
    case 'table':
      if (node.type !== 'object') return fail(`must be an object, not ${shown(node)}`);
      return readTable(reading, setting, node, path, fallback);
    case 'list':
      if (node.type !== 'array') return fail(`must be an array, not ${shown(node)}`);
      return readList(reading, setting, node, path, fallback);
    case 'range': {
      const [start, end] = (node.children ?? []).map((child): unknown => child.value);
      if (node.type !== 'array' || node.children?.length !== 2 || !isInteger(start) || !isInteger(end)) {
        const text = /^\s{0,9}(\d{1,5})\s{0,9}[-\u2013\u2014]\s{0,9}(\d{1,5})\s{0,9}$/.exec(String(value));
        const remedy = text === null ? '' : `; write [${text[1]}, ${text[2]}]`;
        return fail(`must be [first port, last port], not ${shown(node)}${remedy}`);
      }
      if (start < setting.min || end > setting.max) {
        return fail(`must lie within ${setting.min}–${setting.max}, but is ${start}–${end}`);
      }
      if (start > end) return fail(`must begin with the lower port: write [${end}, ${start}]`);
      break;
    }
    case 'integer':
      if (!isInteger(value)) {
        const remedy =
          typeof value === 'string' && /^\d{1,9}$/.test(value) ? `; write ${value} without quotes` : '';
        return fail(`must be a whole number, not ${shown(node)}${remedy}`);
      }
      if (value < setting.min || value > setting.max) {
        return fail(`must be from ${setting.min} to ${setting.max}, but is ${value}`);
      }
      break;
    case 'flag':
      if (typeof value !== 'boolean') return fail(`must be true or false, not ${shown(node)}`);
      break;
    case 'text':
      if (typeof value !== 'string') return fail(`must be a text, not ${shown(node)}`);
      if (value.length > setting.maxLength)
        return fail(`may have ${setting.maxLength} characters, but has ${value.length}`);
      if (UNPRINTABLE.test(value)) return fail('may not hold control characters');
      if (setting.pattern?.form.test(value) === false)
        return fail(`must be ${setting.pattern.rule}, not ${shown(node)}`);
      break;
    case 'choice':
      if (typeof value !== 'string' || !setting.values.includes(value)) {
        const values = setting.values.map((choice) => JSON.stringify(choice)).join(' or ');
        const meant = typeof value === 'string' ? nearestOf(value, setting.values) : null;
        return fail(
          `must be ${values}, not ${shown(node)}${meant === null ? '' : `; did you mean "${meant}"?`}`,
        );
      }
      break;
    default:
      setting satisfies never;
  }
  markPlace(reading, path, node);
  return setting.kind === 'range' ? node.children?.map((child): unknown => child.value) : value;
}

function markPlace(reading: Reading, path: string, node: Node): void {
  reading.places.set(path, {
    source: 'config.json',
    order: node.offset,
    value: node.value,
    error: (message) => reading.document.errorAt(node, path, message),
  });
}

/** Control characters, and those that turn the direction of text around. */
export const UNPRINTABLE = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** The key by which editors find the JSON Schema of a file. */
const SCHEMA_KEY = '$schema';

function readSection(
  reading: Reading,
  section: SectionSetting,
  node: Node,
  path: string,
  fallback: unknown,
): unknown {
  const values = new Map(Object.entries(fallback ?? (defaultOf(section) as object)));
  for (const { key, keyNode, valueNode } of entriesOf(reading, node, path)) {
    const inner = Object.hasOwn(section.keys, key) ? section.keys[key] : undefined;
    if (path === '' && key === SCHEMA_KEY && valueNode.type === 'string') continue;
    if (inner === undefined) {
      const message = `unknown key ${JSON.stringify(key)}; ${suggestion(key, Object.keys(section.keys))}`;
      reading.errors.push(reading.document.errorAt(keyNode, join(path, key), message));
      continue;
    }
    values.set(key, readSetting(reading, inner, valueNode, join(path, key), values.get(key)));
  }
  for (const [key, inner] of Object.entries(section.keys)) {
    const example = exampleOf(inner);
    const isMissing = example !== null && values.get(key) === undefined;
    const isNamed = node.children?.some(({ children }) => children?.[0]?.value === key) ?? false;
    if (!isMissing || isNamed) continue;
    reading.errors.push(reading.document.errorAt(node, path, `needs a "${key}", such as ${example}`));
  }
  return definedEntries(values);
}

function readTable(
  reading: Reading,
  table: TableSetting,
  node: Node,
  path: string,
  fallback: unknown,
): unknown {
  const values = new Map(Object.entries(fallback ?? table.default));
  for (const { key, keyNode, valueNode } of entriesOf(reading, node, path)) {
    const inner = join(path, key);
    if (!table.namePattern.test(key)) {
      const message = `${JSON.stringify(key)} is no name for ${table.entryName}: ${table.nameRule}`;
      reading.errors.push(reading.document.errorAt(keyNode, inner, message));
      continue;
    }
    values.set(key, readSetting(reading, table.entry, valueNode, inner, values.get(key)));
  }
  if (values.size > table.maxEntries) {
    reading.errors.push(
      reading.document.errorAt(node, path, `may have ${table.maxEntries} entries, but has ${values.size}`),
    );
  }
  return Object.fromEntries(values);
}

function readList(reading: Reading, list: ListSetting, node: Node, path: string, fallback: unknown): unknown {
  const items = node.children ?? [];
  const before = reading.errors.length;
  if (items.length > list.maxItems) {
    reading.errors.push(
      reading.document.errorAt(node, path, `may have ${list.maxItems} entries, but has ${items.length}`),
    );
    return fallback;
  }
  const values = new Set<unknown>();
  items.forEach((item, index) => {
    const value = readSetting(reading, list.item, item, `${path}[${index}]`, undefined);
    if (value !== undefined && values.has(value)) {
      reading.errors.push(
        reading.document.errorAt(item, `${path}[${index}]`, `${shown(item)} is there twice; remove one`),
      );
    }
    values.add(value);
  });
  if (reading.errors.length > before) return fallback;
  markPlace(reading, path, node);
  return [...values];
}

interface Entry {
  readonly key: string;
  readonly keyNode: Node;
  readonly valueNode: Node;
}

/** The entries of an object, each key once; a repeated one is a mistake, since which of them counts is a guess. */
function entriesOf(reading: Reading, node: Node, path: string): Entry[] {
  const entries = new Map<string, Entry>();
  for (const { children } of node.children ?? []) {
    const [keyNode, valueNode] = children ?? [];
    if (keyNode === undefined || valueNode === undefined) continue;
    const key = String(keyNode.value);
    const former = entries.get(key);
    if (former !== undefined) {
      const { line } = reading.document.errorAt(former.keyNode, path, '');
      const message = `${JSON.stringify(key)} is there twice, first in line ${line}; remove one`;
      reading.errors.push(reading.document.errorAt(keyNode, join(path, key), message));
    } else entries.set(key, { key, keyNode, valueNode });
  }
  return [...entries.values()];
}

/** What may have been meant: the nearest key, else all that there are. */
function suggestion(key: string, known: readonly string[]): string {
  const nearest = nearestOf(key, known);
  return nearest === null ? `the keys here are ${known.join(', ')}` : `did you mean "${nearest}"?`;
}

/** The nearest of `known` to a word, where one is near enough to have been meant. */
function nearestOf(word: string, known: readonly string[]): string | null {
  const nearest = closest(word.toLowerCase(), known);
  return distance(word.toLowerCase(), nearest) <= Math.max(2, word.length / 3) ? nearest : null;
}

function isInteger(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function shown(node: Node): string {
  if (node.type === 'object') return 'an object';
  if (node.type === 'array') return node.children?.length ? 'this array' : 'an empty array';
  const text = JSON.stringify(node.value as unknown) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
