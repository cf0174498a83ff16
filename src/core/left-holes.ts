// Owns the holes that undone ranges left beside ranges in use, and the search for one that another range may close.

import { holesOf, type Space } from './free-space.ts';
import { type PortRange, rangeSize } from './port-range.ts';

interface LeftHole extends PortRange {
  /** A range of so many ports found no place in it. */
  readonly tooMany: number;
}

/** Holes that stay open because the range that would close them is in use: whoever is free may. */
export class LeftHoles {
  #holes: LeftHole[];
  readonly #gap: number;

  constructor(holes: readonly PortRange[], gap: number) {
    this.#gap = gap;
    this.#holes = holes.map((hole) => ({ ...hole, tooMany: Number.POSITIVE_INFINITY }));
  }

  all(): PortRange[] {
    return this.#holes.map(({ start, end }) => ({ start, end }));
  }

  /** Notes the hole between a range in use and the place where it would be made now. */
  add(used: PortRange, place: PortRange): void {
    const hole =
      place.start < used.start
        ? { start: place.start, end: used.start - 1 }
        : { start: used.end + 1, end: place.end };
    this.#holes.push({ ...hole, tooMany: Number.POSITIVE_INFINITY });
  }

  /**
   * The place nearest to an end of `within`, in a hole.
   *
   * @param isUpwards whether the highest place is wanted, and not the lowest
   * @returns null where no hole has room
   */
  place(size: number, within: PortRange, isUpwards: boolean, space: Omit<Space, 'bounds'>): PortRange | null {
    const order = isUpwards ? -1 : 1;
    for (const hole of this.#holes.toSorted((a, b) => order * (a.start - b.start))) {
      const bounds = { start: Math.max(hole.start, within.start), end: Math.min(hole.end, within.end) };
      if (size >= hole.tooMany || rangeSize(bounds) < size) continue;
      const places = holesOf({ ...space, bounds }, size);
      const start = isUpwards ? places.highest(bounds.end) : places.lowest(bounds.start);
      if (start !== null) return { start, end: start + size - 1 };
      if (rangeSize(bounds) === rangeSize(hole)) this.#replace(hole, [{ ...hole, tooMany: size }]);
    }
    return null;
  }

  /** Takes note that a range lies there now, which leaves of a hole what is a gap away from it. */
  close({ start, end }: PortRange): void {
    for (const hole of this.#holes) {
      if (hole.start > end || hole.end < start) continue;
      const below = { ...hole, end: start - this.#gap - 1 };
      const above = { ...hole, start: end + this.#gap + 1 };
      this.#replace(
        hole,
        [below, above].filter((rest) => rangeSize(rest) > 0),
      );
    }
  }

  #replace(hole: LeftHole, by: readonly LeftHole[]): void {
    this.#holes = this.#holes.flatMap((other) => (other === hole ? by : [other]));
  }
}
