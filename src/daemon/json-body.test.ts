import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StyxyError } from '../errors.ts';
import { parseBody } from './json-body.ts';

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const isInvalid = (error: unknown): boolean =>
  error instanceof StyxyError && error.code === 'INVALID_REQUEST';

describe('a body', () => {
  it('is parsed, an empty one is none', () => {
    assert.deepEqual(parseBody('{"a":[1,{"b":null}]}'), { a: [1, { b: null }] });
    assert.equal(parseBody(''), undefined);
  });
  it('of twenty levels is taken, of twenty-one refused', () => {
    assert.deepEqual(parseBody(nested(20)), JSON.parse(nested(20)));
    assert.throws(() => parseBody(nested(21)), isInvalid);
    assert.throws(() => parseBody(nested(30_000)), isInvalid);
  });
  for (const text of [
    '{',
    'x',
    '{"a":1}x',
    "{'a':1}",
    '{"__proto__":1}',
    '[{"constructor":{}}]',
    '{"\\u005f_proto__":1}',
  ]) {
    it(`${text} is refused`, () => assert.throws(() => parseBody(text), isInvalid));
  }
  it('is not quoted in the message', () => {
    assert.throws(
      () => parseBody('{"password": hunter2}'),
      (error) => error instanceof StyxyError && !error.message.includes('unter2'),
    );
  });
});
