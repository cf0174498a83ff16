// Owns the tests of importing a port guide: the difference, the text that it makes, and what keeps it from being written.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importGuide } from './import-guide.ts';
import { parseConfig } from './parse-config.ts';
import { parseGuide } from './parse-guide.ts';

const CONTEXT = { ephemeral: { start: 32_768, end: 60_999 }, ownPort: 9876 };
const TEXT = `{
  // ours
  "service_types": {
    "grpc": { "range": [12000, 12049], "preferred_ports": [12000] }, // since May
  },
}
`;

const outcomeOf = (text: string, guide: string) => importGuide(text, parseGuide(guide), CONTEXT, () => null);
function resultOf(text: string, guide: string) {
  const outcome = outcomeOf(text, guide);
  assert.equal(outcome.kind, 'compared');
  return outcome.result;
}

test('what is new, what differs and what is the same is told apart, and only the first two are written', () => {
  const guide = '- grpc: 12000-12099\n- queue: 13000-13009 (message queue)\n- dev: 3000-3099\n';
  const { added, changed, unchanged, errors, text } = resultOf(TEXT, guide);
  assert.deepEqual(errors, []);
  assert.deepEqual(
    added.map(({ name, line }) => [name, line]),
    [['queue', 2]],
  );
  assert.deepEqual(
    changed.map(({ entry, changes }) => [entry.name, changes]),
    [['grpc', { range: { from: [12_000, 12_049], to: [12_000, 12_099] } }]],
  );
  assert.deepEqual(
    unchanged.map(({ name }) => name),
    ['dev'],
  );
  assert.equal(
    text,
    `{
  // ours
  "service_types": {
    "grpc": { "range": [12000, 12099], "preferred_ports": [12000] }, // since May
    "queue": { "range": [13000, 13009], "description": "message queue" },
  },
}
`,
  );
  const again = resultOf(text, guide);
  assert.deepEqual([again.added, again.changed, again.text], [[], [], text]);
  assert.deepEqual(parseConfig(text, CONTEXT).errors, []);
});

test('what the configuration would not take is said at the line of the guide', () => {
  const { errors, added } = resultOf(
    TEXT,
    '\n- web: 3050-3060\n- low: 80-90\n- high: 40000-40010\n- fine: 13000-13009\n',
  );
  assert.deepEqual(
    errors.map(({ line, path }) => `${line} ${path}`),
    ['3 ', '2 service_types.web.range', '4 service_types.high.range'],
  );
  assert.equal(added.length, 3);
});

test('a port that is preferred now and outside the new range is said', () => {
  const { errors } = resultOf(TEXT, '- grpc: 13000-13049\n');
  assert.match(errors[0]?.message ?? '', /12000 lies outside the range 13000–13049 of "grpc"/);
});

test('a configuration with mistakes is left to its owner', () => {
  const outcome = outcomeOf('{"terms": 3}', '- grpc: 12000-12049\n');
  assert.deepEqual(outcome.kind === 'broken' && outcome.errors.map(({ path }) => path), ['terms']);
});
