// Owns the reading of what `netsh int ipv4 show excludedportrange` prints: ports that nobody has and nobody can bind.

import type { PortRange } from '../../core/port-range.ts';

/** Reads the ranges, whatever the language of the titles. */
export function parseExcludedRanges(text: string): PortRange[] {
  return Array.from(
    text.matchAll(/^[ \t]*(\d{1,5})[ \t]+(\d{1,5})(?:[ \t]*\*)?[ \t]*\r?$/gm),
    ([, start, end]) => ({
      start: Number(start),
      end: Number(end),
    }),
  ).filter(({ start, end }) => start <= end && end <= 65_535);
}
