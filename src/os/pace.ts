// Owns the pace of long work: how long it may keep the event loop before everybody else gets a turn.

import { setImmediate as nextTurn } from 'node:timers/promises';

/** Well below the 5 ms that a scan may block at a stretch: several such pieces of work may come in one turn. */
const MAX_STRETCH_MS = 1;
const BLOCK_CHARACTERS = 32 * 1024;

export interface Pace {
  /** Whether this stretch of work has lasted long enough. */
  isDue(): boolean;
  /** Lets others have their turn, and begins the next stretch. */
  rest(): Promise<void>;
}

/** When the work of this turn began, whoever does it: one piece of work after another adds up. */
let turnBeganAt: number | null = null;

function beginningOfTurn(): number {
  if (turnBeganAt === null) {
    turnBeganAt = performance.now();
    setImmediate(() => {
      turnBeganAt = null;
    });
  }
  return turnBeganAt;
}

/** A pace for work that begins now; it has what is left of the turn. */
export function newPace(maxStretchMs = MAX_STRETCH_MS): Pace {
  beginningOfTurn();
  return {
    isDue() {
      const beganAt = beginningOfTurn();
      return performance.now() - beganAt >= maxStretchMs;
    },
    async rest() {
      await nextTurn();
      // The turn begins now, not when somebody asks how long it has lasted.
      beginningOfTurn();
    },
  };
}

/** Everything that `items` yields, with rests between: a generator is only asked for the next one when it is its turn. */
export async function collect<T>(items: Iterable<T>, pace = newPace()): Promise<T[]> {
  const all: T[] = [];
  await forEachInTurns(items, (item) => void all.push(item), pace);
  return all;
}

/** Does `work` with everything that `items` yields, with rests between. */
export async function forEachInTurns<T>(
  items: Iterable<T>,
  work: (item: T) => void,
  pace = newPace(),
): Promise<void> {
  const left = items[Symbol.iterator]();
  while (stretch(left, work, pace)) await pace.rest();
}

/**
 * A stretch without a rest; false at the end. On its own, because V8 compiles what is hot as a whole, with all that it calls: a
 * loop within an asynchronous function keeps the event loop for 10 ms that way, without anybody's turn in between.
 */
function stretch<T>(left: Iterator<T>, work: (item: T) => void, pace: Pace): boolean {
  for (let next = left.next(); next.done !== true; next = left.next()) {
    work(next.value);
    if (pace.isDue()) return true;
  }
  return false;
}

/** Cuts a text between lines, into blocks that each take little time to read. */
export function* lineBlocks(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start + BLOCK_CHARACTERS);
    const end = newline === -1 ? text.length : newline + 1;
    yield text.slice(start, end);
    start = end;
  }
}
