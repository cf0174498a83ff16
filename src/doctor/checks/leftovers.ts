// Owns the check of what a daemon left that ended without a word: its socket and its daemon.json.

import { linkSync, lstatSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { basename } from 'node:path';
import { lifeOf, readDaemonInfo } from '../../client/running-daemon.ts';
import type { Home } from '../../home.ts';
import { type Check, note, ok, skipped } from '../check.ts';
import type { DaemonSight } from '../daemon-sight.ts';

export const leftovers: Check = {
  id: 'leftovers',
  title: 'Leftovers',
  why: 'The next start replaces them; programs that read daemon.json themselves take a dead daemon for a living one.',
  fixes: 'removes a socket on which nobody listens, and a daemon.json whose process is gone',
  needs: 'home',
  async run(scene) {
    const daemon = await scene.daemon();
    if (daemon.kind === 'fault') return skipped('the daemon does not answer, and may be alive');
    const stale = staleFiles(scene.home, daemon);
    if (stale.length === 0) return ok('none');
    const names = stale.map((path) => basename(path)).join(' and ');
    return note(
      `${names} of a daemon that is gone`,
      'The next start replaces them; `styxy doctor --fix` removes them.',
      true,
    );
  },
  async fix(scene) {
    const { home } = scene;
    const removed: string[] = [];
    for (const path of staleFiles(home, await scene.daemon())) {
      const isGone = await takeAway(path, (taken) =>
        path === home.socket ? isDeaf(taken) : Promise.resolve(isOfDead(home, taken)),
      );
      if (isGone) removed.push(basename(path));
    }
    return removed.length === 0 ? 'a daemon has started meanwhile' : `removed ${removed.join(' and ')}`;
  },
};

function staleFiles(home: Home, daemon: DaemonSight): string[] {
  if (daemon.kind !== 'none') return [];
  const { info, isAwaited } = daemon;
  const hasSocket = process.platform !== 'win32' && lstatSync(home.socket, { throwIfNoEntry: false });
  return [
    ...(hasSocket && !isAwaited ? [home.socket] : []),
    ...(info !== null && lifeOf(info) === 'gone' ? [home.daemonInfo] : []),
  ];
}

/**
 * Takes a file away, looks at what was taken, and puts it back where it is not what was meant: a daemon may start at any
 * moment. A socket leads to its listener by whatever name it has.
 *
 * @returns whether it is gone
 */
async function takeAway(path: string, isMeant: (taken: string) => Promise<boolean>): Promise<boolean> {
  const taken = `${path}.${process.pid}`;
  try {
    renameSync(path, taken);
  } catch {
    // Somebody else was first.
    return false;
  }
  try {
    if (await isMeant(taken)) return true;
    linkSync(taken, path);
    return false;
  } finally {
    rmSync(taken, { force: true });
  }
}

/** Whether nobody listens on a socket any more: the kernel refuses the connection. */
function isDeaf(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(path);
    connection.once('connect', () => {
      connection.destroy();
      resolve(false);
    });
    connection.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'));
  });
}

function isOfDead(home: Home, path: string): boolean {
  try {
    JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return false;
  }
  const info = readDaemonInfo({ ...home, daemonInfo: path });
  return info !== null && lifeOf(info) === 'gone';
}
