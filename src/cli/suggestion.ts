// Owns the guess at what was meant by a word that is mistyped.

import { closest, distance } from 'fastest-levenshtein';

/** The nearest of `candidates`, or null when none is near enough to have been meant. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  if (candidates.length === 0) return null;
  const begun = candidates.filter((candidate) => word.length > 1 && candidate.startsWith(word.toLowerCase()));
  if (begun.length === 1) return begun[0] ?? null;
  const found = closest(word.toLowerCase(), [...candidates]);
  // Two letters that changed places are a distance of two.
  const { length } = word.length > found.length ? word : found;
  const allowed = length < 4 ? 1 : Math.max(2, Math.floor(length / 3));
  return distance(word.toLowerCase(), found) <= allowed ? found : null;
}
