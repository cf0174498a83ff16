// Owns the comparison of two configurations for the ranges that somebody took out of one.

import type { NamedRange } from '../core/range-placement.ts';

/**
 * The ranges of types that the former configuration had and the next one does not know any more.
 *
 * @param former values as JSON, as they were remembered
 * @param next the same of the configuration that holds now
 */
export function droppedRanges(former: string, next: string): NamedRange[] {
  const left = rangesIn(next);
  return [...rangesIn(former).values()].filter(({ name }) => !left.has(name));
}

function rangesIn(text: string): Map<string, NamedRange> {
  const ranges = new Map<string, NamedRange>();
  for (const [name, type] of Object.entries(fieldOf(parsed(text), 'service_types') ?? {})) {
    const range: unknown = fieldOf(type, 'range');
    if (!Array.isArray(range)) continue;
    const [start, end]: unknown[] = range;
    if (typeof start === 'number' && typeof end === 'number') ranges.set(name, { name, start, end });
  }
  return ranges;
}

/** What was remembered may be damaged by now: then it names nothing. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function fieldOf(value: unknown, name: string): object | null {
  if (typeof value !== 'object' || value === null) return null;
  const field: unknown = Object.getOwnPropertyDescriptor(value, name)?.value;
  return typeof field === 'object' ? field : null;
}
