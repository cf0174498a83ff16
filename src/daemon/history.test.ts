import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createHistory, KEPT_MINUTES, MINUTE_MS } from './history.ts';
import { createTally } from './tally.ts';

function scene() {
  const at = { monotonic: 0, wall: Date.UTC(2026, 0, 1) + 5_000, conflicts: 7 };
  const tally = createTally(() => true);
  const history = createHistory({
    tally,
    conflicts: () => at.conflicts,
    monotonic: () => at.monotonic,
    wall: () => at.wall,
  });
  const pass = (minutes = 1): void => {
    at.wall += minutes * MINUTE_MS;
  };
  return { at, tally, history, pass };
}

describe('the history', () => {
  it('counts what came in each minute, and in the one that is not over', () => {
    const { at, tally, history, pass } = scene();
    tally.granted('dev', false, 0);
    tally.granted('api', true, 0);
    at.conflicts += 2;
    pass();
    history.begin();
    tally.refused('dev', 'RANGE_EXHAUSTED');
    const [first, second] = history.minutes();
    assert.deepEqual(first, {
      at: '2026-01-01T00:00:00.000Z',
      granted: 1,
      existing: 1,
      refused: 0,
      conflicts: 2,
      hijacks: 0,
      latency_ms: null,
    });
    assert.deepEqual(
      [second?.at, second?.granted, second?.refused, second?.conflicts],
      ['2026-01-01T00:01:00.000Z', 0, 1, 0],
    );
  });

  it('has minutes in which nothing happened, too, and stands still while the clock is behind', () => {
    const { at, tally, history, pass } = scene();
    tally.granted('dev', false, 0);
    pass(3);
    at.wall -= 2 * MINUTE_MS;
    assert.equal(history.minutes().length, 2);
    pass(2);
    assert.deepEqual(
      history.minutes().map(({ at: time, granted }) => `${time.slice(11, 16)} ${granted}`),
      ['00:00 1', '00:01 0', '00:02 0', '00:03 0'],
    );
    at.wall -= MINUTE_MS * 30;
    tally.granted('dev', false, 0);
    assert.equal(history.minutes().at(-1)?.granted, 1);
  });

  it('times some allocations of a minute, and begins anew in the next', () => {
    const { at, history, pass } = scene();
    for (let ms = 1; ms <= 100; ms++) {
      const begun = history.begin();
      assert.ok(begun !== null);
      at.monotonic += ms;
      history.end(begun);
    }
    assert.deepEqual(history.minutes().at(-1)?.latency_ms, { median: 51, p95: 96, samples: 100 });
    for (let more = 0; more < 400; more++) history.end(at.monotonic);
    for (let call = 0; call < 200; call++) assert.equal(history.begin(), null);
    pass();
    // Sooner or later one of the untimed ones sees that the minute is over.
    const begun = Array.from({ length: 64 }, () => history.begin());
    assert.ok(begun.some((each) => each !== null));
    assert.equal(history.minutes().at(-1)?.latency_ms, null);
  });

  it('keeps three hours', () => {
    const { history, pass } = scene();
    for (let minute = 0; minute < KEPT_MINUTES + 20; minute++) {
      pass();
      history.begin();
    }
    assert.equal(history.minutes().length, KEPT_MINUTES + 1);
    assert.equal(history.minutes()[0]?.at, '2026-01-01T00:20:00.000Z');
    pass(10_000);
    assert.equal(history.minutes().length, KEPT_MINUTES + 1);
  });
});
