import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outputLines } from './output-lines.ts';

function linesOf(...chunks: (string | Buffer)[]): string[] {
  const lines: string[] = [];
  const output = outputLines((line) => lines.push(line));
  for (const chunk of chunks) output.take(Buffer.from(chunk));
  output.finish();
  return lines;
}

describe('the lines of an output', () => {
  it('are whole, however their bytes come', () => {
    assert.deepEqual(linesOf('a', 'b\nc\n', '\nd'), ['ab', 'c', '', 'd']);
    const [first = 0, ...rest] = Buffer.from('ü\n');
    assert.deepEqual(linesOf(Buffer.from([first]), Buffer.from(rest)), ['ü']);
  });

  it('end as on Windows too, and say what a carriage return left of them', () => {
    assert.deepEqual(linesOf('a\r', '\nb\r\n'), ['a', 'b']);
    assert.deepEqual(linesOf('10 %\r20 %\rdone\n'), ['done']);
  });

  it('come in pieces where they have no end', () => {
    const lines = linesOf('x'.repeat(40_000));
    assert.deepEqual(
      lines.map(({ length }) => length),
      [16_384, 16_384, 7_232],
    );
  });

  it('are none where nothing came', () => {
    assert.deepEqual(linesOf(), []);
  });
});
