// Owns the check of the token of TCP: there, usable, and a file that nobody else could have put there.

import { statSync } from 'node:fs';
import { StyxyError } from '../../errors.ts';
import { isUsableToken, openAuthToken } from '../../home/auth-token.ts';
import { readPrivateFile } from '../../home/private-file.ts';
import { type Check, note, ok, trouble } from '../check.ts';

export const token: Check = {
  id: 'token',
  title: 'Token',
  why: 'Whoever reaches the API over TCP, as from Windows or a container, names the token; the daemon does not start on one that others could know.',
  fixes: 'makes one where there is none',
  needs: 'home',
  async run(scene) {
    let text: string | null;
    try {
      text = readPrivateFile(scene.home.token, 'the token');
    } catch (error) {
      if (error instanceof StyxyError) return trouble(error.message, error.hint);
      throw error;
    }
    const isRunning = (await scene.daemon()).kind === 'answers';
    if (text === null && isRunning)
      return trouble(
        'auth.token is gone while the daemon runs, so that nobody can reach it over TCP',
        '`styxy token rotate` makes a new one.',
        true,
      );
    if (text === null) return note('there is none yet', 'The daemon makes one when it starts.', true);
    if (isUsableToken(text.trim())) return ok('there, and only yours');
    const said = 'auth.token holds no token that can be used';
    return isRunning
      ? trouble(said, '`styxy token rotate` makes a new one.', true)
      : note(said, 'The daemon makes a new one when it starts.', true);
  },
  async fix(scene) {
    if ((await scene.daemon()).kind === 'answers') {
      await scene.ask('POST', '/token/rotate');
      return 'had the daemon make a new token';
    }
    openAuthToken(scene.home.token);
    return `made a token (${statSync(scene.home.token).size} bytes, mode 0600)`;
  },
};
