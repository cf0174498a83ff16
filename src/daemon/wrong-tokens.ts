// Owns the count of wrong tokens: more than a hundred within a minute are guesses, and no longer worth an answer each.

const WINDOW_MS = 60_000;
const MAX_PER_WINDOW = 100;

export interface WrongTokens {
  /**
   * Counts one wrong token.
   *
   * @returns the seconds until another try makes sense, or null while there are few.
   */
  count(): number | null;
}

/** @param now monotonic milliseconds */
export function countWrongTokens(now: () => number): WrongTokens {
  let since = Number.NEGATIVE_INFINITY;
  let tries = 0;
  return {
    count: () => {
      const at = now();
      if (at - since >= WINDOW_MS) {
        since = at;
        tries = 0;
      }
      tries += 1;
      return tries > MAX_PER_WINDOW ? Math.ceil((since + WINDOW_MS - at) / 1000) : null;
    },
  };
}
