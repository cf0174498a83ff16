import assert from 'node:assert/strict';
import { test } from 'node:test';
import { droppedRanges } from './dropped-ranges.ts';

const withTypes = (types: object): string => JSON.stringify({ service_types: types, terms: {} });

test('the ranges of types that are gone are told, and of no others', () => {
  const former = withTypes({ a: { range: [10_000, 10_009] }, b: { range: [10_020, 10_029] }, c: {} });
  const next = withTypes({ b: { range: [10_040, 10_049] } });
  assert.deepEqual(droppedRanges(former, next), [{ name: 'a', start: 10_000, end: 10_009 }]);
  assert.deepEqual(droppedRanges(former, former), []);
  assert.equal(droppedRanges(former, '{}').length, 2);
});

test('what has no types, or other shapes of them, drops nothing', () => {
  for (const text of [
    '{}',
    'null',
    '[]',
    '{"service_types"',
    withTypes({ a: { range: 'x' }, b: { range: ['1', '2'] }, c: null }),
  ])
    assert.deepEqual(droppedRanges(text, '{}'), [], text);
});
