import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { baseName, countOf, duration, parentOf, plain, portsOf } from './words.ts';

describe('the words of the page', () => {
  it('show what would hide, turn or break a line', () => {
    assert.equal(plain('a\u202egnp.exe\n\u0000\u200b'), 'a\ufffdgnp.exe\ufffd\ufffd\ufffd');
    assert.equal(plain('<img onerror=x> süß 日本'), '<img onerror=x> süß 日本');
  });

  it('tell a time in one unit', () => {
    const cases: [number, string][] = [
      [-5, '0 s'],
      [59_999, '59 s'],
      [60_000, '1 min'],
      [3_599_999, '59 min'],
      [47 * 3_600_000, '47 h'],
      [48 * 3_600_000, '2 d'],
    ];
    for (const [ms, text] of cases) assert.equal(duration(ms), text);
  });

  it('call a project by its last directory', () => {
    assert.equal(baseName('/home/ada/shop/'), 'shop');
    assert.equal(baseName('C:\\code\\shop'), 'shop');
    assert.equal(baseName('/'), '/');
    assert.equal(parentOf('/home/ada/shop'), '/home/ada');
    assert.equal(parentOf('/a/b/c/d/e'), '…/b/c/d');
  });

  it('count and span', () => {
    assert.equal(countOf(1, 'lease'), '1 lease');
    assert.equal(countOf(5000, 'lease'), '5,000 leases');
    assert.equal(portsOf([3000]), '3000');
    assert.equal(portsOf([3000, 3001, 3002]), '3000–3002');
  });
});
