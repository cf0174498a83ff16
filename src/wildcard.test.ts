import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { matchesWildcard } from './wildcard.ts';

describe('a wildcard', () => {
  for (const [pattern, meant, others] of [
    ['web', ['web'], ['', 'we', 'webs', 'WEB']],
    ['*', ['', 'a', 'a.b*'], []],
    ['?', ['a', '*'], ['', 'ab']],
    ['web-*', ['web-', 'web-a-b'], ['web', 'a-web-b']],
    ['*-web', ['-web', 'web-web'], ['web', '-web-']],
    ['a*b?d', ['abcd', 'axxbbbcd'], ['abd', 'abcde']],
    ['a.c', ['a.c'], ['abc']],
  ] as const) {
    it(`${pattern} means ${meant.join(', ')}`, () => {
      for (const text of meant) assert.ok(matchesWildcard(pattern, text), text);
      for (const text of others) assert.ok(!matchesWildcard(pattern, text), text);
    });
  }

  it('means what a regular expression would', () => {
    const few = fc.array(fc.constantFrom('a', 'b'), { maxLength: 8 }).map((all) => all.join(''));
    const pattern = fc
      .array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 6 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(pattern, few, (given, text) => {
        const expression = new RegExp(`^${given.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        assert.equal(matchesWildcard(given, text), expression.test(text));
      }),
    );
  });

  it('comes to an end with many stars and a text that nearly fits', () => {
    assert.equal(matchesWildcard(`${'*a'.repeat(500)}b`, 'a'.repeat(5000)), false);
  });
});
