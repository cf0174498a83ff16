import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planRange, type RangePolicy, type RangeRule, type Territory } from './range-planner.ts';

const policy: RangePolicy = { bounds: { start: 10_000, end: 10_299 }, gap: 10, avoided: new Set([10_080]) };
const rule: RangeRule = { size: 10, placement: 'after', preferredStart: null };
const empty: Territory = { configured: [], automatic: [], busy: [] };
const range = (name: string, start: number, end = start + 9) => ({ name, start, end });

function startOf(name: string, given: Partial<RangeRule>, territory: Partial<Territory> = {}): number | null {
  return planRange(name, { ...rule, ...given }, policy, { ...empty, ...territory })?.start ?? null;
}

describe('a new range', () => {
  for (const [what, given, territory, start] of [
    ['after nothing is the lowest', {}, {}, 10_000],
    ['after another keeps the gap', {}, { automatic: [range('a', 10_000)] }, 10_020],
    ['after the highest leaves lower holes alone', {}, { automatic: [range('a', 10_100)] }, 10_120],
    ['after a full end takes a lower hole', {}, { automatic: [range('a', 10_290)] }, 10_000],
    ['goes around a configured one, with the gap', {}, { configured: [range('c', 10_005)] }, 10_025],
    ['goes around an avoided port', { size: 20 }, { automatic: [range('a', 10_050, 10_060)] }, 10_081],
    ['goes around a busy port', {}, { busy: [10_004] }, 10_005],
    ['before nothing is the highest', { placement: 'before' }, {}, 10_290],
    ['before another keeps the gap', { placement: 'before' }, { automatic: [range('a', 10_200)] }, 10_180],
    [
      'before a full start takes a higher hole',
      { placement: 'before' },
      { automatic: [range('a', 10_000)] },
      10_290,
    ],
    [
      'smart is near its relatives',
      { placement: 'smart' },
      { automatic: [range('x-a', 10_120), range('y-a', 10_240)] },
      10_140,
    ],
    [
      'smart is above rather than below where both are as near',
      { placement: 'smart' },
      { automatic: [range('x-a', 10_120), range('x-b', 10_220)] },
      10_240,
    ],
    [
      'smart may be below them',
      { placement: 'smart' },
      { automatic: [range('x-a', 10_120), range('y-a', 10_140)] },
      10_100,
    ],
    [
      'smart without relatives is as after',
      { placement: 'smart' },
      { automatic: [range('y', 10_100)] },
      10_120,
    ],
    [
      'begins at its wish, also below the bounds',
      { preferredStart: 9_000 },
      { automatic: [range('a', 10_000)] },
      9_000,
    ],
    ['never begins below 1024', { preferredStart: 1 }, {}, 1024],
    ['is made without its wish where nothing is left above it', { preferredStart: 10_295 }, {}, 10_000],
    [
      'is as large as its rule',
      { size: 5, preferredStart: 10_000 },
      { configured: [range('c', 10_015)] },
      10_000,
    ],
    ['does not exist where there is no room', { size: 301 }, {}, null],
    ["is a place of a user's own", { own: () => 10_111 }, {}, 10_111],
    [
      "is as ever where a user's own has no wish",
      { own: () => null },
      { automatic: [range('a', 10_000)] },
      10_020,
    ],
    ["is as ever where a user's own names an avoided port", { own: () => 10_075 }, {}, 10_000],
    ["is as ever where a user's own is out of bounds", { own: () => 9000 }, {}, 10_000],
    ["is as ever where a user's own is no port", { own: () => Number.NaN }, {}, 10_000],
    ["is a place of a user's own at the wish, too", { own: () => 9100, preferredStart: 9_000 }, {}, 9100],
  ] as const) {
    it(what, () => assert.equal(startOf('x-new', given, territory), start));
  }
});
