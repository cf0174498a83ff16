// Owns the tests of the schema's data: every key described, every default within its own bounds.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overlaps, rangeSize } from '../core/port-range.ts';
import { rangeOf } from './config-rules.ts';
import { CONFIG_SCHEMA, shippedConfig } from './config-schema.ts';
import { parseConfig } from './parse-config.ts';
import type { Setting } from './setting.ts';
import { BROWSER_BLOCKED_PORTS } from './shipped-catalogue.ts';

function* settingsOf(setting: Setting, path: string): Generator<[path: string, setting: Setting]> {
  yield [path, setting];
  if (setting.kind === 'section') {
    for (const [key, inner] of Object.entries(setting.keys)) yield* settingsOf(inner, `${path}.${key}`);
  }
  if (setting.kind === 'table') yield* settingsOf(setting.entry, `${path}.*`);
  if (setting.kind === 'list') yield* settingsOf(setting.item, `${path}[]`);
}

test('every key has a sentence of description', () => {
  for (const [path, { description }] of settingsOf(CONFIG_SCHEMA, '')) {
    assert.match(description, /^[\p{Lu}`].*\.$/u, path);
    assert.doesNotMatch(description, /\n/, path);
  }
});

test('the shipped configuration keeps its own rules', () => {
  const { errors } = parseConfig(JSON.stringify(shippedConfig()), {
    ephemeral: { start: 32_768, end: 60_999 },
    ownPort: 9876,
  });
  assert.deepEqual(errors, []);
});

test('17 types with 1,404 ports are shipped, no two overlapping', () => {
  const types = Object.entries(shippedConfig().service_types);
  assert.equal(types.length, 17);
  assert.equal(
    types.reduce((sum, [, type]) => sum + rangeSize(rangeOf(type)), 0),
    1404,
  );
  types.forEach(([a, type], i) => {
    for (const [b, other] of types.slice(i + 1))
      assert.equal(overlaps(rangeOf(type), rangeOf(other)), false, `${a}, ${b}`);
    assert.ok(type.description !== '' && type.preferred_ports.length > 0, a);
  });
});

test('the ports to avoid are those of each range that browsers refuse', () => {
  for (const [name, { range, avoid }] of Object.entries(shippedConfig().service_types)) {
    const blocked = BROWSER_BLOCKED_PORTS.filter((port) => port >= range[0] && port <= range[1]);
    assert.deepEqual(avoid, blocked, name);
  }
});
