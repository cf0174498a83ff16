import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { autostartPlace } from '../client/autostart-place.ts';
import { type Home, homeAt } from '../home.ts';
import { askDaemon, lookAtDaemon } from './daemon-sight.ts';

let root: string;
let home: Home;
let env: NodeJS.ProcessEnv;
let server: Server | null;
let connections: number;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'styxy-sight-')));
  home = homeAt(join(root, 'home'));
  env = { HOME: root, STYXY_HOME: home.dir };
  mkdirSync(home.dir);
  server = null;
  connections = 0;
});

afterEach(async () => {
  await new Promise<unknown>((resolve) => (server === null ? resolve(null) : server.close(resolve)));
  rmSync(root, { recursive: true, force: true });
});

/** A daemon that answers everything with the same. */
async function answerWith(status: number, body: string): Promise<void> {
  const made = createServer((socket) => {
    connections += 1;
    socket.on('error', () => {});
    socket.once('data', () =>
      socket.end(`HTTP/1.1 ${status} X\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`),
    );
  });
  server = made;
  await new Promise<void>((resolve) => made.listen(home.socket, resolve));
}

describe('lookAtDaemon', () => {
  it('finds none', async () => {
    assert.deepEqual(await lookAtDaemon(home, env), { kind: 'none', info: null, isAwaited: false });
  });

  it('finds the one that answers', async () => {
    await answerWith(200, '{"pid": 7, "version": "0.1.0"}');
    const sight = await lookAtDaemon(home, env);
    assert.deepEqual(sight.kind === 'answers' && [sight.status.pid, sight.isBySocket], [7, true]);
  });

  it('says what one answers that cannot, and what is no answer', async () => {
    await answerWith(503, '{"code": "STORE_UNAVAILABLE", "detail": "no store", "hint": "Wait."}');
    const sight = await lookAtDaemon(home, env);
    assert.equal(sight.kind === 'fault' && sight.error.message, 'no store');
  });

  it('says that nonsense is no answer', async () => {
    await answerWith(200, 'nonsense');
    const sight = await lookAtDaemon(home, env);
    assert.equal(sight.kind === 'fault' && sight.error.code, 'DAEMON_UNREACHABLE');
  });

  it('does not connect to a socket by which the service manager would start one', async (t) => {
    const place = autostartPlace(home, env);
    if (place === null || place.socket === null) return t.skip('no autostart of this system has a socket');
    mkdirSync(dirname(place.daemonFile), { recursive: true });
    writeFileSync(place.daemonFile, '');
    await answerWith(200, '{}');
    assert.deepEqual(await lookAtDaemon(home, env), { kind: 'none', info: null, isAwaited: true });
    assert.equal(connections, 0);
  });
});

describe('askDaemon', () => {
  it('answers with the body, and throws what is refused', async () => {
    await answerWith(200, '{"kept": 3}');
    assert.deepEqual(await askDaemon(home, 'POST', '/cleanup', {}), { kept: 3 });
  });

  it('throws where there is none any more', async () => {
    await assert.rejects(askDaemon(home, 'GET', '/config'), { code: 'DAEMON_UNREACHABLE' });
  });
});
