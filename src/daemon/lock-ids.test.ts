import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createLockIds } from './lock-ids.ts';

it('never gives one lock id twice, also across refills of its pool', () => {
  const next = createLockIds();
  const ids = Array.from({ length: 5000 }, next);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^[0-9a-f]{20}$/);
});
