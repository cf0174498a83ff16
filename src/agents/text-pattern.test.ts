import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TextPattern } from './kill-target.ts';
import { extendedOf, matcherOf } from './text-pattern.ts';

function matches(text: string, subject: string, more: Partial<TextPattern> = {}): boolean | null {
  return matcherOf({ kind: 'expression', text, ignoresCase: false, ...more })?.(subject) ?? null;
}

describe('a pattern', () => {
  const cases: readonly [pattern: string, subject: string, boolean][] = [
    ['vite', 'node /shop/node_modules/.bin/vite', true],
    ['next dev', 'node next-server', false],
    ['node.*server\\.js', 'node --inspect server.js', true],
    ['vite|next', 'next dev', true],
    ['^node', '/usr/bin/node', false],
    ['[n]ext', 'next dev', true],
    ['(vite|next) dev$', 'npx vite dev', true],
    ['port[[:space:]]+3000', 'port  3000', true],
  ];
  for (const [pattern, subject, expected] of cases) {
    it(`${pattern} in ${subject}`, () => assert.equal(matches(pattern, subject), expected));
  }

  it('may be a part, a whole, and of any case', () => {
    assert.equal(matches('a.c', 'xa.cx', { kind: 'fixed' }), true);
    assert.equal(matches('a.c', 'xabcx', { kind: 'fixed' }), false);
    assert.equal(matches('node', 'node', { kind: 'exact' }), true);
    assert.equal(matches('node', 'nodemon', { kind: 'exact' }), false);
    assert.equal(matches('VITE', 'vite dev', { ignoresCase: true }), true);
    assert.equal(matches('Node', 'node', { kind: 'exact', ignoresCase: true }), true);
  });

  it('is not known where it cannot be read', () => {
    assert.equal(matches('(', 'x'), null);
    assert.equal(matches('a'.repeat(501), 'x'), null);
  });

  it('comes to an end where a backtracking one would not', () => {
    assert.equal(matches('(a+)+$', `${'a'.repeat(5_000)}b`), false);
    assert.equal(matches('(.*a){20}', 'a'.repeat(19)), false);
  });

  it('of grep is written as an extended one', () => {
    assert.equal(extendedOf('vite\\|next'), 'vite|next');
    assert.equal(extendedOf('a(b)+c?'), 'a\\(b\\)\\+c\\?');
    assert.equal(extendedOf('\\(ab\\)\\{2\\}'), '(ab){2}');
    assert.equal(extendedOf('a\\.b[n]'), 'a\\.b[n]');
  });
});
