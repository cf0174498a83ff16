import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Home, homeAt } from '../home.ts';
import type { Reached } from './find-daemon.ts';
import { replaceDaemon } from './replace-daemon.ts';
import { type DaemonInfo, readDaemonInfo } from './running-daemon.ts';

let home: Home;
let server: Server;

/** Somebody takes connections all the time, as the system does for a daemon that is stopped. */
beforeEach(async () => {
  home = homeAt(mkdtempSync(join(tmpdir(), 'styxy-replace-')));
  server = createServer((socket) => socket.on('error', () => {}));
  server.listen(home.socket);
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
  rmSync(home.dir, { recursive: true, force: true });
});

function become(pid: number): DaemonInfo {
  writeFileSync(home.daemonInfo, JSON.stringify({ pid, start_ticks: '1', boot_id: 'b' }));
  const info = readDaemonInfo(home);
  assert.ok(info !== null);
  return info;
}

/** Begins to replace `old`; what it did is told by `said`. */
function replace(old: DaemonInfo): { reached: Promise<Reached>; said: string[] } {
  const said: string[] = [];
  const onNotice = (sentence: string): number => said.push(sentence);
  const options = { home, env: {}, autostart: true, timeoutMs: 5_000, onNotice };
  const end = async (): Promise<void> => {
    said.push('ended');
    become(222);
  };
  return { reached: replaceDaemon(options, old, { end, said: 'The daemon was replaced' }), said };
}

describe('the replacement of a daemon', () => {
  it('ends it, although its socket takes connections, and says so', async () => {
    const { reached, said } = replace(become(111));
    (await reached).socket.destroy();
    assert.deepEqual(said, ['ended', 'The daemon was replaced by a new one (pid 222). No lease is lost.']);
    assert.equal(existsSync(join(home.dir, 'daemon.starting')), false);
  });

  it('ends nobody where another client was faster', async () => {
    const old = become(111);
    become(222);
    const { reached, said } = replace(old);
    (await reached).socket.destroy();
    assert.deepEqual(said, []);
  });

  it('ends nobody where another client was faster between its look and its act', async () => {
    const { reached, said } = replace(become(111));
    // It looked before it waited for anything.
    become(222);
    (await reached).socket.destroy();
    assert.deepEqual(said, []);
  });
});
