// Owns the look at a directory that says on which branch its checkout is.

import { dirname, join, resolve } from 'node:path';
import { firstLine } from './first-line.ts';
import { createRememberedLook } from './remembered-look.ts';

/** A name is shown, so that it must be one line and not move the text around. */
const MAX_SHOWN = 100;
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
const SHORT_COMMIT = 10;

/**
 * The branch of the checkout that a directory is in, or `detached at` its commit. Git is not asked: starting it would
 * take longer than all the rest.
 *
 * @returns null where there is no checkout, or where it cannot be known
 */
export const gitBranch = createRememberedLook<string | null>({
  look: async (path) => {
    for (let at = path; ; at = dirname(at)) {
      const head = await headOf(at);
      if (head !== null) return nameOf(head);
      if (dirname(at) === at) return null;
    }
  },
  inDoubt: () => null,
});

/** In a linked worktree and a submodule `.git` is a file that says where they are kept. */
async function headOf(path: string): Promise<string | null> {
  const git = join(path, '.git');
  const head = await firstLine(join(git, 'HEAD'));
  if (head !== null) return head;
  const said = /^gitdir: (.+)$/.exec((await firstLine(git)) ?? '')?.[1];
  return said === undefined ? null : await firstLine(join(resolve(path, said), 'HEAD'));
}

function nameOf(head: string): string | null {
  const branch = /^ref: refs\/heads\/(.+)$/.exec(head)?.[1];
  if (branch !== undefined) return branch.replace(UNPRINTABLE, '\ufffd').slice(0, MAX_SHOWN);
  return /^[0-9a-f]{40,64}$/.test(head) ? `detached at ${head.slice(0, SHORT_COMMIT)}` : null;
}
