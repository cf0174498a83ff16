import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jsonInPieces, jsonList } from './json-pieces.ts';

const numbers = (length: number) => Array.from({ length }, (_, index) => ({ index, name: 'ä"' }));
const read = async (lists: Record<string, readonly unknown[]>) => {
  const made = Object.entries(lists).map(([name, items]) => [
    name,
    jsonList(items, (piece) => JSON.stringify(piece)),
  ]);
  return JSON.parse((await jsonInPieces({ head: 1 }, Object.fromEntries(made))).toString());
};

describe('an answer that is written in pieces', () => {
  for (const length of [0, 1, 49, 50, 51, 1234]) {
    it(`is the JSON of lists of ${length}`, async () => {
      const lists = { one: numbers(length), 'the "other"': numbers(length), none: [] };
      assert.deepEqual(await read(lists), { head: 1, ...lists });
    });
  }

  it('lets others have their turn', async () => {
    let turns = 0;
    const count = () => {
      turns += 1;
      timer = setImmediate(count);
    };
    let timer = setImmediate(count);
    const slow = jsonList(numbers(200), (piece) => {
      for (const until = performance.now() + 2; performance.now() < until; );
      return JSON.stringify(piece);
    });
    await jsonInPieces({ head: 1 }, { slow });
    clearImmediate(timer);
    assert.ok(turns >= 3, `${turns} turns`);
  });
});
