// Owns the test of a full disk: a real one, a small file system of its own mounted where nobody else sees it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('./store-full-disk-child.ts', import.meta.url));

/** Runs `script` in mount namespace of its own; as an ordinary user, in a user namespace too. */
function unshared(script: string, ...values: string[]): { status: number | null; output: string } {
  const flags = process.geteuid?.() === 0 ? ['-m'] : ['-U', '-r', '-m'];
  const child = spawnSync('unshare', [...flags, 'sh', '-c', script, 'sh', ...values], { encoding: 'utf8' });
  return { status: child.status, output: `${child.stdout ?? ''}${child.stderr ?? ''}${child.error ?? ''}` };
}

function whyImpossible(): string | false {
  if (process.platform !== 'linux') return 'needs mount namespaces, which Linux alone has';
  const probe = unshared('mount -t tmpfs -o size=64k none /mnt');
  return probe.status === 0 ? false : `no tmpfs can be mounted here: ${probe.output.trim()}`;
}

const skip = whyImpossible();

function runOnTmpfs(t: TestContext, task: string, size: string): void {
  const dir = mkdtempSync(join(tmpdir(), 'styxy-full-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const script = `mount -t tmpfs -o size=${size},mode=700 none "$1" && exec "$2" --disable-warning=ExperimentalWarning "$3" "$4" "$1"`;
  const { status, output } = unshared(script, dir, process.execPath, CHILD, task);
  assert.equal(status, 0, output);
  assert.match(output, /^done$/m, output);
}

test('a full disk answers STORE_FULL, loses nothing, and the store works again when there is space', {
  skip,
}, (t) => {
  runOnTmpfs(t, 'fill', '512k');
});

test('a new store on a full disk is STORE_FULL too', { skip }, (t) => {
  runOnTmpfs(t, 'create', '64k');
});

test('a damaged store on a full disk is left as it is until it can be copied', { skip }, (t) => {
  runOnTmpfs(t, 'repair', '512k');
});
