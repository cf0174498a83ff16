// Owns the tests of the JSON Schema: it takes what the reader takes, and refuses what a schema can refuse.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import Schema from 'typebox/schema';
import { shippedConfig } from './config-schema.ts';
import { configJsonSchema } from './json-schema.ts';
import { parseConfig } from './parse-config.ts';

const schema = JSON.parse(JSON.stringify(configJsonSchema()));
const accepts = (value: unknown): boolean => Schema.Check(schema, value);
const CONTEXT = { ephemeral: { start: 32_768, end: 60_999 }, ownPort: 9876 };

test('the shipped configuration and an empty one are right', () => {
  assert.equal(accepts({}), true);
  assert.equal(accepts(JSON.parse(JSON.stringify(shippedConfig()))), true);
});

const cases: readonly (readonly [value: object, isRight: boolean])[] = [
  [{ $schema: 'https://example.org/schema.json' }, true],
  [{ service_types: { grpc: { range: [12_000, 12_049] } } }, true],
  [{ service_types: { dev: { instance_behavior: 'single' } } }, true],
  [{ auto_allocation: { rules: { 'web-*': { placement: 'before' } } } }, true],
  [{ port_guide: '~/PORTS.md' }, true],
  [{ $schema: 3 }, false],
  [{ term: {} }, false],
  [{ terms: { lease_ttl_seconds: '60' } }, false],
  [{ terms: { lease_ttl_seconds: 0 } }, false],
  [{ terms: { lease_ttl_seconds: 1.5 } }, false],
  [{ service_types: { grpc: {} } }, false],
  [{ service_types: { grpc: { range: [12_000] } } }, false],
  [{ service_types: { grpc: { range: [80, 90] } } }, false],
  [{ service_types: { Grpc: { range: [12_000, 12_049] } } }, false],
  [{ service_types: { dev: { preferred_ports: [3000, 3000] } } }, false],
  [{ service_types: { dev: { instance_behavior: 'many' } } }, false],
  [{ auto_allocation: { enabled: 'yes' } }, false],
  [{ instance_templates: { mine: -1 } }, false],
];
for (const [value, isRight] of cases) {
  test(`${JSON.stringify(value)} is ${isRight ? 'right' : 'wrong'}, for the reader and for editors`, () => {
    assert.equal(accepts(value), isRight);
    assert.equal(parseConfig(JSON.stringify(value), CONTEXT).errors.length === 0, isRight);
  });
}
