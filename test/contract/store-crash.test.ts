// Proves that a crash at any write or sync of the store costs nothing that was acknowledged: the program is killed at each
// of them, and its recorded writes are replayed up to each, torn at sectors and with the unsynced ones lost.
// STYXY_CRASHES=1 takes every point; else every seventh, from a random one on.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { StoredState } from '../../src/store/store.ts';
import { createSqliteHome } from './store-home.ts';
import { CALLS, killedAt, type Recorded, record, whyNoStrace } from './store-recording.ts';

const COMMITS = 9;
const STEP = Number(process.env.STYXY_CRASHES ?? 7);
const SECTOR_BYTES = 512;
const skip = whyNoStrace();

function tempDir(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'styxy-crash-'));
  t.after(() => {
    for (const path of [dir, `${dir}.strace`]) rmSync(path, { recursive: true, force: true });
  });
  return dir;
}

/** All that was acknowledged is there, at most one lease more, no fence is free again, and nothing looks damaged. */
function assertKept(dir: string, acknowledged: number, what: string): void {
  const home = createSqliteHome(dir);
  const { leases, fenceCeiling, setAside } = home.using((store) => store.load() as StoredState);
  const fences = leases.map(({ fence }) => fence).sort((a, b) => a - b);
  assert.deepEqual(
    fences,
    Array.from(fences, (_, index) => index + 1),
    what,
  );
  const extra = fences.length - acknowledged;
  assert.ok(extra === 0 || extra === 1, `${what}: ${acknowledged} acknowledged, ${fences.length} there`);
  assert.ok(fenceCeiling >= fences.length, what);
  // A store that was cut off while it was made is begun anew, and says so.
  if (acknowledged > 0) assert.deepEqual(setAside, [], what);
}

const pointsFrom = (count: number): number[] => {
  const first = STEP === 1 ? 0 : Math.floor(Math.random() * STEP);
  return Array.from({ length: count }, (_, index) => index).filter((index) => index % STEP === first % STEP);
};

test('a kill at any write, sync, truncation or removal loses nothing', { skip, timeout: 1_800_000 }, (t) => {
  let points = 0;
  for (const call of CALLS) {
    for (let n = 1 + (STEP === 1 ? 0 : Math.floor(Math.random() * STEP)); ; n += STEP) {
      const dir = tempDir(t);
      const { isKilled, acknowledged } = killedAt(call, n, dir, COMMITS);
      assertKept(dir, acknowledged, `killed at ${call} ${n}`);
      rmSync(dir, { recursive: true });
      if (!isKilled) break;
      points += 1;
    }
  }
  t.diagnostic(`killed at ${points} points, nothing lost`);
  assert.ok(points > 0);
});

type Disk = Map<string, Buffer>;

function apply(disk: Disk, did: Recorded): void {
  if (did.kind === 'ack' || did.kind === 'sync') return;
  if (did.kind === 'unlink') return void disk.delete(did.file);
  const former = disk.get(did.file) ?? Buffer.alloc(0);
  const size = did.kind === 'write' ? Math.max(former.length, did.at + did.bytes.length) : did.size;
  const next = Buffer.alloc(size);
  former.copy(next);
  if (did.kind === 'write') did.bytes.copy(next, did.at);
  disk.set(did.file, next);
}

function assertReadable(t: TestContext, disk: Disk, acknowledged: number, what: string): void {
  const dir = join(tempDir(t), 'home');
  mkdirSync(dir, { mode: 0o700 });
  for (const [name, bytes] of disk) writeFileSync(join(dir, name), bytes, { mode: 0o600 });
  assertKept(dir, acknowledged, what);
  rmSync(dir, { recursive: true });
}

const acknowledgedIn = (past: readonly Recorded[]): number =>
  past.filter(({ kind }) => kind === 'ack').length;

test('every prefix of its writes, the last one torn at any sector, holds what was acknowledged', {
  skip,
}, (t) => {
  const all = record(tempDir(t), 'normal', COMMITS);
  assert.equal(acknowledgedIn(all), COMMITS);
  let states = 0;
  for (const index of pointsFrom(all.length)) {
    const past = all.slice(0, index);
    const acknowledged = acknowledgedIn(past);
    const disk: Disk = new Map();
    for (const did of past) apply(disk, did);
    assertReadable(t, disk, acknowledged, `after ${index} of ${all.length}`);
    states += 1;
    const next = all[index];
    if (next?.kind !== 'write') continue;
    for (let size = SECTOR_BYTES; size < next.bytes.length; size += SECTOR_BYTES) {
      const torn: Disk = new Map(disk);
      apply(torn, { ...next, bytes: next.bytes.subarray(0, size) });
      assertReadable(t, torn, acknowledged, `write ${index} torn at ${size}`);
      states += 1;
    }
  }
  t.diagnostic(`${states} states of the disk from ${all.length} calls, nothing lost`);
});

test('with full syncs, whatever of the unsynced writes is lost, what was acknowledged is there', {
  skip,
}, (t) => {
  const all = record(tempDir(t), 'full', COMMITS);
  assert.equal(acknowledgedIn(all), COMMITS);
  let states = 0;
  for (const index of pointsFrom(all.length + 1)) {
    const past = all.slice(0, index);
    // Of each file, what came after its last sync may have reached the disk or not.
    const isSure = past.map(
      (did, at) =>
        did.kind !== 'write' ||
        past.slice(at).some((later) => later.kind === 'sync' && later.file === did.file),
    );
    for (const keepsSome of [false, true, true]) {
      const disk: Disk = new Map();
      for (const [at, did] of past.entries())
        if (isSure[at] === true || (keepsSome && Math.random() < 0.5)) apply(disk, did);
      assertReadable(t, disk, acknowledgedIn(past), `power cut after ${index} of ${all.length}`);
      states += 1;
    }
  }
  t.diagnostic(`${states} power cuts among ${all.length} calls, nothing lost`);
});
