// Owns the plan of a range for a service type that has none: how large, where, and around what.

import { holesOf } from './free-space.ts';
import { MIN_UNPRIVILEGED_PORT, type PortRange } from './port-range.ts';
import { type NamedRange, PLACEMENTS, type Placement, type PlacementName } from './range-placement.ts';

/** How the range of one type is to be made. */
export interface RangeRule {
  /** How many ports, at least 1. */
  readonly size: number;
  readonly placement: PlacementName;
  /** The user's own strategy, which is asked first. */
  readonly own?: Placement | null;
  /** Where the search begins, in place of the lower bound; null: it begins there. */
  readonly preferredStart: number | null;
}

export interface RangePolicy {
  /** The lowest and highest port of automatic ranges. */
  readonly bounds: PortRange;
  /** How many ports lie between any two ranges at least. */
  readonly gap: number;
  /** Ports that are another server's by custom, or that nobody may be granted. */
  readonly avoided: ReadonlySet<number>;
}

/** The ranges there are when a new one is planned. */
export interface Territory {
  /** Those of the configuration. */
  readonly configured: readonly NamedRange[];
  /** Those that were made by themselves. */
  readonly automatic: readonly NamedRange[];
  /** Those that are in the way and guide no strategy: they were made after the one that is placed anew. */
  readonly later?: readonly NamedRange[];
  /** Ports on which somebody was found. */
  readonly busy: Iterable<number>;
}

/**
 * A range that overlaps no other, keeps the gap to each, and holds no avoided and no busy port.
 *
 * A rule's preferred start is where the search begins, and may lie below the bounds; where nothing is left above it, the
 * range is made as if there were no such wish.
 *
 * @returns null where there is no room
 */
export function planRange(
  name: string,
  rule: RangeRule,
  policy: RangePolicy,
  territory: Territory,
): PortRange | null {
  const { preferredStart } = rule;
  const wished =
    preferredStart === null
      ? null
      : planWithin({ start: Math.max(preferredStart, MIN_UNPRIVILEGED_PORT), end: policy.bounds.end }, true);
  return wished ?? planWithin(policy.bounds, false);

  function planWithin(bounds: PortRange, isWish: boolean): PortRange | null {
    const all = [...territory.configured, ...territory.automatic];
    const avoided = [...policy.avoided, ...territory.busy];
    const ranges = [...all, ...(territory.later ?? [])];
    const holes = holesOf({ bounds, ranges, gap: policy.gap, avoided }, rule.size);
    // `after` and `before` follow what is there, which a wish for a place does not.
    const follows = rule.placement === 'after' || rule.placement === 'before';
    const automatic = within(territory.automatic, bounds);
    const given = { name, size: rule.size, holes, bounds, automatic, all };
    const own = rule.own?.(given) ?? null;
    // A user's own strategy may say anything: only what is a hole is taken.
    const isHole = own !== null && Number.isInteger(own) && holes.lowest(own) === own;
    const chosen = (): number | null =>
      isWish && follows ? holes.lowest(bounds.start) : PLACEMENTS[rule.placement](given);
    const first = isHole ? own : chosen();
    return first === null ? null : { start: first, end: first + rule.size - 1 };
  }
}

function within(ranges: readonly NamedRange[], bounds: PortRange): readonly NamedRange[] {
  return ranges.filter(({ start, end }) => start >= bounds.start && end <= bounds.end);
}
