import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_EPHEMERAL_START, ephemeralStart, parseLocalPortRange } from './ephemeral-range.ts';

const cases: readonly (readonly [string, number | null])[] = [
  ['32768\t60999\n', 32_768],
  [' 1024 65535', 1024],
  ['', null],
  ['32768', null],
  ['0\t0\n', null],
  ['70000\t80000\n', null],
  ['-1\t5\n', null],
];
for (const [text, start] of cases) {
  test(`reads ${JSON.stringify(text)} as ${start}`, () => assert.equal(parseLocalPortRange(text), start));
}

test('is the dynamic range of IANA where there is no setting', () => {
  assert.equal(ephemeralStart('darwin'), DEFAULT_EPHEMERAL_START);
  assert.equal(ephemeralStart('win32'), DEFAULT_EPHEMERAL_START);
});
