// Owns the tests of reading a configuration: what counts, what is a mistake, and where it is said to be.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { overlaps } from '../core/port-range.ts';
import { rangeOf } from './config-rules.ts';
import { shippedConfig } from './config-schema.ts';
import { parseConfig } from './parse-config.ts';

const CONTEXT = { ephemeral: { start: 32_768, end: 60_999 }, ownPort: 9876 };
const parse = (text: string, context = CONTEXT) => parseConfig(text, context);
const mistakes = (value: unknown): string[] =>
  parse(JSON.stringify(value)).errors.map(({ path, message }) => `${path}: ${message}`);

test('comments, trailing commas and $schema are welcome', () => {
  const { config, errors, named } = parse(`{
    "$schema": "https://example.org/schema.json", // for the editor
    /* one type */
    "service_types": {"grpc": {"range": [12000, 12049], "preferred_ports": [12000], "instance_behavior": "multi",},},
  }`);
  assert.deepEqual(errors, []);
  assert.deepEqual(config.service_types.grpc, {
    range: [12_000, 12_049],
    preferred_ports: [12_000],
    instance_behavior: 'multi',
    description: '',
    examples: [],
    avoid: [],
  });
  assert.ok(named.has('service_types.grpc.range'));
});

test('what the file leaves out is as shipped', () => {
  assert.deepEqual(parse('{}').config, shippedConfig());
  const { config } = parse(
    '{"service_types": {"dev": {"instance_behavior": "single"}}, "terms": {"lease_ttl_seconds": 60}}',
  );
  const shipped = shippedConfig();
  assert.deepEqual(config, {
    ...shipped,
    service_types: {
      ...shipped.service_types,
      dev: { ...shipped.service_types.dev, instance_behavior: 'single' },
    },
    terms: { ...shipped.terms, lease_ttl_seconds: 60 },
  });
});

test('a new range drops the shipped ports that it leaves behind', () => {
  const { config, errors } = parse('{"service_types": {"ui": {"range": [4002, 4040]}}}');
  assert.deepEqual(errors, []);
  assert.deepEqual(config.service_types.ui?.preferred_ports, [4002, 4003]);
  assert.deepEqual(config.service_types.ui?.avoid, []);
});

test('a range of 20,000 ports is fine', () => {
  const { config, errors } = parse('{"service_types": {"big": {"range": [12000, 31999]}}}');
  assert.deepEqual(errors, []);
  assert.deepEqual(config.service_types.big?.range, [12_000, 31_999]);
});

test('a shipped type may be moved out of the way of a new one', () => {
  const { errors } = parse(
    '{"service_types": {"dev": {"range": [12000, 12099]}, "mine": {"range": [3000, 3099]}}}',
  );
  assert.deepEqual(errors, []);
});

describe('mistakes', () => {
  const cases: [name: string, value: unknown, expected: RegExp][] = [
    ['an array', [], /^: must be an object/],
    ['a null', null, /^: must be an object, not null/],
    ['a section of another type', { terms: 3 }, /^terms: must be an object, not 3/],
    ['an unknown key', { term: {} }, /^term: unknown key "term"; did you mean "terms"\?/],
    [
      'an unknown key like none',
      { zzzzzzzz: {} },
      /^zzzzzzzz: unknown key "zzzzzzzz"; the keys here are .*terms, /,
    ],
    ['an unknown key within', { terms: { lease_ttl: 1 } }, /^terms\.lease_ttl: unknown key/],
    ['a text for a number', { terms: { lease_ttl_seconds: '60' } }, /whole number, not "60"/],
    ['a number in quotes', { terms: { lease_ttl_seconds: '60' } }, /write 60 without quotes/],
    ['a number for a flag', { auto_allocation: { enabled: 1 } }, /must be true or false, not 1/],
    [
      'bounds in the wrong order',
      { auto_allocation: { max_port: 9000 } },
      /max_port \(9000\) is below auto_allocation\.min_port \(10000\)/,
    ],
    [
      'a rule for a pattern that no name can have',
      { auto_allocation: { rules: { 'A+': { chunk_size: 5 } } } },
      /"A\+" is no name for a rule: .*\* and \?/,
    ],
    [
      'a placement that there is not',
      { auto_allocation: { rules: { 'web-*': { placement: 'near' } } } },
      /rules\.web-\*\.placement: must be "after" or "before" or "smart"/,
    ],
    [
      'a placement by a module that is not named',
      { auto_allocation: { rules: { 'web-*': { placement: 'module' } } } },
      /rules\.web-\*\.placement: "module" needs auto_allocation\.placement_module/,
    ],
    [
      'a behaviour that there is not',
      { services: { x: { instance_behavior: 'one' } } },
      /"multi" or "single"/,
    ],
    ['a name that no service can have', { services: { 'a b': {} } }, /"a b" is no name for a service/],
    ['a fraction', { terms: { lease_ttl_seconds: 1.5 } }, /whole number, not 1\.5/],
    ['a number too high', { terms: { lease_ttl_seconds: 2_592_001 } }, /from 1 to 2592000, but is 2592001/],
    ['a number too low', { terms: { lease_ttl_seconds: 0 } }, /from 1 to/],
    [
      'a key that nothing reads',
      { recovery: { health_monitoring: { enable: true } } },
      /^recovery\.health_monitoring\.enable: unknown key "enable"; did you mean "enabled"\?/,
    ],
    [
      'a guard that is none',
      { hooks: { kill_guard: 'denny' } },
      /^hooks\.kill_guard: must be "deny" or "ask" or "warn" or "off", not "denny"; did you mean "deny"\?/,
    ],
    [
      'a range in words',
      { service_types: { grpc: { range: '12030–12040' } } },
      /must be \[first port, last port\], not "12030–12040"; write \[12030, 12040\]/,
    ],
    ['no leases at all', { quotas: { max_leases_per_project: 0 } }, /from 1 to 64512, but is 0/],
    [
      'a wait that is no time',
      { recovery: { port_conflict: { backoff_ms: '100' } } },
      /whole number, not "100"; write 100 without quotes/,
    ],
    ['another choice', { store: { synchronous: 'off' } }, /"normal" or "full", not "off"/],
    [
      'a rest longer than the longest',
      { quarantine: { seconds: 700 } },
      /max_seconds \(600\) is below .*\(700\)/,
    ],
    [
      'a bad name',
      { service_types: { 'a b': { range: [12_000, 12_010] } } },
      /"a b" is no name for a service type/,
    ],
    ['a name with capitals', { service_types: { Web: { range: [12_000, 12_010] } } }, /"Web" is no name/],
    ['a bad template name', { instance_templates: { '-x': 1 } }, /"-x" is no name for a template/],
    ['a type without a range', { service_types: { x: {} } }, /^service_types\.x: needs a "range"/],
    [
      'a range of three',
      { service_types: { x: { range: [12_000, 12_010, 1] } } },
      /\[first port, last port\]/,
    ],
    ['a range of texts', { service_types: { x: { range: ['a', 'b'] } } }, /\[first port, last port\]/],
    ['a range from the end', { service_types: { x: { range: [12_010, 12_000] } } }, /lower port/],
    ['a privileged range', { service_types: { x: { range: [80, 90] } } }, /within 1024–65535, but is 80–90/],
    [
      'a range beyond the last port',
      { service_types: { x: { range: [65_000, 70_000] } } },
      /within 1024–65535/,
    ],
    [
      'an ephemeral range',
      { service_types: { x: { range: [32_700, 32_768] } } },
      /reaches into 32768–60999, the ports that the system hands out.*end it at 32767 or below, or begin it at 61000/,
    ],
    [
      'the own port',
      { service_types: { x: { range: [9876, 9876] } } },
      /holds 9876, the port of Styxy itself/,
    ],
    [
      'an overlap with a shipped type',
      { service_types: { x: { range: [3099, 3110] } } },
      /3099–3110 of "x" overlaps 3000–3099 of "dev", which is shipped/,
    ],
    [
      'a preferred port outside',
      { service_types: { x: { range: [12_000, 12_010], preferred_ports: [12_011] } } },
      /preferred_ports\[0\]: 12011 lies outside/,
    ],
    [
      'an avoided port outside',
      { service_types: { dev: { avoid: [5000] } } },
      /avoid\[0\]: 5000 lies outside/,
    ],
    [
      'a port twice',
      { service_types: { dev: { preferred_ports: [3000, 3000] } } },
      /\[1\]: 3000 is there twice/,
    ],
    ['control characters', { service_types: { dev: { description: 'a\u001b[31m' } } }, /control characters/],
    ['text that turns around', { service_types: { dev: { description: 'a\u202eb' } } }, /control characters/],
    [
      'a description too long',
      { service_types: { dev: { description: 'x'.repeat(201) } } },
      /200 characters, but has 201/,
    ],
  ];
  for (const [name, value, expected] of cases) {
    test(name, () => {
      const found = mistakes(value);
      assert.ok(
        found.some((line) => expected.test(line)),
        `${JSON.stringify(found)} has nothing like ${expected}`,
      );
      assert.deepEqual(parse(JSON.stringify(value)).config, shippedConfig());
    });
  }
});

test('every mistake is named at once, in order, with line and column', () => {
  const { errors } = parse(`{
  "terms": {"lease_ttl_secnds": 3},
  "service_types": {
    "one": {"range": [12000, 12050]},
    "two": {"range": [12050, 12100], "preferred_ports": [1, 13000]},
    "one": {"range": [13000, 13100]}
  }
}`);
  assert.deepEqual(
    errors.map(({ line, column, path }) => `${line}:${column} ${path}`),
    [
      '2:13 terms.lease_ttl_secnds',
      '5:22 service_types.two.range',
      '5:58 service_types.two.preferred_ports[0]',
      '5:61 service_types.two.preferred_ports[1]',
      '6:5 service_types.one',
    ],
  );
  assert.match(
    errors[1]?.message ?? '',
    /12050–12100 of "two" overlaps 12000–12050 of "one"; move one of them$/,
  );
});

test('mistakes beside broken syntax are named too', () => {
  const { errors } = parse(`{
  "terms": {"lease_ttl_seconds" 60},
  "quarantine": {"seconds": "soon"},
  "service_types": {"one": {"range": [12000 12050]}, "One": 3},
  "store": {"synchronos": "full"}
`);
  assert.deepEqual(
    errors.map(({ line, path }) => `${line} ${path}`),
    ['2 ', '3 quarantine.seconds', '4 ', '5 store.synchronos', '6 '],
  );
});

test('a key that is there twice says where it was first', () => {
  const { errors } = parse('{\n"terms": {},\n"terms": {}\n}');
  assert.deepEqual(errors, [
    { line: 3, column: 1, path: 'terms', message: '"terms" is there twice, first in line 2; remove one' },
  ]);
});

test('ranges on both sides of the ports of the system are fine', () => {
  const { errors } = parse(
    '{"service_types": {"below": {"range": [32700, 32767]}, "above": {"range": [61000, 61099]}}}',
  );
  assert.deepEqual(errors, []);
});

test('a rule that leaves something out says nothing of it', () => {
  const { config } = parse('{"auto_allocation": {"rules": {"web-*": {"chunk_size": 5}}}}');
  assert.deepEqual(config.auto_allocation.rules['web-*'], { chunk_size: 5 });
  assert.deepEqual(Object.keys(config.auto_allocation.rules), ['monitoring-*', 'database-*', 'web-*']);
});

test('broken syntax is said in words, with its place', () => {
  assert.deepEqual(parse('{\r\n  "terms" {}\r\n}').errors.slice(0, 1), [
    { line: 2, column: 11, path: '', message: 'a colon is expected here' },
  ]);
  for (const text of [
    '',
    ' // nothing\n',
    '{',
    '{"a": tru}',
    '{"a": "b',
    '{} {}',
    '[',
    '{"a": 1,,}',
    '{a: 1}',
  ]) {
    const { config, errors } = parse(text);
    assert.notDeepEqual(errors, [], JSON.stringify(text));
    for (const { message } of errors) assert.match(message, / /, JSON.stringify(text));
    assert.deepEqual(config, shippedConfig());
  }
});

test('nesting without end is a mistake, not a crash', () => {
  assert.match(parse('['.repeat(400_000)).errors[0]?.message ?? '', /levels deep/);
  assert.match(parse('{"a":'.repeat(100_000)).errors[0]?.message ?? '', /levels deep/);
});

test("keys of Object's prototype are keys like any other", () => {
  const text =
    '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "service_types": {"__proto__": {"range": [12000, 12001]}, "toString": {}}}';
  assert.equal(parse(text).errors.length, 4);
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false);
  const { config, errors } = parse('{"service_types": {"constructor": {"range": [12000, 12001]}}}');
  assert.deepEqual(errors, []);
  assert.deepEqual(Object.entries(config.service_types).at(-1)?.[0], 'constructor');
});

test('the own port is allowed in the range of coordination alone', () => {
  assert.deepEqual(parse('{"service_types": {"coordination": {"range": [9860, 9899]}}}').errors, []);
  assert.deepEqual(parse('{}', { ...CONTEXT, ownPort: 3050 }).errors, [], 'nobody configured that');
});

test('whatever the text, there is a configuration, and its ranges keep apart', () => {
  const range = fc
    .tuple(fc.integer({ min: 1000, max: 34_000 }), fc.nat({ max: 300 }))
    .map(([at, size]) => [at, at + size]);
  const type = fc.record(
    {
      range: fc.oneof(
        { weight: 9, arbitrary: range as fc.Arbitrary<unknown> },
        { weight: 1, arbitrary: fc.jsonValue() },
      ),
      preferred_ports: fc.array(fc.integer({ min: 1000, max: 34_000 }), { maxLength: 2 }),
      instance_behavior: fc.constantFrom('multi', 'single', 'many'),
    },
    { requiredKeys: [] },
  );
  const name = fc.constantFrom('dev', 'api', 'one', 'two', 'constructor', '__proto__', 'X');
  const document = fc.record(
    {
      service_types: fc.dictionary(name, type, { maxKeys: 3 }),
      terms: fc.dictionary(fc.string(), fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  const text = fc.oneof(
    document.map((value) => JSON.stringify(value)),
    fc.json(),
    fc.string(),
  );
  fc.assert(
    fc.property(text, (input) => {
      const { config, errors } = parse(input);
      const types = Object.values(config.service_types);
      types.forEach((a, i) => {
        for (const port of [...a.preferred_ports, ...a.avoid])
          assert.ok(port >= a.range[0] && port <= a.range[1]);
        for (const b of types.slice(i + 1)) assert.equal(overlaps(rangeOf(a), rangeOf(b)), false);
      });
      for (const { line, column, message } of errors) {
        assert.ok(Number.isInteger(line) && Number.isInteger(column) && message !== '');
      }
      if (errors.length > 0) assert.deepEqual(config, shippedConfig());
    }),
    { numRuns: 300 },
  );
});

test('the effective configuration, written out, reads as itself', () => {
  const { config } = parse(
    '{"service_types": {"grpc": {"range": [12000, 12049]}}, "quarantine": {"seconds": 0}}',
  );
  const again = parse(JSON.stringify(config));
  assert.deepEqual(again.errors, []);
  assert.deepEqual(again.config, config);
});
