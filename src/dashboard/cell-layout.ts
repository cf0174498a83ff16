// Owns where the cells of a strip lie: how large they are, how many stand in a row, which one is under a point.

export interface CellLayout {
  /** The side of a cell in px. */
  readonly side: number;
  /** From one cell to the next, in px. */
  readonly step: number;
  readonly perRow: number;
  /** Of the whole strip, in px. */
  readonly height: number;
}

/** A range of thousands gets smaller cells, so that it is still seen at a glance. */
const SIZES: readonly { readonly upTo: number; readonly side: number; readonly gap: number }[] = [
  { upTo: 256, side: 9, gap: 2 },
  { upTo: 1_024, side: 6, gap: 2 },
  { upTo: Number.POSITIVE_INFINITY, side: 4, gap: 1 },
];

/** @param width of the strip in px */
export function layoutOf(count: number, width: number): CellLayout {
  const { side, gap } = SIZES.find(({ upTo }) => count <= upTo) ?? { side: 4, gap: 1 };
  const step = side + gap;
  const fitting = Math.max(1, Math.floor((width + gap) / step));
  // In fives: a port is found by counting.
  const perRow = fitting >= 5 ? fitting - (fitting % 5) : fitting;
  return { side, step, perRow, height: Math.max(1, Math.ceil(count / perRow)) * step - gap };
}

/** Where a cell begins, in px. */
export function placeOf(
  { step, perRow }: CellLayout,
  index: number,
): { readonly x: number; readonly y: number } {
  return { x: (index % perRow) * step, y: Math.floor(index / perRow) * step };
}

/** The cell under a point; null where there is none. The gap after a cell belongs to it. */
export function cellAt({ step, perRow }: CellLayout, count: number, x: number, y: number): number | null {
  const column = Math.floor(x / step);
  const index = Math.floor(y / step) * perRow + column;
  return x < 0 || y < 0 || column >= perRow || index >= count ? null : index;
}

/** Where the keys lead; null for a key that leads nowhere. @param isTaken whether a cell is one to stop at */
export function stepTo(
  key: string,
  from: number,
  { perRow }: CellLayout,
  count: number,
  isTaken: (index: number) => boolean,
): number | null {
  const within = (index: number): number => Math.max(0, Math.min(count - 1, index));
  switch (key) {
    case 'ArrowRight':
      return within(from + 1);
    case 'ArrowLeft':
      return within(from - 1);
    case 'ArrowDown':
      return from + perRow < count ? from + perRow : from;
    case 'ArrowUp':
      return from - perRow >= 0 ? from - perRow : from;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    case 'PageDown':
      for (let index = from + 1; index < count; index++) if (isTaken(index)) return index;
      return from;
    case 'PageUp':
      for (let index = from - 1; index >= 0; index--) if (isTaken(index)) return index;
      return from;
    default:
      return null;
  }
}
