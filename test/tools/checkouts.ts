// Owns the checkouts of a small project: a repository of git, and a linked worktree of it for every further copy.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { COPY, type Project } from './tool.ts';

/** One copy of a project, with a page that has the copy's own name. */
export interface Checkout {
  readonly copy: string;
  /** A real path. */
  readonly path: string;
}

/**
 * Makes a repository with a project in it, and a worktree for every name but the first.
 *
 * @param root an existing directory as a real path, where the checkouts become siblings
 */
export function makeCheckouts(root: string, project: Project, copies: readonly string[]): Checkout[] {
  const checkouts = copies.map((copy) => ({ copy, path: join(root, copy) }));
  const [main, ...linked] = checkouts;
  if (main === undefined) throw new Error('a project has at least one copy');
  mkdirSync(main.path);
  git(main.path, 'init', '--initial-branch', main.copy);
  write(main, project);
  git(main.path, 'add', '.');
  git(main.path, 'commit', '-m', 'A small project');
  for (const checkout of linked) {
    git(main.path, 'worktree', 'add', '-b', checkout.copy, checkout.path);
    write(checkout, project);
    git(checkout.path, 'commit', '--all', '--allow-empty', '-m', 'Change the page');
  }
  return checkouts;
}

/** Files in a checkout that are neither in the repository nor ignored by it. */
export function strayFiles({ path }: Checkout): string {
  return git(path, 'status', '--porcelain');
}

function write({ copy, path }: Checkout, { files, ignored = [] }: Project): void {
  for (const [name, text] of Object.entries({ ...files, '.gitignore': `${ignored.join('\n')}\n` })) {
    const file = join(path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text.replaceAll(COPY, copy));
  }
}

function git(cwd: string, ...args: readonly string[]): string {
  const own = ['-c', 'user.name=test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...own, ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
