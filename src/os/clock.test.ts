import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClock } from './clock.ts';

test('monotonic time does not follow the wall clock', (t) => {
  const clock = createClock();
  const before = clock.monotonic();
  t.mock.timers.enable({ apis: ['Date'], now: 5 });
  assert.equal(clock.wall(), 5);
  const after = clock.monotonic();
  assert.ok(after >= before);
});
