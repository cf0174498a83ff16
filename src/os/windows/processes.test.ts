import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WindowsProcess } from './parse-processes.ts';
import { createWindowsProcessTable } from './processes.ts';

const own = process.pid;
const row = (pid: number, parentPid: number, start: string | null = '1'): WindowsProcess => ({
  pid,
  parentPid,
  name: 'x.exe',
  command: null,
  start,
});

/** A table whose first reading is done. */
async function tableOf(...rows: WindowsProcess[]) {
  const table = createWindowsProcessTable(async () => rows);
  assert.equal(table.identify(own), null, 'nothing is known before the first reading');
  await new Promise((resolve) => setImmediate(resolve));
  return table;
}

test('a process lives while its start is the same', async () => {
  const table = await tableOf(row(own, 0));
  const identity = table.identify(own);
  assert.ok(identity);
  assert.equal(table.life(identity), 'alive');
  assert.equal(table.life({ ...identity, startTicks: '2' }), 'dead');
  assert.equal(table.life({ ...identity, pid: 99_999_999 }), 'dead');
});

test('what is not in the table is unknown, not dead', async () => {
  const identity = (await tableOf(row(own, 0))).identify(own);
  assert.ok(identity);
  assert.equal((await tableOf()).life(identity), 'unknown');
  assert.equal((await tableOf(row(own, 0, null))).life(identity), 'unknown');
  const failing = createWindowsProcessTable(() => Promise.reject(new Error('no')));
  assert.equal(failing.life(identity), 'unknown');
});

test('walks the tree up and down, also where a number came back', async () => {
  const table = await tableOf(row(10, 30), row(20, 10), row(30, 20), row(40, 77));
  assert.deepEqual(table.ancestors(30), [30, 20, 10]);
  assert.deepEqual(table.ancestors(40), [40]);
  assert.deepEqual(table.ancestors(99), []);
});
