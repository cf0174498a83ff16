import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { sumOf, withSum } from './row-sums.ts';

const value = fc.oneof(
  fc.constant(null),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }),
  fc.string({ unit: 'binary' }),
);

describe('the sum over a row', () => {
  it('is another one where one bit of a number or a text is', () => {
    const rows = fc.array(value, { minLength: 1, maxLength: 22 });
    fc.assert(
      fc.property(rows, fc.nat(), fc.nat(), (row, at, bit) => {
        const index = at % row.length;
        const flipped = flip(row[index] ?? null, bit);
        assert.notEqual(sumOf(row.with(index, flipped)), sumOf(row));
      }),
    );
  });

  it('tells null, nothing and zero apart, a number from its text, and one order from another', () => {
    const rows = [
      [null],
      [''],
      [0],
      ['0'],
      [1, 2],
      [2, 1],
      [12],
      ['a', 'b'],
      ['ab', ''],
      ['', 'ab'],
      [2 ** 32],
      [-1],
    ];
    assert.equal(new Set(rows.map((row) => sumOf(row))).size, rows.length);
  });

  it('takes columns that are left out for null', () => {
    assert.equal(sumOf(['a', 1], 4), sumOf(['a', 1, null, null]));
    assert.deepEqual(withSum(['a', 1], 4), ['a', 1, sumOf(['a', 1, null, null])]);
  });
});

function flip(given: string | number | null, bit: number): string | number {
  if (given === null) return '';
  if (typeof given === 'string') {
    const at = bit % Math.max(1, given.length);
    return given === ''
      ? 'x'
      : given.slice(0, at) + String.fromCharCode(given.charCodeAt(at) ^ 1) + given.slice(at + 1);
  }
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, given);
  bytes.setUint8(bit % 8, bytes.getUint8(bit % 8) ^ (1 << (bit % 7)));
  return bytes.getFloat64(0);
}
