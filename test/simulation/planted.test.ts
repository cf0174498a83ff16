// Owns the proof that the simulation finds bugs: each planted one, within a few seeds.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { firstFailure } from './search.ts';

const SEEDS = 100;

for (const bug of PLANTED_BUGS) {
  test(`the simulation finds ${bug.name}`, async () => {
    const found = await bug.plant((variant) => firstFailure(SEEDS, variant));
    assert.match(found?.failure ?? 'nothing', bug.invariant);
  });
}
