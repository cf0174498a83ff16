// Owns the note of what config.json may still say of ranges that were undone or moved: it is written before they are, so that
// a kill between the commit and the write leaves nothing there for good.

import type { AutomaticRange } from '../core/change.ts';
import { isPort } from '../core/port-range.ts';
import type { Store } from '../store/store.ts';

const NOTE = 'ranges_in_config';

export interface RangeDebts {
  /**
   * Notes these ranges as they are before a change.
   *
   * @throws what the store throws; nothing may be changed then
   */
  add(ranges: readonly AutomaticRange[]): Promise<void>;
  /** Forgets those of all types but these. */
  keep(types: ReadonlySet<string>): Promise<void>;
  /** What was noted, by this daemon or a former one, and not forgotten. Garbage counts as nothing. */
  read(): Promise<readonly AutomaticRange[]>;
}

export function createRangeDebts(store: Pick<Store, 'readNote' | 'writeNote'>): RangeDebts {
  let known: Map<string, AutomaticRange> | null = null;

  async function debts(): Promise<Map<string, AutomaticRange>> {
    if (known !== null) return known;
    const read = parse(await store.readNote(NOTE));
    known ??= new Map(read.map((range) => [range.name, range]));
    return known;
  }

  return {
    async add(ranges) {
      const owed = await debts();
      // As with the steps that wait: the file has what was there before the first of several changes.
      for (const range of ranges) if (!owed.has(range.name)) owed.set(range.name, range);
      await store.writeNote(NOTE, JSON.stringify([...owed.values()]));
    },
    async keep(types) {
      const owed = await debts();
      const paid = [...owed.keys()].filter((name) => !types.has(name));
      if (paid.length === 0) return;
      for (const name of paid) owed.delete(name);
      await store.writeNote(NOTE, JSON.stringify([...owed.values()]));
    },
    read: async () => [...(await debts()).values()],
  };
}

function parse(note: string | null): AutomaticRange[] {
  try {
    const read: unknown = JSON.parse(note ?? '[]');
    return Array.isArray(read) ? read.filter(isRange) : [];
  } catch {
    return [];
  }
}

function isRange(value: unknown): value is AutomaticRange {
  if (typeof value !== 'object' || value === null) return false;
  const { name, start, end, madeAt } = value as Partial<Record<keyof AutomaticRange, unknown>>;
  return (
    typeof name === 'string' &&
    typeof start === 'number' &&
    isPort(start) &&
    typeof end === 'number' &&
    isPort(end) &&
    typeof madeAt === 'number'
  );
}
