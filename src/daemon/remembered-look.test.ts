import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRememberedLook } from './remembered-look.ts';

/** A look whose answers come when told. */
function heldLook(patienceMs?: number) {
  const ends: PromiseWithResolvers<string>[] = [];
  const clock = { now: 0 };
  const at = createRememberedLook({
    look: () => {
      const end = Promise.withResolvers<string>();
      ends.push(end);
      return end.promise;
    },
    inDoubt: (path) => `${path}?`,
    now: () => clock.now,
    ...(patienceMs === undefined ? {} : { patienceMs }),
  });
  return { at, ends, clock };
}

test('an answer is remembered for a moment, and given without waiting', async () => {
  const { at, ends, clock } = heldLook();
  const first = at('/a');
  ends[0]?.resolve('one');
  assert.equal(await first, 'one');
  clock.now += 4_999;
  assert.equal(at('/a'), 'one');
  clock.now += 1;
  const second = at('/a');
  ends[1]?.resolve('two');
  assert.equal(await second, 'two');
  assert.equal(ends.length, 2);
});

test('who asks for the same path shares one look', async () => {
  const { at, ends } = heldLook();
  const answers = [at('/a'), at('/a'), at('/b')];
  assert.equal(ends.length, 2);
  ends[0]?.resolve('a');
  ends[1]?.resolve('b');
  assert.deepEqual(await Promise.all(answers), ['a', 'a', 'b']);
});

test('what could not be seen is in doubt', async () => {
  const { at, ends } = heldLook();
  const answer = at('/a');
  ends[0]?.reject(new Error('no'));
  assert.equal(await answer, '/a?');
});

test('a look that hangs keeps nobody waiting, and is not begun again', async () => {
  const { at, ends, clock } = heldLook(1);
  assert.equal(await at('/a'), '/a?');
  clock.now += 60_000;
  assert.equal(await at('/a'), '/a?');
  assert.equal(ends.length, 1);
  ends[0]?.resolve('late');
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(at('/a'), 'late');
});

test('a look that hangs leaves what was known before', async () => {
  const { at, ends, clock } = heldLook(1);
  const first = at('/a');
  ends[0]?.resolve('known');
  await first;
  clock.now += 60_000;
  assert.equal(await at('/a'), 'known');
});
