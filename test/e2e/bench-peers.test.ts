// Proves that the comparison with other packages counts right, and that a small one of Styxy alone runs from end to end.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Fate } from '../../bench/peers/crowd.ts';
import { isStyxyAtFault, type Outcome, outcomeTable } from '../../bench/peers/outcome.ts';
import { ROOT, runProgram } from './cli-harness.ts';

const fate = (port: number | null, failure: string | null = null): Fate => ({ name: 'a', port, failure });
const outcome = (isStyxy: boolean, ...rounds: Fate[][]): Outcome => ({
  peer: 'p',
  madeFor: 'tests',
  isStyxy,
  rounds: rounds.map((fates) => ({ fates, ms: 1500 })),
});

describe('a comparison', () => {
  const good = [fate(1), fate(2)];
  const twice = [fate(1), fate(1)];
  const failed = [fate(1), fate(null, 'EADDRINUSE')];

  it('counts failures and ports given twice over all rounds', () => {
    const table = outcomeTable([outcome(false, good, twice, failed)]);
    assert.match(table, /\| p \| tests \| 1\.5 s \| 6 \| 1 \| 1 \| 1 × EADDRINUSE \|$/);
  });

  for (const [what, outcomes, isAtFault] of [
    ['good', [outcome(true, good)], false],
    ['a peer that fails', [outcome(false, failed), outcome(true, good)], false],
    ['a failure', [outcome(true, good, failed)], true],
    ['a port given twice', [outcome(true, twice)], true],
    ['nobody at all', [outcome(true, [])], true],
  ] as const)
    it(`judges Styxy alone: ${what}`, () => assert.equal(isStyxyAtFault(outcomes), isAtFault));

  it('of Styxy alone gives every server its own port', {
    skip: process.platform === 'linux' ? false : 'it needs Linux',
  }, async () => {
    const words = ['bench/peers.ts', '--servers', '6', '--rounds', '1', '--program', 'dist'];
    const only = ['--only', 'styxy', '--only', 'styxy-run'];
    const { status, stdout, stderr } = await runProgram(process.execPath, [...words, ...only], {
      cwd: ROOT,
      env: process.env,
    });
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /the library.*\| 6 \| 0 \| 0 \|[\s\S]*styxy run.*\| 6 \| 0 \| 0 \|/);
  });
});
