import assert from 'node:assert/strict';
import { it, mock } from 'node:test';
import { createMemoryTrim } from './memory-trim.ts';

it('collects once when a busy time is over, and never in between or for a few requests', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  let collections = 0;
  const onRequest = createMemoryTrim(() => () => {
    collections += 1;
  });
  for (let i = 0; i < 999; i++) onRequest();
  mock.timers.tick(60_000);
  assert.equal(collections, 0);
  onRequest();
  mock.timers.tick(9_900);
  onRequest();
  mock.timers.tick(9_900);
  assert.equal(collections, 0, 'still busy');
  mock.timers.tick(20_000);
  assert.equal(collections, 1);
  mock.timers.tick(60_000);
  assert.equal(collections, 1);
  mock.timers.reset();
});
