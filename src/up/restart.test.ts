import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeRestart, MAX_RESTARTS } from './restart.ts';

describe('a service that failed', () => {
  it('is started again after growing pauses, so many times in a row', () => {
    const pauses: number[] = [];
    let count = 0;
    for (let next = judgeRestart(0, 10); next !== null; next = judgeRestart(count, 10)) {
      pauses.push(next.pauseMs);
      ({ count } = next);
    }
    assert.deepEqual(pauses, [500, 1_000, 2_000, 4_000, 8_000]);
    assert.equal(count, MAX_RESTARTS);
  });

  it('counts anew once it has worked', () => {
    assert.deepEqual(judgeRestart(MAX_RESTARTS, 60_000), { count: 1, pauseMs: 500 });
    assert.equal(judgeRestart(MAX_RESTARTS, 59_999), null);
  });
});
