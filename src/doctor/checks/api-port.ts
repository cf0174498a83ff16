// Owns the check of the TCP port of API and dashboard, from the asking for it to a request with the token.

import { readFileSync } from 'node:fs';
import { exchange, openSocket } from '../../client/http.ts';
import { StyxyError } from '../../errors.ts';
import { type Home, resolveApiPort } from '../../home.ts';
import { type Check, type Finding, note, ok, skipped, trouble } from '../check.ts';
import { ownerText } from '../listener-text.ts';
import type { Scene } from '../scene.ts';

const ASK_MS = 3_000;

export const apiPort: Check = {
  id: 'api-port',
  title: 'API port',
  why: 'The dashboard, and programs that cannot open a unix socket, come by TCP.',
  fixes: null,
  needs: 'home',
  async run(scene) {
    let asked: number;
    try {
      asked = resolveApiPort(scene.env);
    } catch (error) {
      if (error instanceof StyxyError) return trouble(error.message, error.hint);
      throw error;
    }
    const daemon = await scene.daemon();
    if (daemon.kind === 'fault') return skipped('the daemon does not answer');
    if (daemon.kind === 'none') return await untaken(scene, asked);
    const { port, asked_port: wanted } = daemon.status;
    if (port === null)
      return note('the daemon listens on no TCP port', '`styxy daemon restart` has it try again.');
    const reached = await ask(scene.home, port);
    if (reached === 401)
      return trouble(`port ${port} refuses the token in auth.token`, '`styxy token rotate` writes it anew.');
    if (reached !== 200)
      return trouble(
        `port ${port}, where the daemon listens, gave no answer to a request with the token`,
        '`styxy daemon restart`, and `styxy daemon logs` says what it saw.',
      );
    if (wanted === null) return ok(`http://127.0.0.1:${port}`);
    const owner = await ownerText(scene, wanted);
    return note(
      `port ${wanted}, which was asked for, was taken${owner}; the daemon listens on ${port}`,
      'Free that port and run `styxy daemon restart`, or set STYXY_API_PORT to another.',
    );
  },
};

/** Before a daemon is there: whether the port that it will ask for is free. */
async function untaken(scene: Scene, port: number): Promise<Finding> {
  if (port === 0) return ok('any free one');
  const listeners = await scene.listeners();
  if (listeners === null) return skipped(`who listens on port ${port} cannot be read`);
  if (!listeners.some((each) => each.port === port && each.protocol === 'tcp')) return ok(`${port} is free`);
  return note(
    `port ${port} is taken${await ownerText(scene, port)}; a daemon would take another one`,
    'Programs find that one in daemon.json; or set STYXY_API_PORT.',
  );
}

/** @returns the status of the answer; null where none came */
async function ask(home: Home, port: number): Promise<number | null> {
  try {
    const token = readFileSync(home.token, 'latin1').trim();
    if (!/^[\x21-\x7e]{1,512}$/.test(token)) return null;
    const endpoint = { address: port, token };
    const connection = await openSocket(endpoint, ASK_MS);
    return (await exchange(connection, endpoint, 'GET', '/status', undefined, ASK_MS)).status;
  } catch {
    return null;
  }
}
