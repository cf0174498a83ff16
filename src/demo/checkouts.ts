// Owns the demo's checkouts: a real repository with two real worktrees of git, each with the same two servers.

import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StyxyError } from '../errors.ts';
import type { DemoServer } from './servers.ts';

/** The main checkout, and a worktree for each of two branches. */
const MAIN = 'shop';
const BRANCHES = ['fix-login', 'new-cart'];

export interface Checkout {
  readonly name: string;
  readonly path: string;
}

/**
 * Makes the checkouts below `parent`, an empty directory.
 *
 * @throws StyxyError NOT_FOUND when git is missing, INTERNAL when it fails or is too old for worktrees
 */
export async function makeCheckouts(
  parent: string,
  servers: readonly DemoServer[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<readonly Checkout[]> {
  const main: Checkout = { name: MAIN, path: join(parent, MAIN) };
  const git = gitIn(main.path, env, signal);
  mkdirSync(main.path);
  for (const { file, source } of servers) writeFileSync(join(main.path, file), source);
  await git('init', '--quiet');
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'Two servers');
  const linked = BRANCHES.map((name) => ({ name, path: join(parent, name) }));
  // One after the other: git locks the repository while it adds a worktree.
  for (const { name, path } of linked) await git('worktree', 'add', '--quiet', '-b', name, path);
  return [main, ...linked];
}

/** Runs git apart from the user's settings, hooks and signing keys. */
function gitIn(directory: string, env: NodeJS.ProcessEnv, signal: AbortSignal) {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('GIT_')));
  const nobody = { NAME: 'Styxy demo', EMAIL: 'demo@localhost' };
  const gitEnv = {
    ...own,
    GIT_CONFIG_GLOBAL: process.platform === 'win32' ? 'NUL' : '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: nobody.NAME,
    GIT_AUTHOR_EMAIL: nobody.EMAIL,
    GIT_COMMITTER_NAME: nobody.NAME,
    GIT_COMMITTER_EMAIL: nobody.EMAIL,
  };
  return async (...args: string[]): Promise<void> => {
    try {
      await promisify(execFile)('git', args, { cwd: directory, env: gitEnv, signal });
    } catch (cause) {
      throw gitFailure(args, cause);
    }
  };
}

function gitFailure(args: readonly string[], cause: unknown): unknown {
  const { code, name, stderr } = cause as NodeJS.ErrnoException & { stderr?: string };
  if (name === 'AbortError') return cause;
  if (code === 'ENOENT') {
    return new StyxyError('NOT_FOUND', 'The demo makes real git worktrees, and git is not in the PATH', {
      hint: 'Install git (2.5 or newer), then run `styxy demo` again.',
      cause,
    });
  }
  return new StyxyError('INTERNAL', `git ${args[0]} failed: ${(stderr ?? '').trim() || code}`, {
    hint: 'The demo needs git 2.5 or newer and a temporary directory that can be written.',
    cause,
  });
}
