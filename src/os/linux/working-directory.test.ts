// Owns the tests of working directories on a /proc of paths that lead nowhere here: whoever looks at them finds nothing.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { processCwd } from './working-directory.ts';

const [PID, PROJECT] = [7, '/mnt/server-that-is-gone/shop'];
const OWN_MOUNTS =
  '21 1 8:1 / / rw - ext4 /dev/sda1 rw\n22 21 0:9 / /mnt/server-that-is-gone rw - nfs4 far:/ rw\n';

interface Shown {
  readonly cwd?: string;
  readonly root?: string;
  readonly namespace?: string;
  readonly mounts?: string;
}

function cwdIn(
  t: TestContext,
  { cwd = PROJECT, root = '/', namespace = '1', mounts = '' }: Shown,
): string | null {
  const proc = mkdtempSync(join(tmpdir(), 'styxy-proc-'));
  t.after(() => rmSync(proc, { recursive: true, force: true }));
  for (const [of, its, text] of [
    ['self', '1', OWN_MOUNTS],
    [String(PID), namespace, mounts],
  ] as const) {
    mkdirSync(join(proc, of, 'ns'), { recursive: true });
    symlinkSync(`mnt:[${its}]`, join(proc, of, 'ns/mnt'));
    writeFileSync(join(proc, of, 'mountinfo'), text);
  }
  symlinkSync(cwd, join(proc, String(PID), 'cwd'));
  symlinkSync(root, join(proc, String(PID), 'root'));
  return processCwd(PID, proc);
}

test('a directory on a disk that may not answer is told without a look at that disk', (t) => {
  assert.equal(cwdIn(t, {}), PROJECT);
});

test('a directory that was deleted, or that its own process cannot reach, is unknown', (t) => {
  assert.equal(cwdIn(t, { cwd: `${PROJECT} (deleted)` }), null);
  assert.equal(cwdIn(t, { cwd: '(unreachable)/shop' }), null);
});

test('behind another root the path means another directory', (t) => {
  assert.equal(cwdIn(t, { root: '/srv/jail' }), null);
});

test('in another mount namespace it counts where the same directory is mounted at the same path', (t) => {
  assert.equal(cwdIn(t, { namespace: '2', mounts: OWN_MOUNTS }), PROJECT);
  assert.equal(cwdIn(t, { namespace: '2', mounts: '90 1 0:60 / / rw - overlay overlay rw\n' }), null);
  assert.equal(cwdIn(t, { namespace: '2' }), null);
});

test('of a process that is not there it is unknown', () => {
  assert.equal(processCwd(5_000_001), null);
});
