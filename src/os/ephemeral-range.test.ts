import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PortRange } from '../core/port-range.ts';
import { DEFAULT_EPHEMERAL_RANGE, ephemeralRange, parseLocalPortRange } from './ephemeral-range.ts';

const cases: readonly (readonly [string, PortRange | null])[] = [
  ['32768\t60999\n', { start: 32_768, end: 60_999 }],
  [' 1024 65535', { start: 1024, end: 65_535 }],
  ['', null],
  ['32768', null],
  ['0\t0\n', null],
  ['60999\t32768\n', null],
  ['32768\t70000\n', null],
  ['-1\t5\n', null],
];
for (const [text, range] of cases) {
  test(`reads ${JSON.stringify(text)} as ${range === null ? 'nothing' : `${range.start}–${range.end}`}`, () =>
    assert.deepEqual(parseLocalPortRange(text), range));
}

test('is the dynamic range of IANA where there is no setting', () => {
  assert.equal(ephemeralRange('darwin'), DEFAULT_EPHEMERAL_RANGE);
  assert.equal(ephemeralRange('win32'), DEFAULT_EPHEMERAL_RANGE);
});
