// Owns the guess at what was meant by a word that is mistyped.

import { closest, distance } from 'fastest-levenshtein';

/** The nearest of `candidates`, or null when none is near enough to have been meant. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  if (candidates.length === 0) return null;
  const begun = candidates.filter((candidate) => word.length > 1 && candidate.startsWith(word.toLowerCase()));
  if (begun.length === 1) return begun[0] ?? null;
  const found = closest(word.toLowerCase(), [...candidates]);
  const { length } = word.length > found.length ? word : found;
  const allowed = Math.max(1, Math.floor(length / 3));
  const isNear = distance(word.toLowerCase(), found) <= allowed || isSwapped(word.toLowerCase(), found);
  return isNear ? found : null;
}

/** Whether two neighbouring letters changed places: a distance of two, and one slip of the fingers. */
function isSwapped(word: string, found: string): boolean {
  const at = [...word].findIndex((letter, index) => letter !== found[index]);
  return word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2) === found;
}
