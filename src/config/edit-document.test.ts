// Owns the tests of editing config.json as text: what it looks like afterwards.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConfigEdit, editDocument } from './edit-document.ts';

const range = (name: string, start: number, end: number): ConfigEdit => {
  return { path: ['service_types', name], value: { range: [start, end] } };
};

const cases: readonly (readonly [
  name: string,
  before: string,
  edits: readonly ConfigEdit[],
  after: string,
])[] = [
  [
    'a section that is not there yet',
    '{}',
    [range('grpc', 12_000, 12_049)],
    '{\n  "service_types": {\n    "grpc": {\n      "range": [12000, 12049]\n    }\n  }\n}',
  ],
  [
    'a comment in an object without keys',
    '{\n  // nothing yet\n}\n',
    [{ path: ['terms', 'lease_ttl_seconds'], value: 60 }],
    '{\n  // nothing yet\n  "terms": {\n    "lease_ttl_seconds": 60\n  }\n}\n',
  ],
  [
    'a line comment behind the last key, which stays with it',
    '{\n\t"terms": {\n\t\t"lease_ttl_seconds": 60 // short\n\t}\n}',
    [{ path: ['terms', 'instance_ttl_seconds'], value: 90 }],
    '{\n\t"terms": {\n\t\t"lease_ttl_seconds": 60, // short\n\t\t"instance_ttl_seconds": 90\n\t}\n}',
  ],
  [
    'a trailing comma, and a type in one line as the others are',
    '{\r\n    "service_types": {\r\n        "a": { "range": [12000, 12009] }, // mine\r\n        // "b": later\r\n    },\r\n}\r\n',
    [range('c', 12_010, 12_019)],
    '{\r\n    "service_types": {\r\n        "a": { "range": [12000, 12009] }, // mine\r\n        // "b": later\r\n        "c": { "range": [12010, 12019] },\r\n    },\r\n}\r\n',
  ],
  [
    'a document in one line',
    '{"auto_allocation": {"enabled": true}, /* old */ "terms": {}}',
    [
      { path: ['auto_allocation', 'enabled'], value: false },
      { path: ['auto_allocation', 'gap_size'], value: 5 },
    ],
    '{"auto_allocation": {"enabled": false, "gap_size": 5}, /* old */ "terms": {}}',
  ],
  [
    'a value that is replaced between comments',
    '{"store": /* a */ {"synchronous": "full"} /* b */ // c\n}',
    [{ path: ['store'], value: { synchronous: 'normal' } }],
    '{"store": /* a */ { "synchronous": "normal" } /* b */ // c\n}',
  ],
  [
    'a key that is removed with its line',
    '{\n  "a": 1, // one\n  "b": {\n    "c": 2\n  },\n  "d": 3\n}\n',
    [{ path: ['b'], value: undefined }],
    '{\n  "a": 1, // one\n  "d": 3\n}\n',
  ],
  [
    'the last key, with the comma before it; comments stay',
    '{\n  "a": 1, // one\n  // about b\n  "b": 2 // two\n}\n',
    [{ path: ['b'], value: undefined }],
    '{\n  "a": 1 // one\n  // about b\n  // two\n}\n',
  ],
  ['a key that is not there', '{"a": 1}', [{ path: ['b', 'c'], value: undefined }], '{"a": 1}'],
  ['the only key', '{ "a": 1 }', [{ path: ['a'], value: undefined }], '{ }'],
];
for (const [name, before, edits, after] of cases) {
  test(`keeps what is around ${name}`, () => assert.equal(editDocument(before, edits), after));
}

test('changes nothing of what is no whole object, or has something else in the way', () => {
  const edit: ConfigEdit = { path: ['terms', 'lease_ttl_seconds'], value: 60 };
  for (const text of [
    '',
    '// nothing',
    '[]',
    '3',
    '{"terms": ',
    '{"terms": 3}',
    '{"terms": []}',
    '{"a": 1,,}',
  ])
    assert.equal(editDocument(text, [edit]), null, text);
});
