// Proves that ranges which are planned one after the other never overlap, keep their gaps and stay within their bounds.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { holesOf } from '../../src/core/free-space.ts';
import { overlaps, type PortRange, rangeSize } from '../../src/core/port-range.ts';
import type { NamedRange, PlacementName } from '../../src/core/range-placement.ts';
import { planRange, type RangePolicy, type RangeRule } from '../../src/core/range-planner.ts';

const BOUNDS: PortRange = { start: 10_000, end: 12_000 };

const port = fc.integer({ min: 9_000, max: BOUNDS.end });
const policy: fc.Arbitrary<RangePolicy> = fc.record({
  bounds: fc.constant(BOUNDS),
  gap: fc.integer({ min: 0, max: 30 }),
  avoided: fc.uniqueArray(port, { maxLength: 20 }).map((ports) => new Set(ports)),
});
const rule: fc.Arbitrary<RangeRule> = fc.record({
  size: fc.integer({ min: 1, max: 60 }),
  placement: fc.constantFrom<PlacementName[]>('after', 'before', 'smart'),
  preferredStart: fc.option(port, { nil: null }),
  // A strategy of the user's own may say anything.
  own: fc.option(
    fc.oneof(port, fc.integer(), fc.double()).map((said) => () => said),
    { nil: null },
  ),
});
const wish = fc.record({ name: fc.stringMatching(/^[a-c](-[a-c])?$/), rule });
const configured = fc
  .uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 8 })
  .map((places) =>
    places.map((at) => ({ name: `c${at}`, start: 9_500 + at * 60, end: 9_500 + at * 60 + 29 })),
  );

test('ranges made in any order overlap nothing, keep every gap and stay within their bounds', () => {
  fc.assert(
    fc.property(
      policy,
      configured,
      fc.array(wish, { minLength: 1, maxLength: 30 }),
      fc.uniqueArray(port, { maxLength: 10 }),
      (given, there, wishes, busy) => {
        const automatic: NamedRange[] = [];
        for (const [index, { name, rule: asked }] of wishes.entries()) {
          const made = planRange(name, asked, given, { configured: there, automatic, busy });
          if (made === null) continue;
          assert.equal(rangeSize(made), asked.size);
          const lowest = Math.min(asked.preferredStart ?? BOUNDS.start, BOUNDS.start);
          assert.ok(made.start >= lowest && made.end <= BOUNDS.end, `${made.start} is out of bounds`);
          const kept = { start: made.start - given.gap, end: made.end + given.gap };
          for (const other of [...there, ...automatic])
            assert.ok(!overlaps(kept, other), `too near ${other.name}`);
          for (const each of [...given.avoided, ...busy]) assert.ok(each < made.start || each > made.end);
          automatic.push({ name: `${name}-${index}`, ...made });
        }
      },
    ),
  );
});

test('the starts of holes are all first ports that a range may have', () => {
  fc.assert(
    fc.property(policy, configured, fc.integer({ min: 1, max: 60 }), (given, there, size) => {
      const { bounds, gap, avoided } = given;
      const holes = holesOf({ bounds, ranges: there, gap, avoided }, size);
      const starts = holes.starts();
      for (let first = bounds.start - 2; first <= bounds.end + 2; first++) {
        const isStart = starts.some(({ start, end }) => first >= start && first <= end);
        assert.equal(isStart, first >= bounds.start && holes.lowest(first) === first, `${first}`);
      }
    }),
  );
});

test('a range is refused only where no place is left for it', () => {
  fc.assert(
    fc.property(policy, configured, rule, (given, there, asked) => {
      const made = planRange('a', asked, given, { configured: there, automatic: [], busy: [] });
      if (made !== null) return;
      for (let start = BOUNDS.start; start + asked.size - 1 <= BOUNDS.end; start++) {
        const kept = { start: start - given.gap, end: start + asked.size - 1 + given.gap };
        const isBlocked =
          there.some((other) => overlaps(kept, other)) ||
          [...given.avoided].some((each) => each >= start && each < start + asked.size);
        assert.ok(isBlocked, `${start} was free`);
      }
    }),
  );
});
