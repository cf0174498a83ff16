// Owns the turning of a thrown refusal into something that a check can tell.

import { StyxyError } from '../errors.ts';

/** @returns what `act` throws, or null when it throws nothing; whatever is no StyxyError is thrown on */
export function objectionOf(act: () => void): StyxyError | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof StyxyError) return error;
    throw error;
  }
}
