// Owns the arithmetic of the measurements: medians, spreads, and ratios of what was measured side by side.

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws Error when there is nothing to take a median of */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)];
  const lower = sorted[Math.ceil(middle) - 1];
  if (upper === undefined || lower === undefined) throw new Error('there is no median of nothing');
  return (lower + upper) / 2;
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * The ratios of pairs that were measured one right after the other: what disturbs the machine for longer than one
 * alternation disturbs both sides of a pair.
 */
export function ratios(of: readonly number[], to: readonly number[]): Spread {
  return spread(of.map((value, index) => value / (to[index] ?? Number.NaN)));
}

/** @param share between 0 and 1 */
export function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
