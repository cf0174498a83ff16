import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasEnded, parseStat } from './parse-stat.ts';

/** A line as the kernel prints it for a process called `name`. */
function line(name: string, { state = 'S', threads = 11, start = '18446744073709551615' } = {}): string {
  return `4242 (${name}) ${state} 77 4242 4200 34816 4300 4194304 9 8 7 6 5 4 3 2 20 0 ${threads} 0 ${start} 1 2 3\n`;
}

for (const name of ['node', 'a b', 'a) R 1 (b', ')', '))) Z 1', 'new\nline', '', '(', ') X 1 1 1 1 1']) {
  test(`reads the fields behind the name ${JSON.stringify(name)}`, () => {
    assert.deepEqual(parseStat(line(name)), {
      state: 'S',
      parentPid: 77,
      threads: 11,
      // Larger than a number can hold exactly, hence text.
      startTicks: '18446744073709551615',
    });
  });
}

for (const text of [
  '',
  '4242',
  '4242 (node',
  '4242 (node) ',
  '4242 (node) S 1 2 3',
  line('x').replace('77', 'x'),
]) {
  test(`makes nothing of ${JSON.stringify(text).slice(0, 40)}`, () => assert.equal(parseStat(text), null));
}

const ends: readonly (readonly [string, number, boolean])[] = [
  ['R', 1, false],
  ['T', 1, false],
  ['Z', 1, true],
  ['Z', 3, false],
  ['X', 0, true],
];
for (const [state, threads, ended] of ends) {
  test(`a process in state ${state} with ${threads} threads has ${ended ? '' : 'not '}ended`, () => {
    const stat = parseStat(line('x', { state, threads }));
    assert.ok(stat);
    assert.equal(hasEnded(stat), ended);
  });
}
