import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePs } from './parse-ps.ts';
import { createPosixProcessTable } from './posix-process-table.ts';

const own = process.pid;
const text = `    1     0 Ss   Mon Nov 23 17:55:11 2026
  ${own}     1 Ss+  Mon Nov  2 18:31:16 2026
99999999 ${own} Z    Mon Nov 23 18:31:17 2026
99999998 ${own} S    Mon Nov 23 18:31:18 2026
99999997 99999998 R    Mon Nov 23 18:31:19 2026
garbage
`;

function table(output = text, bootId = 'boot') {
  return createPosixProcessTable(
    () => output,
    () => bootId,
  );
}

test('reads rows and passes over what is none', () => {
  assert.deepEqual(
    parsePs(text).map((row) => [row.pid, row.parentPid, row.isZombie]),
    [
      [1, 0, false],
      [own, 1, false],
      [99999999, own, true],
      [99999998, own, false],
      [99999997, 99999998, false],
    ],
  );
  assert.equal(parsePs(text)[1]?.start, 'Mon Nov 2 18:31:16 2026');
});

test('a process lives while its start is the same', () => {
  const identity = table().identify(own);
  assert.ok(identity);
  assert.equal(table().life(identity), 'alive');
  assert.equal(table().life({ ...identity, startTicks: 'Mon Nov 2 18:31:17 2026' }), 'dead');
  assert.equal(table(text, 'another boot').life(identity), 'dead');
  assert.equal(table(text, '').life(identity), 'unknown');
});

test('what `ps` does not say is unknown, not dead', () => {
  const identity = table().identify(own);
  assert.ok(identity);
  assert.equal(table('').life(identity), 'unknown');
  const failing = createPosixProcessTable(
    () => {
      throw new Error('no ps');
    },
    () => 'boot',
  );
  assert.equal(failing.life(identity), 'unknown');
  assert.equal(failing.identify(own), null);
  assert.deepEqual(failing.ancestors(own), []);
});

test('a zombie is dead to its holder', () => {
  const zombie = text.replace('Ss+ ', 'Z+  ');
  const identity = table().identify(own);
  assert.ok(identity);
  assert.equal(table(zombie).life(identity), 'dead');
  assert.equal(table(zombie).identify(own), null);
});

test('walks the tree up and down', () => {
  assert.deepEqual(table().ancestors(99999997), [99999997, 99999998, own, 1]);
  assert.deepEqual(table().ancestors(12345678), []);
  assert.deepEqual(
    table()
      .descendants(own)
      .map((identity) => identity.pid),
    [99999998, 99999997],
  );
});
