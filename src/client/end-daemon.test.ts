import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Home, homeAt } from '../home.ts';
import { endDaemon } from './end-daemon.ts';
import { readPlace } from './place.ts';
import { type DaemonInfo, lifeOf, readStat } from './running-daemon.ts';

let home: Home;
let child: ChildProcess | null = null;

beforeEach(() => {
  home = homeAt(mkdtempSync(join(tmpdir(), 'styxy-end-')));
  writeFileSync(home.store, '');
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(home.dir, { recursive: true, force: true });
});

/** Starts a program and waits until it says something. */
async function start(script: string): Promise<DaemonInfo> {
  const text = `const fs = require('node:fs'); const store = ${JSON.stringify(home.store)}; ${script}
    console.log('up'); setInterval(() => {}, 1e6);`;
  child = spawn(process.execPath, ['-e', text], { stdio: ['ignore', 'pipe', 'inherit'] });
  assert.ok(child.stdout !== null);
  await once(child.stdout, 'data');
  const pid = child.pid ?? 0;
  return {
    pid,
    startTicks: readStat(pid)?.startTicks ?? null,
    bootId: readPlace()?.bootId ?? null,
    pidNamespace: readPlace()?.pidNamespace ?? null,
    netNamespace: null,
    port: null,
    version: null,
    apiVersion: null,
    isForeground: false,
  };
}

describe('the end of a daemon by signals', {
  skip: process.platform === 'linux' ? false : 'only Linux proves which process a pid is',
}, () => {
  it('is nobody’s who does not have the store open, whatever daemon.json says', async () => {
    const info = await start('');
    await assert.rejects(endDaemon(home, info, 1_000), {
      code: 'DAEMON_UNREACHABLE',
      message: new RegExp(`pid ${info.pid}`),
    });
    assert.equal(lifeOf(info), 'running');
  });

  it('comes by itself where it can', async () => {
    const info = await start('fs.openSync(store);');
    assert.equal(await endDaemon(home, info, 20_000), false);
    assert.equal(lifeOf(info), 'gone');
    assert.equal(await endDaemon(home, info, 0), false, 'it is over');
  });

  it('is forced on one that let go of the store and goes on all the same', async () => {
    const info = await start(`const fd = fs.openSync(store); process.on('SIGTERM', () => fs.closeSync(fd));`);
    assert.equal(await endDaemon(home, info, 300), true);
    assert.equal(lifeOf(info), 'gone');
  });
});
