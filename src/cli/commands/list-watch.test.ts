import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LeaseJson } from '../../api/schemas.ts';
import { hasChanged } from './list-watch.ts';

const lease = {
  lock_id: 'a',
  port: 3000,
  state: 'reserved',
  expires_at: '2026-01-01T00:00:00.000Z',
} as LeaseJson;

describe('a list of leases', () => {
  const cases: readonly (readonly [what: string, after: readonly LeaseJson[], isChanged: boolean])[] = [
    ['is the same', [{ ...lease }], false],
    [
      'has a term that is counted a little differently',
      [{ ...lease, expires_at: '2026-01-01T00:00:00.900Z' }],
      false,
    ],
    ['has a renewed term', [{ ...lease, expires_at: '2026-01-01T01:00:00.000Z' }], true],
    ['renews itself', [{ ...lease, expires_at: null }], true],
    ['is in another state', [{ ...lease, state: 'active' }], true],
    ['has one more', [lease, lease], true],
    ['is empty', [], true],
  ];
  for (const [what, after, isChanged] of cases)
    it(`${isChanged ? 'changed' : 'did not change'} when it ${what}`, () =>
      assert.equal(hasChanged([lease], after), isChanged));
});
