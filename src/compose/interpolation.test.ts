import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { interpolated } from './interpolation.ts';

/** An at sign for a dollar, which the linter takes for a slip in texts like these. */
function dollars(text: string): string {
  return text.replaceAll('@', '$');
}

const VARIABLES = { PORT: '3000', EMPTY: '', OTHER: `\${PORT}` };

describe('the variables of a text', () => {
  const cases: readonly [text: string, expected: string | null][] = [
    ['8080:80', '8080:80'],
    ['@PORT:80', '3000:80'],
    ['@{PORT}:80', '3000:80'],
    ['@{PORT:-1}:80', '3000:80'],
    ['@{GONE:-8080}:80', '8080:80'],
    ['@{GONE-8080}:80', '8080:80'],
    ['@{EMPTY:-8080}:80', '8080:80'],
    ['@{EMPTY-8080}:80', ':80'],
    ['@{GONE:-@{PORT:-1}}:80', '3000:80'],
    ['@{GONE:-@{GONE:-1}}:80', '1:80'],
    ['@{GONE}:80', ':80'],
    ['@{PORT:+4000}:80', '4000:80'],
    ['@{GONE:+4000}:80', ':80'],
    ['@{EMPTY+4000}', '4000'],
    ['@{PORT:?is wanted}', '3000'],
    ['@@PORT', '@PORT'],
    // Compose refuses these, or makes something of them that only it knows.
    ['@{GONE:?is wanted}', null],
    ['@{EMPTY:?is wanted}', null],
    ['@{OTHER}', null],
    ['@{OTHER:-1}', null],
    ['@{PORT', null],
    ['@{PORT/3/4}', null],
    ['@{}', null],
    ['@', null],
    ['@1', null],
  ];
  for (const [text, expected] of cases)
    it(text, () =>
      assert.equal(interpolated(dollars(text), VARIABLES), expected === null ? null : dollars(expected)),
    );

  it('are no properties of objects', () => assert.equal(interpolated(dollars('@{constructor:-1}'), {}), '1'));
});
