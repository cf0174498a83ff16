// Owns the proof that simulated worlds are full of life, and that a seed replays its world exactly; the gate runs more seeds.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from './run.ts';

const SEEDS = 20;

test(`the invariants hold in ${SEEDS} simulated worlds`, async () => {
  let grants = 0;
  let crashes = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { failure, tail, counts, crashes: died } = await simulate(seed);
    assert.equal(failure, null, `seed ${seed}, replay it: npm run sim -- --seed ${seed}\n${tail.join('\n')}`);
    grants += counts.grants;
    crashes += died;
  }
  // Worlds in which nothing happens hold every invariant.
  assert.ok(grants > 20 * SEEDS && crashes > SEEDS, `${grants} grants and ${crashes} crashes`);
});

test('the same seed makes the same history, another one another', async () => {
  for (const seed of [3, 71]) {
    const first = await simulate(seed);
    const again = await simulate(seed);
    assert.equal(again.digest, first.digest);
    assert.notEqual((await simulate(seed + 1)).digest, first.digest);
  }
});
