import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { textMark } from './text-mark.ts';

describe('the mark of a text', () => {
  it('is that of the published test vectors of FNV-1a', () => {
    for (const [text, mark] of [
      ['', '811c9dc5'],
      ['a', 'e40c292c'],
      ['foobar', 'bf9cf968'],
    ] as const) {
      assert.equal(textMark(text), mark, text);
    }
  });
});
