// Owns the properties of ports as sets: the bitmap and its search against plain JavaScript sets.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { blockPorts, contains, overlaps, rangeSize } from '../../src/core/port-range.ts';
import { firstAbsent, PortSet } from '../../src/core/port-set.ts';

/** Close together, and around the borders of the bitmap's words, where mistakes would be. */
const port = fc.oneof(
  fc.integer({ min: 1, max: 65_535 }),
  fc.integer({ min: 1, max: 70 }),
  fc.integer({ min: 65_470, max: 65_535 }),
);
const edit = fc.record({ add: fc.boolean(), port });

test('a port set behaves like a set of numbers', () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 200 }), (edits) => {
      const real = new PortSet();
      const naive = new Set<number>();
      for (const { add, port } of edits) {
        assert.equal(add ? real.add(port) : real.delete(port), add ? !naive.has(port) : naive.has(port));
        if (add) naive.add(port);
        else naive.delete(port);
        assert.equal(real.has(port), naive.has(port));
        assert.equal(real.size, naive.size);
      }
      assert.deepEqual(
        [...real],
        [...naive].sort((a, b) => a - b),
      );
    }),
  );
});

test('firstAbsent finds what a plain search finds', () => {
  const interval = fc
    .tuple(port, fc.integer({ min: -3, max: 140 }))
    .map(([from, length]) => ({ from, to: Math.min(65_535, from + length) }));
  const dense = fc.record({
    interval,
    holes: fc.array(fc.nat(140), { maxLength: 4 }),
    sets: fc.integer({ min: 0, max: 3 }),
    noise: fc.array(port, { maxLength: 30 }),
  });
  fc.assert(
    fc.property(dense, ({ interval: { from, to }, holes, sets, noise }) => {
      const naive = Array.from({ length: sets }, () => new Set<number>(noise));
      // Every port of the interval but the holes is in one of the sets, so that the search has to go far.
      for (let p = from; p <= to && sets > 0; p++) if (!holes.includes(p - from)) naive[p % sets]?.add(p);
      let expected: number | null = null;
      for (let p = from; p <= to && expected === null; p++) {
        if (!naive.some((set) => set.has(p))) expected = p;
      }
      assert.equal(
        firstAbsent(
          from,
          to,
          naive.map((set) => PortSet.of(set)),
        ),
        expected,
      );
    }),
  );
});

test('ranges agree with the lists of their ports', () => {
  const range = fc
    .tuple(port, fc.nat(100))
    .map(([start, more]) => ({ start, end: Math.min(65_535, start + more) }));
  fc.assert(
    fc.property(range, range, port, (a, b, p) => {
      const portsOfA = blockPorts(a.start, rangeSize(a));
      const portsOfB = new Set(blockPorts(b.start, rangeSize(b)));
      assert.equal(portsOfA.at(-1), a.end);
      assert.equal(contains(a, p), portsOfA.includes(p));
      assert.equal(
        overlaps(a, b),
        portsOfA.some((port) => portsOfB.has(port)),
      );
    }),
  );
});
