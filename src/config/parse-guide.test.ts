// Owns the tests of reading port guides: the shapes that teams write, what is no range, and whatever else there is.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseGuide } from './parse-guide.ts';
import type { GuideType } from './port-guide.ts';

/** The types of a guide, by name. */
function typesOf(text: string): Record<string, GuideType> {
  const { entries, mistakes } = parseGuide(text);
  assert.deepEqual(mistakes, []);
  return Object.fromEntries(entries.map(({ name, type }) => [name, type]));
}

/** Each line says that `api` has 8000–8099. */
describe('a type with its range', () => {
  const shapes = [
    '| api | 8000-8099 |',
    'Type | Ports\n--- | ---\napi | 8000-8099',
    '| Service | Port Range |\n|---|:--:|\n| `api` | `8000-8099` |',
    '| Range | Purpose | Type |\n|---|---|---|\n| 8000–8099 | | **API** |',
    '| Name | Start | End |\n|---|---|---|\n| api | 8000 | 8099 |',
    '- **api**: 8000–8099',
    '* api - 8000-8099',
    '+ `api` (8000 to 8099)',
    '1. api: 8000 - 8099',
    '- 8000-8099: api',
    '- 8000–8099 (api)',
    '- api services: ports 8000 through 8099',
    '- api: 8,000-8,099',
    '- [api](https://example.org/api): 8000...8099',
    '- Use `api` for everything else: 8000-8099',
    '### API (8000-8099)',
    '## 2. API: 8000–8099',
    'API (8000-8099)\n====',
    '### API\nRange: 8000 to 8099',
    '### API ports\n\nSome words.\n\n**Port range**: 8000-8099',
    '### `api`\n- Ports: 8000-8099',
    '- **api**\n  - Range: 8000-8099',
    '## API\n| Range | 8000-8099 |\n|---|---|\n| Instances | multi |',
    'api: 8000-8099',
    'api → 8000-8099',
    'api -> 8000-8099',
    'api\t8000-8099',
    '## API\n\nPorts 8000 to 8099.',
    '### API\n- Use ports 8000–8099, preferred 8000',
    '```\napi: 8000-8099\n```',
    '```yaml\napi:\n  range: [8000, 8099]\n```',
    '~~~text\napi    8000-8099\n~~~',
    '```json\n{"service_types": {"api": {"range": [8000, 8099]}}}\n```',
    '{"service_types": {"api": {"range": [8000, 8099]}}}',
    '{"api": [8000, 8099]}',
    '{"api": "8000-8099"} // ours',
    '{"services": [{"name": "API", "start": 8000, "end": 8099}]}',
    '[{"type": "api", "range": {"from": 8000, "to": 8099}}]',
    '{"portRanges": {"api": {"ports": "8000-8099"}}}',
  ];
  for (const shape of shapes) {
    for (const end of ['\n', '\r\n']) {
      test(JSON.stringify(shape + end), () => {
        const types = typesOf(`${shape}\n`.replaceAll('\n', end));
        assert.deepEqual(Object.keys(types), ['api']);
        assert.deepEqual(types.api?.range, [8000, 8099]);
      });
    }
  }
});

test('what stands beside a range is read as well', () => {
  const types = typesOf(`
| Service type | Range | Preferred ports | Description | Instances | Tools |
|---|---|---|---|---|---|
| grpc | 12000-12049 | 12000, 12010 | Calls \\| streams | single | Envoy, grpcurl |

- queue - 13000-13049 - message queue (preferred: 13000 and 13001)

### Mail (14000-14009)
- Default port: 14000
- Purpose: **catches** mail
- Avoid: 14005
`);
  assert.deepEqual(types, {
    grpc: {
      range: [12_000, 12_049],
      preferred_ports: [12_000, 12_010],
      description: 'Calls | streams',
      instance_behavior: 'single',
      examples: ['Envoy', 'grpcurl'],
    },
    queue: {
      range: [13_000, 13_049],
      preferred_ports: [13_000, 13_001],
      description: 'message queue',
    },
    mail: {
      range: [14_000, 14_009],
      preferred_ports: [14_000],
      description: 'catches mail',
      avoid: [14_005],
    },
  });
});

test('a service of which there is one is a singleton', () => {
  assert.equal(typesOf('- Mailer: 12180-12189, single instance').mailer?.instance_behavior, 'single');
  assert.equal(typesOf('- Mailer: 12180-12189, every single message').mailer?.instance_behavior, undefined);
});

test('a sentence about ports is no range of the heading above it', () => {
  for (const sentence of ['Ports 8000 to 8099 are for others.', 'Ports 8000-8099 and 8200-8299.'])
    assert.deepEqual(typesOf(`## API\n\n${sentence}`), {});
});

test('a table and a section about the same type are one', () => {
  assert.deepEqual(typesOf('| api | 8000-8099 |\n\n## api (8000-8099)\nDescription: back ends\n'), {
    api: { range: [8000, 8099], description: 'back ends' },
  });
});

test('names become names of service types', () => {
  const names = Object.keys(
    typesOf(`
- Back-End API: 20000-20009
- Größe & Maß: 20010-20019
- Vector store (Qdrant): 20020-20029
- Database ports: 20030-20039
- 🚀 Launch: 20040-20049
`),
  );
  assert.deepEqual(names, ['back-end-api', 'gro-e-ma', 'vector-store-qdrant', 'database', 'launch']);
});

describe('no range', () => {
  const texts = [
    'Our plan for 2024-2025',
    '# Roadmap 2024-2026',
    '- Since 2024-01-15',
    '- Backup: takes 10-12 minutes',
    '- Version 1.2-1.4',
    '```sh\napi: 8000-8099\n```',
    '```json\n{"api": [8000, 8099]}\n```',
    '<!-- api: 8000-8099 -->',
    '<!--\n- api: 8000-8099\n-->',
    '| Service | Owner |\n|---|---|\n| api | Jo |',
    'https://example.org/8000-8099',
    'api\n|---|',
  ];
  for (const text of texts) {
    test(JSON.stringify(text), () => assert.deepEqual(parseGuide(text).entries, []));
  }
});

test('what looks like a range and belongs to nothing is said, with its line', () => {
  const { entries, notUnderstood } = parseGuide(`Use 8000-8099 for back ends.
| redis | 6379 |
- two: 16000-16010, 17000-17010
- Use any free port in 20000-20100
Range: 9000-9010
`);
  assert.deepEqual(entries, []);
  assert.deepEqual(notUnderstood, [
    { line: 1, message: 'a range in a sentence: Use 8000-8099 for back ends.' },
    {
      line: 2,
      message: 'this is a single port; a type has a range, such as 8000-8099: | redis | 6379 |',
    },
    { line: 3, message: 'a type has one range, and this has more: two: 16000-16010, 17000-17010' },
    { line: 4, message: 'there is no name for a type: Use any free port in 20000-20100' },
    { line: 5, message: 'a range without a name above it: Range: 9000-9010' },
  ]);
});

test('what is meant as a range and cannot be one is a mistake, with its line', () => {
  const { entries, mistakes } = parseGuide(`
- low: 80-90
- high: 70000-70100
- back: 9010-9000
- stray: 9000-9010 (preferred: 9011)
- twice: 9100-9110
- twice: 9200-9210
`);
  assert.deepEqual(
    entries.map(({ name }) => name),
    ['twice'],
  );
  assert.deepEqual(mistakes, [
    { line: 2, message: '80–90 of "low" must lie within 1024–65535' },
    { line: 3, message: '70000–70100 of "high" must lie within 1024–65535' },
    { line: 4, message: '9010–9000 of "back" ends before it begins; write the lower port first' },
    {
      line: 5,
      message: 'preferred_ports: 9011 lies outside 9000–9010 of "stray"; remove it, or widen the range',
    },
    { line: 7, message: '"twice" has 9200–9210 here and 9100–9110 in line 6; keep one of them' },
  ]);
});

test('a part of a range that was said already is no second range', () => {
  const { entries, mistakes, notUnderstood } = parseGuide(
    '## api (8000-8099)\n- Ports: 8000-8049 for REST\n',
  );
  assert.deepEqual([entries.map(({ type }) => type.range), mistakes], [[[8000, 8099]], []]);
  assert.deepEqual(notUnderstood, [
    { line: 2, message: 'a part of the range of "api" in line 1: 8000–8049' },
  ]);
});

test('broken JSON is a mistake where it breaks', () => {
  const { mistakes } = parseGuide('{\n  "api" [8000, 8099]\n}');
  assert.deepEqual(mistakes[0], { line: 2, message: 'a colon is expected here' });
});

test('whatever stands in a guide, every type that is read is one that a configuration may have', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '|',
      '- ',
      '# ',
      '```',
      '---',
      '|---|\n',
      '\n',
      ': ',
      '**',
      '`',
      '(',
      ')',
      '[',
      ']',
      '<!--',
      '-->',
      '  ',
      '{',
      '"',
      ',',
    ),
    fc.constantFrom(
      'api',
      'Range',
      'preferred',
      '8000-8099',
      '8000',
      '99999',
      '70-80',
      '–',
      'to',
      '__proto__',
      'constructor',
    ),
    fc.string({ maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const { entries } = parseGuide(pieces.join(''));
      assert.equal(new Set(entries.map(({ name }) => name)).size, entries.length);
      for (const { name, type, line } of entries) {
        assert.match(name, /^[a-z0-9][a-z0-9-]{0,49}$/);
        const [start, end] = type.range;
        assert.ok(start >= 1024 && end >= start && end <= 65_535 && line >= 1);
        for (const port of [...(type.preferred_ports ?? []), ...(type.avoid ?? [])])
          assert.ok(port >= start && port <= end);
        assert.ok((type.description ?? '').length <= 200);
      }
    }),
    { numRuns: 2000 },
  );
});

/**
 * The work that a text costs, counted in what the parser's patterns may look at: with a pattern that is not bounded,
 * a million characters of one kind would never end, and the test runner would say so.
 */
test('a megabyte of anything is read to its end', () => {
  for (const unit of [
    '|',
    '*',
    '`',
    '[',
    '(',
    '- ',
    '1-',
    '8000-8099 ',
    ' ',
    '\n',
    '|\n',
    '# 1-2\n',
    '-->',
    '<',
    '_',
    '{"a":',
    '- a: 8000-8099\n',
    '8000 ',
    'Name: a\n- b\n',
    '  - a\n',
  ])
    assert.ok(parseGuide(unit.repeat(Math.floor(1_000_000 / unit.length))).entries.length <= 500);
});
