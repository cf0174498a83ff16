import assert from 'node:assert/strict';
import { it } from 'node:test';
import { rowWindow } from './row-window.ts';

it('the window over the rows has those in sight, and not many more', () => {
  assert.deepEqual(rowWindow(0, 500, 50, 5000), { from: 0, to: 18 });
  assert.deepEqual(rowWindow(100_000, 500, 50, 5000), { from: 1992, to: 2018 });
  assert.deepEqual(rowWindow(250_000, 500, 50, 5000), { from: 4982, to: 5000 });
  assert.deepEqual(rowWindow(900_000, 500, 50, 12), { from: 0, to: 12 }, 'after the list became shorter');
  assert.deepEqual(rowWindow(0, 500, 50, 0), { from: 0, to: 0 });
  for (let at = 0; at < 250_000; at += 777) {
    const { from, to } = rowWindow(at, 500, 50, 5000);
    assert.ok(to - from <= 28);
  }
});
