// Owns the check of STYXY_HOME itself: there or still to be made, one's own, closed to others, and writable.

import { chmodSync, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { foreignHome, refuseSharedDirectory } from '../../home.ts';
import { type Check, type Finding, ok, trouble } from '../check.ts';
import { objectionOf } from '../objection.ts';
import type { Scene } from '../scene.ts';

const CLOSED = 0o700;
const OTHERS = 0o077;

export const homeDirectory: Check = {
  id: 'home',
  title: 'Home',
  why: 'Everything is in STYXY_HOME; whoever can enter it can take ports in your name.',
  fixes: 'sets the mode of a home of your own to 0700',
  needs: 'nothing',
  async run(scene) {
    const { home, homeFault } = scene;
    if (home === null) return trouble(homeFault?.message ?? 'there is none', homeFault?.hint ?? 'Set HOME.');
    const { dir } = home;
    const sight = await scene.homeSight();
    switch (sight.kind) {
      case 'missing':
        return missing(scene, dir);
      case 'silent':
        return trouble(
          `the file system of ${dir} does not answer`,
          'Set STYXY_HOME to a directory on a local disk.',
        );
      case 'no-directory':
        return trouble(`${dir} is no directory`, 'Move that file away, or set STYXY_HOME to a directory.');
      case 'closed':
        return trouble(
          `${dir} cannot be looked at: ${sight.reason}`,
          'Set STYXY_HOME to a directory of yours.',
        );
      case 'foreign': {
        const { message, hint } = foreignHome(dir, sight.uid);
        return trouble(message, hint);
      }
      case 'own':
        return own(scene, dir, sight.mode);
    }
  },
  async fix({ home }) {
    if (home !== null) chmodSync(home.dir, CLOSED);
    return 'set its mode to 0700';
  },
};

function missing({ canWrite }: Scene, dir: string): Finding {
  let above = dirname(dir);
  while (!existsSync(above) && dirname(above) !== above) above = dirname(above);
  if (canWrite(above)) return ok(`${dir} is not there yet; the first command makes it`);
  return trouble(
    `${dir} is not there, and nothing can be written in ${above}`,
    'Set STYXY_HOME to a directory that you can write in.',
  );
}

function own({ home, uid, canWrite }: Scene, dir: string, mode: number): Finding {
  const shared = home === null ? null : objectionOf(() => refuseSharedDirectory(home));
  if (shared !== null) return trouble(shared.message, shared.hint);
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  if (uid !== null && (mode & OTHERS) !== 0)
    return trouble(`${dir} is open to others (mode ${octal})`, `\`chmod 700 '${dir}'\` closes it.`, true);
  if (uid !== null && (mode & CLOSED) !== CLOSED)
    return trouble(
      `${dir} is closed to its owner (mode ${octal})`,
      `\`chmod 700 '${dir}'\` opens it to you.`,
      true,
    );
  if (!canWrite(dir))
    return trouble(
      `nothing can be written in ${dir}`,
      'Its file system may be read-only: set STYXY_HOME to a directory that you can write in.',
    );
  return ok(dir);
}
