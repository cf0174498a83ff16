import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collect, lineBlocks, newPace } from './pace.ts';

test('collects everything, and lets others have their turn', async () => {
  let turns = 0;
  let isOver = false;
  const others = () => {
    turns += 1;
    if (!isOver) setImmediate(others);
  };
  setImmediate(others);
  const items = await collect(
    Array.from({ length: 10 }, (_, index) => index),
    newPace(0),
  );
  isOver = true;
  assert.deepEqual(items, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.ok(turns >= 10, `${turns} turns`);
});

test('a stretch is over when its time is', () => {
  assert.equal(newPace(60_000).isDue(), false);
  assert.equal(newPace(0).isDue(), true);
});

test('cuts a text between lines, and loses nothing', () => {
  const line = `${'x'.repeat(1000)}\n`;
  for (const text of ['', 'one', 'one\n', line.repeat(200), `${line.repeat(100)}end`, 'y'.repeat(100_000)]) {
    const blocks = [...lineBlocks(text)];
    assert.equal(blocks.join(''), text);
    assert.ok(blocks.slice(0, -1).every((block) => block.endsWith('\n')));
  }
  assert.ok([...lineBlocks(line.repeat(200))].length > 3);
});

test('a turn begins where the rest ends, and not with the first question about it', async () => {
  const pace = newPace(5);
  await pace.rest();
  const until = performance.now() + 6;
  while (performance.now() < until);
  assert.equal(pace.isDue(), true);
});

test('work that follows other work in the same turn has only what is left of it', async () => {
  const first = newPace(5);
  const until = performance.now() + 6;
  while (performance.now() < until);
  assert.equal(first.isDue(), true);
  await Promise.resolve();
  const second = newPace(5);
  assert.equal(second.isDue(), true);
  await second.rest();
  assert.equal(newPace(60_000).isDue(), false);
});
