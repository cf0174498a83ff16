import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstToAnswer } from './first-to-answer.ts';
import type { SocketReading } from './socket-row.ts';

/** Sources that answer, or do not, as told; `asked` counts the questions to each. */
function chain(...answers: ('answers' | 'fails' | 'throws')[]) {
  const asked = answers.map(() => 0);
  const readings = answers.map((): SocketReading => ({ rows: [], hasOwners: true }));
  const time = { now: 0 };
  const read = firstToAnswer(
    answers.map((_, index) => async () => {
      asked[index] = (asked[index] ?? 0) + 1;
      if (answers[index] === 'throws') throw new Error('no');
      return answers[index] === 'answers' ? (readings[index] ?? null) : null;
    }),
    () => time.now,
  );
  return { read, asked, readings, answers, time };
}

test('the first that answers is enough', async () => {
  const { read, asked, readings } = chain('answers', 'answers');
  assert.equal(await read(), readings[0]);
  assert.deepEqual(asked, [1, 0]);
});

test('one that fails or throws is passed over for a while, and then asked again', async () => {
  const { read, asked, readings, answers, time } = chain('fails', 'throws', 'answers');
  assert.equal(await read(), readings[2]);
  assert.equal(await read(), readings[2]);
  assert.deepEqual(asked, [1, 1, 2]);
  time.now = 29_999;
  await read();
  assert.deepEqual(asked, [1, 1, 3]);
  answers[0] = 'answers';
  time.now = 30_000;
  assert.equal(await read(), readings[0]);
  assert.deepEqual(asked, [2, 1, 3]);
});

test('nobody answers: unknown', async () => {
  const { read, asked } = chain('fails', 'throws');
  assert.equal(await read(), null);
  assert.equal(await read(), null);
  assert.deepEqual(asked, [1, 1]);
});
