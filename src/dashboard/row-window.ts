// Owns which rows of a long list are drawn: those in sight, and a few on both sides.

/** Rows beyond the edge, so that a flick of the wheel meets drawn ones. */
const BEYOND = 8;

export interface RowWindow {
  /** The first row that is drawn. */
  readonly from: number;
  /** The row after the last one. */
  readonly to: number;
}

/**
 * @param scrollTop in px
 * @param height of the part in sight, in px
 * @param rowHeight in px, the same for all
 * @param count of all rows
 */
export function rowWindow(scrollTop: number, height: number, rowHeight: number, count: number): RowWindow {
  // A list that became shorter may still be scrolled beyond its end.
  const top = Math.max(0, Math.min(scrollTop, count * rowHeight - height));
  const from = Math.max(0, Math.floor(top / rowHeight) - BEYOND);
  const to = Math.min(count, Math.ceil((top + height) / rowHeight) + BEYOND);
  return { from, to };
}
