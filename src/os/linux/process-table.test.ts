// Owns the tests of the process table on what a real /proc shows seldom: what is hidden, foreign, torn or recycled.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createLinuxProcessTable } from './process-table.ts';

/** Pids that no Linux process has: the kernel's limit is 2^22. */
const [FIRST, SECOND, THIRD] = [5_000_001, 5_000_002, 5_000_003];
const BOOT = { bootId: 'boot', pidNamespace: '77' };

interface Shown {
  readonly parent: number;
  readonly state?: string;
  readonly environment?: string;
}

/** A directory as /proc would be: `self` leads to a process, and each of `shown` has its folder. */
function procOf(t: TestContext, shown: Readonly<Record<number, Shown>>, self = process.pid) {
  const proc = mkdtempSync(join(tmpdir(), 'styxy-proc-'));
  t.after(() => rmSync(proc, { recursive: true, force: true }));
  mkdirSync(join(proc, 'sys/kernel/random'), { recursive: true });
  writeFileSync(join(proc, 'sys/kernel/random/boot_id'), 'boot\n');
  mkdirSync(join(proc, String(self), 'ns'), { recursive: true });
  symlinkSync('pid:[77]', join(proc, String(self), 'ns/pid'));
  symlinkSync(String(self), join(proc, 'self'));
  for (const [pid, { parent, state = 'S', environment = '' }] of Object.entries(shown)) {
    mkdirSync(join(proc, pid), { recursive: true });
    const rest = [state, parent, ...Array.from({ length: 17 }, () => 0), `9${pid}`, 0, 0];
    writeFileSync(join(proc, pid, 'stat'), `${pid} (app) ${rest.join(' ')}\n`);
    writeFileSync(join(proc, pid, 'environ'), environment);
  }
  return { proc, table: createLinuxProcessTable(proc) };
}

const identity = (pid: number) => ({ pid, startTicks: `9${pid}`, ...BOOT });

test('a process is known by its start, within its boot and namespace', (t) => {
  const { table } = procOf(t, { [FIRST]: { parent: 0 }, [SECOND]: { parent: 0, state: 'Z' } });
  assert.deepEqual(table.identify(FIRST), identity(FIRST));
  assert.equal(table.life(identity(FIRST)), 'alive');
  assert.equal(table.life({ ...identity(FIRST), startTicks: '1' }), 'dead');
  assert.equal(table.life({ ...identity(FIRST), pidNamespace: '78' }), 'unknown');
  assert.equal(table.identify(SECOND), null);
  assert.equal(table.life(identity(SECOND)), 'dead');
  assert.equal(table.life(identity(THIRD)), 'dead', 'neither /proc nor the kernel knows it');
});

test('what /proc hides from this user is unknown, not dead', (t) => {
  // As with `hidepid`: no entry, but the kernel says that there is a process.
  const { table } = procOf(t, {});
  assert.equal(table.life(identity(process.ppid)), 'unknown');
  assert.equal(table.identify(process.ppid), null);
});

test('an entry that cannot be made out is unknown, not dead', (t) => {
  const { proc, table } = procOf(t, { [FIRST]: { parent: 0 }, [SECOND]: { parent: 0 } });
  writeFileSync(join(proc, String(FIRST), 'stat'), 'torn');
  rmSync(join(proc, String(SECOND), 'stat'));
  mkdirSync(join(proc, String(SECOND), 'stat'));
  assert.equal(table.life(identity(FIRST)), 'unknown');
  assert.equal(table.life(identity(SECOND)), 'unknown', 'it is there, and cannot be read');
});

test('the /proc of another namespace says nothing: its numbers are not ours', (t) => {
  const { table } = procOf(t, { [FIRST]: { parent: 0, environment: 'MARK=1\0' } }, FIRST);
  assert.equal(table.identify(FIRST), null);
  assert.equal(table.life(identity(FIRST)), 'unknown');
  assert.equal(table.life({ ...identity(FIRST), bootId: 'an earlier one' }), 'unknown');
  assert.deepEqual(table.ancestors(FIRST), []);
  assert.deepEqual(table.descendants(FIRST), []);
  assert.deepEqual(table.withEnvironment('MARK', '1'), []);
});

test('without a /proc nothing is known', () => {
  const table = createLinuxProcessTable(join(tmpdir(), 'styxy-no-proc'));
  assert.equal(table.identify(process.pid), null);
  assert.equal(table.life(identity(process.pid)), 'unknown');
  assert.deepEqual(table.withEnvironment('MARK', '1'), []);
});

test('a walk up that comes back to where it was, or breaks off, leads nowhere', (t) => {
  const { table } = procOf(t, {
    [FIRST]: { parent: SECOND },
    [SECOND]: { parent: FIRST },
    [THIRD]: { parent: 5_000_009 },
  });
  assert.deepEqual(table.ancestors(FIRST), []);
  assert.deepEqual(table.ancestors(THIRD), []);
});

test('a tree is walked level by level, without those that have ended', (t) => {
  const { table } = procOf(t, {
    [FIRST]: { parent: 0 },
    [SECOND]: { parent: THIRD },
    [THIRD]: { parent: FIRST },
    5000004: { parent: FIRST, state: 'Z' },
  });
  assert.deepEqual(table.ancestors(SECOND), [SECOND, THIRD, FIRST]);
  assert.deepEqual(
    table.descendants(FIRST).map(({ pid }) => pid),
    [THIRD, SECOND],
  );
});

test('a mark counts as a whole entry of the environment, wherever it stands', (t) => {
  const { table } = procOf(t, {
    [FIRST]: { parent: 0, environment: 'MARK=1\0A=B\0' },
    [SECOND]: { parent: 0, environment: 'A=B\0MARK=1\0' },
    [THIRD]: { parent: 0, environment: 'A=B\0XMARK=1\0MARK=12\0' },
    [process.pid]: { parent: 0, environment: 'MARK=1\0' },
  });
  assert.deepEqual(
    table.withEnvironment('MARK', '1').map(({ pid }) => pid),
    [FIRST, SECOND],
  );
});
