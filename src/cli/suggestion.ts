// Owns the guess at what was meant by a word that is mistyped.

import { closest, distance } from 'fastest-levenshtein';

/** The nearest of `candidates`, or null when none is near enough to have been meant. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  if (candidates.length === 0) return null;
  const begun = candidates.filter((candidate) => word.length > 1 && candidate.startsWith(word.toLowerCase()));
  if (begun.length === 1) return begun[0] ?? null;
  const found = closest(word.toLowerCase(), [...candidates]);
  const allowed = Math.max(1, Math.floor(Math.max(word.length, found.length) / 3));
  return distance(word.toLowerCase(), found) <= allowed ? found : null;
}
