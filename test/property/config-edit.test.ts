// Proves that edits of config.json change what they are meant to change and nothing else, whatever the text looks like.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createScanner, parse } from 'jsonc-parser';
import { type ConfigEdit, editDocument } from '../../src/config/edit-document.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const key = fc.oneof(
  fc.constantFrom('service_types', 'terms', 'a', 'b', '__proto__', 'x y', '"', 'é'),
  fc.string(),
);
const scalar = fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.string({ maxLength: 4 }));
const { value: json } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.uniqueArray(fc.tuple(key, tie('value')), { maxLength: 4, selector: ([name]) => name }).map(toObject),
  ),
}));
const object = fc
  .uniqueArray(fc.tuple(key, json), { maxLength: 5, selector: ([name]) => name })
  .map(toObject);

/** Spaces, line ends and comments, as they may stand between any two words. */
const trivia = (eol: string) =>
  fc.array(
    fc.oneof(
      fc.constantFrom('', ' ', '\t', eol, `${eol}  `, `${eol}\t`),
      fc.constantFrom(
        `// a word${eol}`,
        '/* block */',
        `/* two${eol} lines */`,
        `//${eol}`,
        `// "a": 1,${eol}`,
      ),
    ),
    { maxLength: 3 },
  );

/** A document with anything between its words, its value, and its line end. */
const document = fc.constantFrom('\n', '\r\n').chain((eol) =>
  fc.tuple(object, fc.infiniteStream(trivia(eol)), fc.boolean()).map(([value, stream, hasTrailing]) => {
    const gaps = stream[Symbol.iterator]();
    const gap = (): string => (gaps.next().value ?? []).join('');
    const write = (part: Json): string => {
      if (Array.isArray(part)) return list('[', part.map(write), ']');
      if (typeof part !== 'object' || part === null) return JSON.stringify(part);
      const entries = Object.entries(part).map(
        ([name, inner]) => `${JSON.stringify(name)}${gap()}:${gap()}${write(inner)}`,
      );
      return list('{', entries, '}');
    };
    const list = (open: string, items: readonly string[], close: string): string => {
      const inner = items.map((item) => gap() + item + gap()).join(',');
      return `${open}${inner}${hasTrailing && items.length > 0 ? ',' : ''}${gap()}${close}`;
    };
    return { text: gap() + write(value) + gap(), value, eol };
  }),
);

function toObject(entries: readonly (readonly [string, Json])[]): { readonly [key: string]: Json } {
  return Object.fromEntries(entries.filter(([name]) => name !== '__proto__'));
}

function parsed(text: string): Json {
  const errors: unknown[] = [];
  const value: Json = parse(text, errors as never, { allowTrailingComma: true });
  assert.deepEqual(errors, [], text);
  return value;
}

function commentsOf(text: string): string[] {
  const scanner = createScanner(text);
  const comments: string[] = [];
  for (let token: number = scanner.scan(); token !== 17; token = scanner.scan())
    if (token === 12 || token === 13)
      comments.push(
        text.slice(scanner.getTokenOffset(), scanner.getTokenOffset() + scanner.getTokenLength()),
      );
  return comments;
}

/** The value with an edit made, or null where something is in its way. */
function edited(value: Json, [name, ...rest]: readonly string[], change: Json | undefined): Json | null {
  if (name === undefined) return change ?? null;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const entries = new Map(Object.entries(value));
  if (rest.length === 0) {
    if (change === undefined) entries.delete(name);
    else entries.set(name, change);
    return Object.fromEntries(entries);
  }
  if (!entries.has(name) && change === undefined) return value;
  const inner = edited(entries.has(name) ? (entries.get(name) ?? null) : {}, rest, change);
  return inner === null ? null : Object.fromEntries(entries.set(name, inner));
}

const path = fc.array(
  key.filter((name) => name !== '__proto__'),
  { minLength: 1, maxLength: 3 },
);

test('the value is the edited one, in the same order', () => {
  fc.assert(
    fc.property(document, path, fc.option(json, { nil: undefined }), ({ text, value }, at, change) => {
      const expected = edited(value, at, change);
      const result = editDocument(text, [{ path: at as unknown as ConfigEdit['path'], value: change }]);
      if (expected === null) return assert.equal(result, null);
      assert.notEqual(result, null);
      assert.equal(JSON.stringify(parsed(result ?? '')), JSON.stringify(expected));
    }),
    { numRuns: 2000 },
  );
});

test('many edits at once are the same as one after the other', () => {
  const at = fc.constantFrom<ConfigEdit['path']>(
    ['a', 'x'],
    ['a', 'y'],
    ['a', 'z'],
    ['b'],
    ['terms', 'x', 'y'],
    ['terms', 'x', 'z'],
  );
  const edits = fc.array(fc.record({ path: at, value: fc.option(json, { nil: undefined }) }), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(document, edits, ({ text }, many) => {
      const oneByOne = many.reduce<string | null>(
        (edited, edit) => (edited === null ? null : editDocument(edited, [edit])),
        text,
      );
      const atOnce = editDocument(text, many);
      if (oneByOne === null) assert.equal(atOnce, null);
      else assert.equal(JSON.stringify(parsed(atOnce ?? '')), JSON.stringify(parsed(oneByOne)));
    }),
    { numRuns: 2000 },
  );
});

test('every comment stays, in its order, and so do the line ends', () => {
  fc.assert(
    fc.property(document, path, fc.option(scalar, { nil: undefined }), ({ text, value, eol }, at, change) => {
      // Comments in a value that goes are gone with it.
      const known = at.reduce<Json | undefined>((part, name) => memberOf(part, name), value);
      fc.pre(known === undefined || typeof known !== 'object' || known === null);
      const result = editDocument(text, [{ path: at as unknown as ConfigEdit['path'], value: change }]);
      if (result === null) return;
      // A comment may stand between a key and its colon or value; it goes with its key.
      if (change !== undefined) assert.deepEqual(commentsOf(result), commentsOf(text));
      const others = eol === '\n' ? /\r/ : /(?<!\r)\n/;
      if (text.includes('\n')) assert.doesNotMatch(result, others);
    }),
    { numRuns: 2000 },
  );
});

test('what is taken out again leaves the value as it was', () => {
  fc.assert(
    fc.property(document, json, ({ text, value }, change) => {
      const at: ConfigEdit['path'] = ['service_types_of_nobody', 'one'];
      const added = editDocument(text, [{ path: at, value: change }]) ?? '';
      const removed = editDocument(added, [{ path: [at[0]], value: undefined }]) ?? '';
      assert.equal(JSON.stringify(parsed(removed)), JSON.stringify(value));
      assert.deepEqual(commentsOf(removed), commentsOf(text));
    }),
    { numRuns: 1000 },
  );
});

function memberOf(part: Json | undefined, name: string): Json | undefined {
  if (typeof part !== 'object' || part === null || Array.isArray(part) || !Object.hasOwn(part, name))
    return undefined;
  return (part as { readonly [key: string]: Json })[name];
}
