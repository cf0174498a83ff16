// Owns the tests of the look at a checkout's branch, on files as git makes them and on others.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gitBranch } from './git-branch.ts';

const root = mkdtempSync(join(tmpdir(), 'styxy-branch-'));
after(() => rmSync(root, { recursive: true, force: true }));

function withHead(name: string, head: string): string {
  const path = join(root, name);
  mkdirSync(join(path, '.git'), { recursive: true });
  writeFileSync(join(path, '.git', 'HEAD'), head);
  return path;
}

test('a checkout and a linked worktree are each on their own branch', async () => {
  const main = join(root, 'main');
  const git = (...args: string[]): void => {
    const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false'];
    execFileSync('git', [...who, '-C', main, ...args], { stdio: 'ignore' });
  };
  execFileSync('git', ['init', '-q', '-b', 'trunk', main]);
  assert.equal(await gitBranch(main), 'trunk', 'also before the first commit');
  git('commit', '--allow-empty', '-qm', 'x');
  git('worktree', 'add', '-q', '-b', 'fix/ui', join(root, 'linked'));
  git('worktree', 'add', '-q', '--detach', join(root, 'detached'));
  assert.equal(await gitBranch(join(root, 'linked')), 'fix/ui');
  mkdirSync(join(root, 'linked', 'a', 'b'), { recursive: true });
  assert.equal(await gitBranch(join(root, 'linked', 'a', 'b')), 'fix/ui');
  assert.match((await gitBranch(join(root, 'detached'))) ?? '', /^detached at [0-9a-f]{10}$/);
});

test('what is no checkout, or says nothing of a branch, is on none', async () => {
  mkdirSync(join(root, 'plain'));
  assert.equal(await gitBranch(join(root, 'plain')), null);
  assert.equal(await gitBranch(join(root, 'missing')), null);
  assert.equal(await gitBranch(withHead('odd', 'nonsense\n')), null);
  mkdirSync(join(root, 'folder', '.git', 'HEAD'), { recursive: true });
  assert.equal(await gitBranch(join(root, 'folder')), null);
  mkdirSync(join(root, 'piped'));
  execFileSync('mkfifo', [join(root, 'piped', '.git')]);
  assert.equal(await gitBranch(join(root, 'piped')), null);
  mkdirSync(join(root, 'secret'));
  writeFileSync(join(root, 'secret', '.git'), 'gitdir: /etc\n');
  assert.equal(await gitBranch(join(root, 'secret')), null);
});

test('a name moves no text and is shown in part where it is long', async () => {
  assert.equal(
    await gitBranch(withHead('hostile', 'ref: refs/heads/a\u001b[2J\u202eb\n')),
    'a\ufffd[2J\ufffdb',
  );
  assert.equal((await gitBranch(withHead('long', `ref: refs/heads/${'x'.repeat(9000)}`)))?.length, 100);
});
