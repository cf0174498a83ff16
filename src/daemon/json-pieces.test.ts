import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FastifyReply } from 'fastify';
import { jsonInPieces, jsonList } from './json-pieces.ts';

const numbers = (length: number) => Array.from({ length }, (_, index) => ({ index, name: 'ä"' }));
const headersTo = (headers: Map<string, unknown>): Pick<FastifyReply, 'header'> => ({
  header(name: string, value: unknown) {
    headers.set(name, value);
    return this as FastifyReply;
  },
});
const read = async (lists: Record<string, readonly unknown[]>) => {
  const made = Object.entries(lists).map(([name, items]) => [
    name,
    jsonList(items, (piece) => JSON.stringify(piece)),
  ]);
  const headers = new Map<string, unknown>();
  const answer = await jsonInPieces(headersTo(headers), { head: 1 }, Object.fromEntries(made));
  const bytes = Buffer.concat(await answer.toArray());
  assert.equal(headers.get('content-length'), bytes.length);
  return JSON.parse(bytes.toString());
};

describe('an answer that is written in pieces', () => {
  for (const length of [0, 1, 49, 50, 51, 1234]) {
    it(`is the JSON of lists of ${length}`, async () => {
      const lists = { one: numbers(length), 'the "other"': numbers(length), none: [] };
      assert.deepEqual(await read(lists), { head: 1, ...lists });
    });
  }

  it('is sent as it was made, a few kilobytes at a time', async () => {
    const all = jsonList(numbers(5_000), (piece) => JSON.stringify(piece));
    const answer = await jsonInPieces(headersTo(new Map()), { head: 1 }, { all });
    const sizes = (await answer.toArray()).map(({ length }: Buffer) => length);
    assert.ok(Math.max(...sizes) < 10_000, `${Math.max(...sizes)} bytes`);
  });

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
    await jsonInPieces(headersTo(new Map()), { head: 1 }, { slow });
    clearImmediate(timer);
    assert.ok(turns >= 3, `${turns} turns`);
  });
});
