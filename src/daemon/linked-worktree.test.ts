// Owns the tests of the look that tells a linked worktree from everything else.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isLinkedWorktree } from './linked-worktree.ts';

const root = mkdtempSync(join(tmpdir(), 'styxy-linked-'));
after(() => rmSync(root, { recursive: true, force: true }));

function directory(name: string, dotGit: string | null = null): string {
  const path = join(root, name);
  mkdirSync(path);
  if (dotGit !== null) writeFileSync(join(path, '.git'), dotGit);
  return path;
}

test('a linked worktree is one whose file names its place among the worktrees', async () => {
  assert.equal(
    await isLinkedWorktree(directory('linked', 'gitdir: /src/shop/.git/worktrees/fix-ui\n')),
    true,
  );
  assert.equal(await isLinkedWorktree(directory('crlf', 'gitdir: C:\\shop\\.git\\worktrees\\ui\r\n')), true);
});

test('a main checkout, a submodule and what is no checkout are not linked', async () => {
  const main = directory('main');
  mkdirSync(join(main, '.git'));
  assert.equal(await isLinkedWorktree(main), false);
  assert.equal(await isLinkedWorktree(directory('submodule', 'gitdir: ../.git/modules/ui\n')), false);
  assert.equal(await isLinkedWorktree(directory('deep', 'gitdir: /a/.git/worktrees/b/c\n')), false);
  assert.equal(await isLinkedWorktree(directory('plain')), false);
  assert.equal(await isLinkedWorktree(directory('later', '\ngitdir: /src/.git/worktrees/ui\n')), false);
});

test('a pipe in the place of the file keeps nobody waiting', { timeout: 60_000 }, async (t) => {
  // One that waited would keep a thread, and this process, for ever.
  const path = directory('piped');
  execFileSync('mkfifo', [join(path, '.git')]);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  assert.equal(await isLinkedWorktree(path), false);
});
