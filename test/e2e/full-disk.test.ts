// Proves what a full disk does to a running daemon: nothing is granted, nothing is lost, and it goes on by itself.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('./full-disk-child.ts', import.meta.url));

/** As an ordinary user, a namespace of users is needed too. */
const UNSHARE = process.geteuid?.() === 0 ? ['-m'] : ['-U', '-r', '-m'];

function whyImpossible(): string | false {
  if (process.platform !== 'linux') return 'needs mount namespaces, which Linux alone has';
  const words = [...UNSHARE, 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', '/mnt'];
  const probe = spawnSync('unshare', words, { encoding: 'utf8' });
  if (probe.status === 0) return false;
  return `no tmpfs can be mounted here: ${probe.error?.message ?? probe.stderr.trim()}`;
}

const skip = whyImpossible();

/** Runs a task of the child with its temporary files on a disk of `size` that nobody else sees. */
async function runOnDisk(t: TestContext, task: string, size: string): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'styxy-disk-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const script = `mount -t tmpfs -o size=${size},mode=700 none "$1" && TMPDIR="$1" exec "$2" --disable-warning=ExperimentalWarning "$3" "$4"`;
  const words = [...UNSHARE, 'sh', '-c', script, 'sh', dir, process.execPath, CHILD, task];
  const child = spawn('unshare', words, { stdio: ['ignore', 'pipe', 'pipe'], signal: t.signal });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const status = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(status, 0, output);
  assert.match(output, /^done$/m, output);
}

test('a daemon whose disk is full answers STORE_FULL, loses nothing, and goes on when there is space', {
  skip,
}, async (t) => {
  await runOnDisk(t, 'serve', '512k');
});

test('a daemon that starts on a full disk says so, in a sentence', { skip }, async (t) => {
  await runOnDisk(t, 'start', '64k');
});
