import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judge, type SilenceKind, type Vitals } from './silence.ts';

const IDLE: Vitals = { state: 'S', isTraced: false, cpuTicks: 100, calls: 700 };

describe('a silence', () => {
  const cases: readonly (readonly [string, Partial<Vitals>, Partial<Vitals>, SilenceKind])[] = [
    ['of a stopped process', { state: 'T' }, { state: 'T' }, 'stopped'],
    ['of one that was stopped only just now', {}, { state: 'T' }, 'busy'],
    ['of a loop that never ends', { state: 'R' }, { state: 'R', cpuTicks: 240 }, 'deadlocked'],
    ['of one that waits for itself', {}, {}, 'deadlocked'],
    ['of one that serves others', { state: 'R' }, { state: 'R', cpuTicks: 240, calls: 9_000 }, 'busy'],
    ['of one that gets no turn', { state: 'R' }, { state: 'R', cpuTicks: 105 }, 'busy'],
    ['of one that waits for the disk', { state: 'D' }, { state: 'D' }, 'busy'],
    ['of a stopped one in a debugger', { state: 't' }, { state: 't', isTraced: true }, 'traced'],
    ['of a running one in a debugger', {}, { isTraced: true }, 'traced'],
    ['where calls are not counted', { calls: null }, { calls: null, cpuTicks: 240 }, 'busy'],
  ];
  for (const [what, before, after, expected] of cases) {
    it(`${what} is ${expected}`, () => {
      assert.equal(judge({ ...IDLE, ...before }, { ...IDLE, ...after }), expected);
    });
  }
});
