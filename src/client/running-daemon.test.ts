import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Home, homeAt } from '../home.ts';
import { readPlace } from './place.ts';
import { type DaemonInfo, isProven, lifeOf, readDaemonInfo, readStat } from './running-daemon.ts';

let home: Home;
beforeEach(() => {
  home = homeAt(mkdtempSync(join(tmpdir(), 'styxy-running-')));
  writeFileSync(home.store, '');
});
afterEach(() => rmSync(home.dir, { recursive: true, force: true }));

/** What this very process would say of itself. */
function ownInfo(changed: Record<string, unknown> = {}): DaemonInfo {
  const said = {
    pid: process.pid,
    start_ticks: readStat(process.pid)?.startTicks,
    boot_id: readPlace()?.bootId,
    pid_namespace: readPlace()?.pidNamespace,
    ...changed,
  };
  writeFileSync(home.daemonInfo, JSON.stringify(said));
  const info = readDaemonInfo(home);
  assert.ok(info !== null);
  return info;
}

describe('the process that daemon.json names', {
  skip: process.platform === 'linux' ? false : 'only Linux proves which process a pid is',
}, () => {
  it('is proven to be the daemon while it has the store open, and no longer', () => {
    const info = ownInfo();
    assert.equal(isProven(home, info), false, 'running is not enough');
    const store = openSync(home.store, 'r');
    try {
      assert.equal(isProven(home, info), true);
      rmSync(home.store);
      writeFileSync(home.store, '');
      assert.equal(isProven(home, info), false, 'what it has open is another home’s');
    } finally {
      closeSync(store);
    }
  });

  it('is not proven by a pid alone', () => {
    const store = openSync(home.store, 'r');
    try {
      for (const changed of [
        { start_ticks: null },
        { boot_id: null },
        { start_ticks: '1' },
        { boot_id: 'x' },
      ])
        assert.equal(isProven(home, ownInfo(changed)), false, JSON.stringify(changed));
    } finally {
      closeSync(store);
    }
  });

  it('is gone or unknown where the pid is another’s', () => {
    for (const [changed, expected] of [
      [{}, 'running'],
      [{ start_ticks: '1' }, 'gone'],
      [{ boot_id: 'another' }, 'gone'],
      [{ pid: 2 ** 22 + 1 }, 'gone'],
      [{ pid: 2 ** 22 + 1, pid_namespace: '1' }, 'unknown'],
      [{ pid_namespace: '1' }, 'unknown'],
    ] as const)
      assert.equal(lifeOf(ownInfo(changed)), expected, JSON.stringify(changed));
  });
});
