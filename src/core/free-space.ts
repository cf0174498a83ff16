// Owns the search for a hole between ranges: wide enough, far enough from every range, and around single ports.

import type { PortRange } from './port-range.ts';

/** Where ranges may lie, and what is in their way. */
export interface Space {
  /** The lowest and highest port that a range may have. */
  readonly bounds: PortRange;
  /** Every range there is. */
  readonly ranges: readonly PortRange[];
  /** How many ports must lie between two ranges. */
  readonly gap: number;
  /** Ports that no range may hold. */
  readonly avoided: Iterable<number>;
}

/** The holes of a space for ranges of one size. */
export interface Holes {
  /** The lowest first port at or above `from` and within the bounds, or null. */
  lowest(from: number): number | null;
  /** The highest first port of a range that ends at or below `to`, within the bounds, or null. */
  highest(to: number): number | null;
  /** Every first port that a range may have, ascending, as ranges of such ports. */
  starts(): readonly PortRange[];
}

/** @param size how many ports the range is to have, at least 1 */
export function holesOf({ bounds, ranges, gap, avoided }: Space, size: number): Holes {
  const obstacles = [
    ...ranges.map(({ start, end }) => ({ start: start - gap, end: end + gap })),
    ...runsOf(avoided),
  ];
  const ascending = obstacles.toSorted((a, b) => a.start - b.start);
  const descending = obstacles.toSorted((a, b) => b.end - a.end);
  return {
    lowest(from) {
      let first = Math.max(from, bounds.start);
      for (const { start, end } of ascending) {
        if (start > first + size - 1) break;
        if (end >= first) first = end + 1;
      }
      return first + size - 1 <= bounds.end ? first : null;
    },
    starts() {
      const found: PortRange[] = [];
      const add = (start: number, end: number): void => {
        if (start <= end) found.push({ start, end });
      };
      const last = bounds.end - size + 1;
      let first = bounds.start;
      for (const { start, end } of ascending) {
        add(first, Math.min(start - size, last));
        first = Math.max(first, end + 1);
      }
      add(first, last);
      return found;
    },
    highest(to) {
      let last = Math.min(to, bounds.end);
      for (const { start, end } of descending) {
        if (end < last - size + 1) break;
        if (start <= last) last = start - 1;
      }
      return last - size + 1 >= bounds.start ? last - size + 1 : null;
    },
  };
}

/** Ports as intervals, of which ports that follow each other share one: thousands of them are few obstacles. */
function runsOf(ports: Iterable<number>): PortRange[] {
  const runs: { start: number; end: number }[] = [];
  for (const port of ports) {
    const last = runs.at(-1);
    if (last !== undefined && port === last.end + 1) last.end = port;
    else runs.push({ start: port, end: port });
  }
  return runs;
}
