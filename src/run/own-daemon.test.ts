import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { ProcessIdentity } from '../core/process-identity.ts';
import { homeAt } from '../home.ts';
import { spareDaemon } from './own-daemon.ts';

const dir = mkdtempSync(join(tmpdir(), 'styxy-spare-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const home = homeAt(dir);

const id = (pid: number, startTicks = '1'): ProcessIdentity => ({
  pid,
  startTicks,
  bootId: 'boot',
  pidNamespace: '1',
});
const found = [id(5), id(6), id(7)];

/** 7 is below 6. */
function spared(info: object): number[] {
  writeFileSync(home.daemonInfo, JSON.stringify(info));
  const spare = spareDaemon(home, { descendants: (pid) => (pid === 6 ? [id(7)] : []) });
  const rest = spare(found);
  return found.filter((each) => !rest.includes(each)).map(({ pid }) => pid);
}

describe("the home's daemon among the processes of a command", () => {
  it('is spared, with what it has started', () => {
    assert.deepEqual(spared({ pid: 6, start_ticks: '1', boot_id: 'boot' }), [6, 7]);
  });

  for (const [what, info] of [
    ['another process has its pid by now', { pid: 6, start_ticks: '2', boot_id: 'boot' }],
    ['the machine was started anew', { pid: 6, start_ticks: '1', boot_id: 'before' }],
    ['nothing proves which process it is', { pid: 6 }],
    ['it is not among them', { pid: 9, start_ticks: '1', boot_id: 'boot' }],
  ] as const) {
    it(`is nobody where ${what}`, () => assert.deepEqual(spared(info), []));
  }
});
