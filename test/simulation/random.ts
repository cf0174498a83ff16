// Owns randomness from a seed: the only source of chance in a simulated world, so that a seed replays it.

export interface Random {
  /** A number from 0 up to, not including, 1. */
  next(): number;
  /** An integer from `min` to `max`, both included. */
  int(min: number, max: number): number;
  /** True with probability `p`. */
  chance(p: number): boolean;
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** One of `choices`, or undefined when there is none. */
  pickMaybe<T>(choices: readonly T[]): T | undefined;
  /** One of `choices`, as often as its weight, an integer, says; undefined when there is none. */
  pickWeighted<T>(choices: readonly (readonly [number, T])[]): T | undefined;
  /** Another stream that does not disturb this one. */
  fork(): Random;
}

/** The same seed (an integer) gives the same numbers. */
export function createRandom(seed: number): Random {
  let a = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 0;
  const next = (): number => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    int,
    chance: (p) => next() < p,
    pick(choices) {
      const chosen = choices[int(0, choices.length - 1)];
      // A choice may be null, and stays one.
      return chosen === undefined ? choices[0] : chosen;
    },
    pickMaybe: (choices) => choices[int(0, choices.length - 1)],
    pickWeighted(choices) {
      let at = int(
        1,
        choices.reduce((sum, [weight]) => sum + weight, 0),
      );
      return choices.find(([weight]) => {
        at -= weight;
        return at <= 0;
      })?.[1];
    },
    fork: () => createRandom(int(0, 0x7fffffff)),
  };
}
