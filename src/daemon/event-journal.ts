// Owns the last events: numbered without a gap, as many as there is room for, so that whoever comes back misses nothing.

import { randomInt } from 'node:crypto';

/** Above the milliseconds of the wall clock there is room for three digits in a number that JSON keeps. */
const NUMBERS_PER_MS = 1_000;

/**
 * Where the numbers of a daemon begin: above those of daemons before it, and by chance where the clock went back, so that
 * a number of another daemon is not taken for one of ours.
 *
 * @param wall wall clock in epoch ms
 */
export function numberOfStart(wall: number): number {
  return wall * NUMBERS_PER_MS + randomInt(NUMBERS_PER_MS);
}

/** Makes the data of an event, of which `number` is a part. */
export type WriteEvent = (number: number) => Readonly<Record<string, unknown>>;

interface Slot {
  readonly name: string;
  readonly write: WriteEvent;
  /** Made when somebody first reads it, and the same for all readers. */
  text: string | null;
}

export interface EventJournal {
  /** The number of the newest event; before the first one, the number that it follows. */
  readonly last: number;
  /** The number of the oldest event that is kept; one more than `last` where none is. */
  readonly first: number;
  push(name: string, write: WriteEvent): void;
  /** Gives a number to an event that nobody will ask for; with it all before it are missed. */
  passOver(): void;
  /** Keeps none of the events so far. */
  forget(): void;
  /** An event as it is sent. @param number between `first` and `last` */
  text(number: number): string;
}

/**
 * @param before the number that the first event follows
 * @param capacity how many events are kept
 */
export function createEventJournal(before: number, capacity: number): EventJournal {
  const slots = new Map<number, Slot>();
  let last = before;
  let kept = 0;
  return {
    get last() {
      return last;
    },
    get first() {
      return last - kept + 1;
    },
    push(name, write) {
      last += 1;
      kept = Math.min(capacity, kept + 1);
      slots.set(last % capacity, { name, write, text: null });
    },
    passOver() {
      last += 1;
      kept = 0;
    },
    forget() {
      kept = 0;
      slots.clear();
    },
    text(number) {
      const slot = slots.get(number % capacity);
      if (slot === undefined || number > last || number <= last - kept)
        throw new RangeError(`event ${number} is not kept`);
      slot.text ??= eventText(number, slot.name, slot.write(number));
      return slot.text;
    },
  };
}

/** One event in the format of server-sent events (WHATWG HTML, 9.2); JSON has no line ends of its own. */
export function eventText(id: number, name: string, data: Readonly<Record<string, unknown>>): string {
  return `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
