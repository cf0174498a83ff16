// Proves that the built daemon loses nothing when it dies at a write, sync, truncation or removal of its store: strace kills it
// as it is about to make its n-th, while clients work. STYXY_CRASHES=1 takes each of them; else a few.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CALLS, killingAt, STATE, whyNoStrace } from '../contract/store-recording.ts';
import { comeBack } from './come-back.ts';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';
import { emptyLedger, type Ledger, work } from './killed-clients.ts';
import { freeRange } from './port-range.ts';

const skip = whyNoStrace();
const isThorough = process.env.STYXY_CRASHES === '1';
const CLIENTS = 3;
/** After so many answers a daemon that still lives is stopped in good order, so that its last writes count among the calls. */
const ANSWERS = 12;
const TYPE = 'killed';

let ledger: Ledger = emptyLedger();
let daemon: TestDaemon;
/** At which call on which file the next daemon is killed. */
let dyingAt: { readonly call: string; readonly n: number } | null = null;
before(async () => {
  if (skip !== false) return;
  daemon = await startDaemon({
    isBuilt: true,
    config: { service_types: { [TYPE]: { range: freeRange('killing', 60) } } },
    // With -D the program that is started becomes the daemon, and strace its grandchild.
    under: ({ dir }) =>
      dyingAt === null ? [] : ['strace', '-D', ...killingAt(dyingAt.call, dyingAt.n, dir)],
  });
  await daemon.end();
});
after(() => daemon?.stop());

/** A daemon that is killed at that call, if it comes so far. */
async function isKilledAt(call: string, n: number): Promise<boolean> {
  dyingAt = { call, n };
  try {
    await daemon.restart();
  } catch (error) {
    // One that was killed says nothing, one that refuses to start says why.
    assert.match(String(error), /the daemon did not start: \n/);
    return true;
  } finally {
    dyingAt = null;
  }
  let left = ANSWERS;
  let ended: Promise<unknown> | null = null;
  const onAnswer = (): void => {
    left -= 1;
    if (left <= 0) ended ??= daemon.end();
  };
  const clients = Array.from({ length: CLIENTS }, (_, client) => client);
  await Promise.all(clients.map((client) => work({ daemon, ledger, serviceType: TYPE, client, onAnswer })));
  await ended;
  const status = await daemon.end();
  assert.ok(status === null || status === 0, `the daemon ended with ${status}`);
  return status === null;
}

/** Kills a daemon at every call, or at some; `prepare` is what it finds. @returns at how many it died */
async function killedAtEach(call: string, prepare: () => void): Promise<number> {
  let points = 0;
  for (let n = 1; ; n += isThorough ? 1 : n + Math.ceil(Math.random() * 3 * n)) {
    prepare();
    const isKilled = await isKilledAt(call, n);
    await daemon.restart();
    await comeBack(daemon, ledger, CLIENTS);
    // The next one finds a log that has to be recovered.
    await daemon.kill9();
    if (!isKilled) return points;
    points += 1;
  }
}

const BEGINNINGS = {
  'an empty home': () => {
    for (const name of STATE) rmSync(join(daemon.home.dir, name), { force: true });
    ledger = emptyLedger();
  },
  'what the last one left': () => {},
};

describe('a daemon that dies at a call of its store', { skip, timeout: 3_600_000 }, () => {
  for (const [beginning, prepare] of Object.entries(BEGINNINGS)) {
    it(`has all that it acknowledged when it comes back, begun with ${beginning}`, async (t) => {
      const counts: Record<string, number> = {};
      for (const call of CALLS) counts[call] = await killedAtEach(call, prepare);
      t.diagnostic(`killed at ${JSON.stringify(counts)}: nothing lost, no port twice`);
      assert.ok((counts.pwrite64 ?? 0) > 0 && (counts.fsync ?? 0) > 0, JSON.stringify(counts));
    });
  }
});
