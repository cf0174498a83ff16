// Owns the strategies by which a place for a new range is chosen: small functions in a table.

import type { Holes } from './free-space.ts';
import type { PortRange } from './port-range.ts';

export interface NamedRange extends PortRange {
  readonly name: string;
}

/** What a strategy may look at. */
export interface PlacementCase {
  /** The type that is to get a range. */
  readonly name: string;
  readonly size: number;
  readonly holes: Holes;
  /** Where ranges may lie. */
  readonly bounds: PortRange;
  /** The ranges that were made by themselves. */
  readonly automatic: readonly NamedRange[];
  /** Every range, automatic or not. */
  readonly all: readonly NamedRange[];
}

/** @returns the first port of the new range, or null where the strategy finds no place */
export type Placement = (given: PlacementCase) => number | null;

/** The lowest hole above the highest automatic range, else the lowest of all. */
const after: Placement = ({ holes, automatic, bounds }) => {
  const highest = automatic.reduce((most, { end }) => Math.max(most, end), bounds.start - 1);
  return holes.lowest(highest + 1) ?? holes.lowest(bounds.start);
};

/** The highest hole below the lowest automatic range, else the highest of all. */
const before: Placement = ({ holes, automatic, bounds }) => {
  const lowest = automatic.reduce((least, { start }) => Math.min(least, start), bounds.end + 1);
  return holes.highest(lowest - 1) ?? holes.highest(bounds.end);
};

/** The hole nearest to a range of a type with the same prefix, else as `after`. */
const smart: Placement = (given) => {
  const { name, size, holes, all } = given;
  const relatives = all.filter((near) => prefixOf(near.name) === prefixOf(name));
  const candidates = relatives.flatMap((near) =>
    [holes.lowest(near.end + 1), holes.highest(near.start - 1)]
      .filter((first) => first !== null)
      .map((first) => ({
        first,
        distance: first > near.end ? first - near.end : near.start - (first + size - 1),
      })),
  );
  // Of two that are as near, the upper one: ranges grow upwards.
  candidates.sort((a, b) => a.distance - b.distance || b.first - a.first);
  return candidates[0]?.first ?? after(given);
};

export const PLACEMENTS = { after, before, smart } as const satisfies Record<string, Placement>;

export type PlacementName = keyof typeof PLACEMENTS;

/** What stands before the first hyphen; a name without one is its own prefix. */
export function prefixOf(name: string): string {
  return name.split('-', 1)[0] ?? name;
}
