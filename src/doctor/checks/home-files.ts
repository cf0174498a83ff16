// Owns the check of the files in the home: one's own, plain, with one name, and closed to others.

import { chmodSync, closeSync, constants, fchmodSync, lstatSync, openSync, type Stats } from 'node:fs';
import { basename } from 'node:path';
import type { Home } from '../../home.ts';
import { type Check, ok, trouble } from '../check.ts';

export const homeFiles: Check = {
  id: 'home-files',
  title: 'Files of the home',
  why: 'A token that others can read opens the API to them, and a store that they could have planted is not opened.',
  fixes: 'closes files and folders of your own to others (modes 0600 and 0700)',
  needs: 'home',
  async run({ home, uid }) {
    if (uid === null) return ok('without owners and modes on this system');
    const seen = filesOf(home);
    const strange = seen.flatMap((file) => strangeness(file, uid) ?? []);
    if (strange.length > 0) {
      const path = seen.find((file) => strangeness(file, uid) !== null)?.path ?? home.dir;
      return trouble(
        strange.join('; '),
        `Look at it (\`ls -l '${path}'\`), and move it out of the home: what is missing is made anew.`,
      );
    }
    const open = seen.filter(isOpen);
    if (open.length === 0) return ok(`${seen.length} looked at, all closed to others`);
    const told = open.map(({ path, stats }) => `${basename(path)} (mode ${octal(stats.mode)})`).join(', ');
    const isTokenKnown = open.some(({ path }) => path === home.token);
    return trouble(
      `others can access ${told}`,
      isTokenKnown
        ? 'Close them with `styxy doctor --fix`, and replace the token, as it may be known: `styxy token rotate`.'
        : 'Close them with `styxy doctor --fix`.',
      true,
    );
  },
  async fix({ home, uid }) {
    const open = uid === null ? [] : filesOf(home).filter((each) => isOpen(each) && each.stats.uid === uid);
    for (const { path, stats } of open) close(path, stats);
    const isTokenKnown = open.some(({ path }) => path === home.token);
    return `closed ${open.map(({ path }) => basename(path)).join(', ')} to others${isTokenKnown ? '; replace the token with `styxy token rotate`, as it may be known' : ''}`;
  },
};

interface Seen {
  readonly path: string;
  readonly stats: Stats;
}

/** Not config.json, which people keep where they like, as by a link into their dotfiles. */
function filesOf(home: Home): Seen[] {
  const files = [home.store, `${home.store}-wal`, home.token, home.daemonInfo];
  const folders = [home.logs, home.backups, home.up];
  return [...files, ...folders, ...(process.platform === 'win32' ? [] : [home.socket])].flatMap((path) => {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats === undefined ? [] : [{ path, stats }];
  });
}

/** What no change of mode mends. */
function strangeness({ path, stats }: Seen, uid: number): string | null {
  const name = basename(path);
  if (stats.isSymbolicLink()) return `${name} is a symbolic link`;
  if (stats.uid !== uid) return `${name} belongs to user ${stats.uid}`;
  return stats.isFile() && stats.nlink > 1 ? `${name} has ${stats.nlink} names (hard links)` : null;
}

function isOpen({ stats }: Seen): boolean {
  return (stats.mode & 0o077) !== 0;
}

/** Of what stands there now and is no link, which a path alone could become meanwhile. */
function close(path: string, stats: Stats): void {
  if (stats.isSocket()) {
    chmodSync(path, 0o600);
    return;
  }
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const descriptor = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    fchmodSync(descriptor, stats.isDirectory() ? 0o700 : 0o600);
  } finally {
    closeSync(descriptor);
  }
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}
