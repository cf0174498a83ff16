// Owns the program that runs on a small disk of its own: it fills it, and checks what the store does then.

import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Store, StoredState } from '../../src/store/store.ts';
import { failsWith } from './store.ts';
import { aLease, granted, released } from './store-changes.ts';
import { createSqliteHome } from './store-home.ts';

const [task = '', dir = ''] = process.argv.slice(2);
const ballast = join(dir, 'ballast');
const home = createSqliteHome(dir);

/** Takes all the space that is left. */
function fillDisk(): void {
  const file = openSync(ballast, 'a');
  const block = Buffer.alloc(4096);
  try {
    while (writeSync(file, block) > 0);
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'ENOSPC', String(error));
  } finally {
    closeSync(file);
  }
}

const lease = (fence: number) => aLease({ lockId: `lock-${fence}`, port: 10_000 + fence, fence });
const fencesOf = (store: Store) => (store.load() as StoredState).leases.map(({ fence }) => fence);

/** Grants until the disk is full; says how many were acknowledged. */
async function grantUntilFull(store: Store, from: number): Promise<number> {
  for (let fence = from; ; fence++) {
    try {
      await store.commit([granted(lease(fence))]);
    } catch {
      await failsWith('STORE_FULL', () => store.commit([granted(lease(fence))]));
      return fence - 1;
    }
  }
}

async function fill(): Promise<void> {
  let store = home.open();
  let acknowledged = 0;
  for (let round = 0; round < 3; round++) {
    fillDisk();
    acknowledged = await grantUntilFull(store, acknowledged + 1);
    const expected = Array.from({ length: acknowledged }, (_, i) => i + 1);
    assert.deepEqual(fencesOf(store), expected, 'what was acknowledged is there, and nothing else');
    await failsWith('STORE_FULL', () => store.reserveFences(1_000_000));
    await failsWith('STORE_FULL', () => store.writeNote('config', 'x'.repeat(10_000)));
    rmSync(ballast);
    acknowledged += 1;
    await store.commit([granted(lease(acknowledged))]);
    await store.reserveFences(acknowledged);
    fillDisk();
    await store.close();
    // Opening must need no space that a full disk does not have.
    store = home.open();
    assert.equal(fencesOf(store).length, acknowledged);
    assert.equal(
      (store.load() as StoredState).fenceCeiling,
      acknowledged,
      'no ceiling of a failed reservation is left',
    );
    rmSync(ballast);
  }
  await store.commit([released(lease(1))]);
  assert.equal(fencesOf(store).length, acknowledged - 1);
  await store.close();
}

async function create(): Promise<void> {
  fillDisk();
  await failsWith('STORE_FULL', () => home.open());
  rmSync(ballast);
  home.using((store) => assert.deepEqual(fencesOf(store), []));
}

async function repair(): Promise<void> {
  home.using((store) => store.commit(Array.from({ length: 200 }, (_, i) => granted(lease(i + 1)))));
  const bytes = readFileSync(home.path);
  // The first leaf of the leases, so that most of them can still be read.
  bytes.fill(0xff, bytes.length - 3000, bytes.length - 2900);
  bytes.write('no database', 0, 'latin1');
  writeFileSync(home.path, bytes, { mode: 0o600 });
  fillDisk();
  await failsWith('STORE_FULL', () => home.open());
  assert.ok(readFileSync(home.path).equals(bytes), 'nothing was touched');
  rmSync(ballast);
  home.using((store) => assert.ok(fencesOf(store).length > 100));
}

await { fill, create, repair }[task as 'fill' | 'create' | 'repair']();
console.log('done');
