import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { foreign } from './foreign-text.ts';

describe('foreign text', () => {
  it('is escaped wherever it stands, and nothing else is touched', () => {
    const value = { port: 3000, free: false, names: ['a\u001b[2Jb', 'x\u202ey'], lease: null, '\n': 1 };
    assert.deepEqual(foreign(value), {
      port: 3000,
      free: false,
      names: ['a\\u001b[2Jb', 'x\\u202ey'],
      lease: null,
      '\\u000a': 1,
    });
  });

  it('is cut between two characters', () => {
    assert.equal(foreign('x'.repeat(300)), 'x'.repeat(300));
    assert.equal(foreign(`${'x'.repeat(299)}😀`), `${'x'.repeat(299)}…`);
    assert.equal(foreign('y'.repeat(10_000)).length, 301);
  });
});
