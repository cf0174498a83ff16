import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProcessFacts } from './os.ts';
import { programAbove } from './program-above.ts';

const NAMES: Readonly<Record<number, string>> = {
  1: 'init',
  10: 'claude',
  20: 'sh',
  30: '-zsh',
  40: 'node',
  50: 'front',
};
const CHAIN = [40, 30, 20, 10, 1];

function above(pid: number, chain: readonly number[] = CHAIN): number | null {
  const facts = (each: number): ProcessFacts | null =>
    NAMES[each] === undefined
      ? null
      : {
          pid: each,
          parent: null,
          group: null,
          name: NAMES[each],
          command: each === 50 ? '/bin/sh /home/front x' : '/usr/bin/thing',
        };
  return programAbove({ ancestors: () => chain.slice(chain.indexOf(pid)) }, { facts }, pid);
}

describe('the program above a process', () => {
  it('is the nearest one that is no shell', () => {
    assert.equal(above(40), 10);
    assert.equal(above(20), 10);
    assert.equal(above(40, [40, 50, 20, 10, 1]), 10, 'a script is run by a shell');
  });

  it('is not known where it has ended, or cannot be seen', () => {
    assert.equal(above(40, [40, 20, 1]), null);
    assert.equal(above(40, [40, 99, 10]), null);
    assert.equal(above(40, []), null);
  });
});
