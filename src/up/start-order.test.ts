import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findCycle, startOrder } from './start-order.ts';

const SHOP = new Map([
  ['web', ['api']],
  ['worker', ['db']],
  ['api', ['db', 'mail']],
  ['db', []],
  ['mail', []],
]);

describe('the order in which services start', () => {
  it('is that of the file, each behind what it depends on', () => {
    assert.deepEqual(startOrder(SHOP), ['db', 'mail', 'api', 'web', 'worker']);
    assert.deepEqual(startOrder(new Map([...SHOP].reverse())), ['mail', 'db', 'api', 'worker', 'web']);
  });

  it('has only what is wanted, and what that depends on', () => {
    assert.deepEqual(startOrder(SHOP, ['worker']), ['db', 'worker']);
    assert.deepEqual(startOrder(SHOP, ['api', 'mail']), ['db', 'mail', 'api']);
    assert.deepEqual(startOrder(SHOP, []), []);
  });

  it('does not exist where services wait for each other', () => {
    const circle = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', []],
      ['d', ['b']],
    ]);
    assert.deepEqual(findCycle(circle), ['b', 'd', 'b']);
    assert.deepEqual(findCycle(new Map([['a', ['a']]])), ['a', 'a']);
    assert.equal(findCycle(SHOP), null);
  });
});
