// Owns the check of the home's socket: whether it leads to the daemon, and whether other programs can name it.

import { lstatSync } from 'node:fs';
import { MAX_SOCKET_PATH_BYTES } from '../../home.ts';
import { type Check, note, ok, skipped, trouble } from '../check.ts';

export const socket: Check = {
  id: 'socket',
  title: 'Socket',
  why: 'The command line reaches the daemon by it, without a token; TCP is the way around.',
  fixes: null,
  needs: 'home',
  async run(scene) {
    const { home, platform } = scene;
    const daemon = await scene.daemon();
    if (daemon.kind === 'fault') return skipped('the daemon does not answer');
    const isThere = platform === 'win32' || lstatSync(home.socket, { throwIfNoEntry: false }) !== undefined;
    if (daemon.kind === 'none')
      return ok(daemon.isAwaited ? 'the service manager listens on it' : 'made when the daemon starts');
    if (!isThere || !daemon.isBySocket)
      return trouble(
        `${home.socket} ${isThere ? 'does not lead to the daemon' : 'is gone'}, which answers over TCP alone`,
        '`styxy daemon restart` makes it anew; no lease is lost.',
      );
    const isLong = platform !== 'win32' && Buffer.byteLength(home.socket) > MAX_SOCKET_PATH_BYTES;
    if (!isLong) return ok(home.socket);
    return note(
      `${home.socket} is too long a path for other programs`,
      'They use TCP with the token; a shorter STYXY_HOME helps.',
    );
  },
};
