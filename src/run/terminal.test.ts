import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isForegroundStat } from './terminal.ts';

describe('the foreground of a terminal', () => {
  const rest = '4194304 0 0 0 0 0 0 0 0 20 0 11 0 2170';
  const cases: readonly [why: string, stat: string, isForeground: boolean][] = [
    ['its group is in front', `812 (node) S 800 812 800 34816 812 ${rest}`, true],
    ['another group is in front', `812 (node) S 800 812 800 34816 900 ${rest}`, false],
    ['there is no terminal', `812 (node) S 800 812 800 0 -1 ${rest}`, false],
    ['its name looks like fields', `812 (a) R 1 (b) S 800 812 800 34816 812 ${rest}`, true],
    ['nothing can be read', '', false],
  ];
  for (const [why, stat, isForeground] of cases) {
    it(`is ${isForeground ? '' : 'not '}its own when ${why}`, () => {
      assert.equal(isForegroundStat(stat), isForeground);
    });
  }
});
