// Owns the program that lives on a small disk of its own: it runs a daemon there, fills the disk, and looks what happens.

import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AllocateAnswer, AllocationsAnswer } from '../../src/api/schemas.ts';
import type { HealthAnswer, StatusAnswer } from '../../src/api/schemas-daemon.ts';
import { startDaemon, startToFail, type TestDaemon } from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';
import { until } from './run-fixture.ts';

const [task = ''] = process.argv.slice(2);
// The disk is where temporary files go, and with them the home of the daemon.
const ballast = join(tmpdir(), 'ballast');

/** Takes all the space that is left. */
function fillDisk(): void {
  const file = openSync(ballast, 'a');
  try {
    // To the last byte: a short write is followed by the error.
    while (writeSync(file, Buffer.alloc(1024)) > 0);
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'ENOSPC', String(error));
  } finally {
    closeSync(file);
  }
}

/** By lock id, what of a lease must not change. */
type Kept = ReadonlyMap<string, readonly [port: number, fence: number]>;

async function listed(daemon: TestDaemon): Promise<Kept> {
  const answer = await daemon.request<AllocationsAnswer>('GET', '/allocations');
  assert.equal(answer.status, 200, answer.text);
  return new Map(answer.body.allocations.map(({ lock_id, port, fence }) => [lock_id, [port, fence]]));
}

/** Allocates until the disk is full, and adds to `kept` what was granted. */
async function allocateUntilFull(daemon: TestDaemon, kept: Map<string, readonly [number, number]>) {
  for (;;) {
    const answer = await daemon.request<AllocateAnswer>('POST', '/allocate', { service_type: 'full' });
    if (answer.status !== 201) return answer;
    kept.set(answer.body.lock_id, [answer.body.port, answer.body.fence]);
  }
}

async function serve(): Promise<void> {
  const types = { full: { range: freeRange('fullDisk', 150) } };
  const daemon = await startDaemon({ config: { service_types: types } });
  const { pid } = daemon;
  const kept = new Map<string, readonly [number, number]>();
  for (let i = 0; i < 5; i++) {
    const { body } = await daemon.request<AllocateAnswer>('POST', '/allocate', { service_type: 'full' });
    kept.set(body.lock_id, [body.port, body.fence]);
  }
  for (let round = 0; round < 3; round++) {
    fillDisk();
    const refused = await allocateUntilFull(daemon, kept);
    assert.equal(refused.status, 507, refused.text);
    assert.match(String(refused.headers['content-type']), /^application\/problem\+json/);
    const { code, success, hint } = refused.body as unknown as Record<string, string>;
    assert.deepEqual([code, success], ['STORE_FULL', false]);
    assert.match(hint ?? '', /space/);
    const health = await daemon.request<HealthAnswer>('GET', '/health');
    assert.deepEqual([health.status, health.body.status], [503, 'degraded'], health.text);
    assert.match(health.body.reason ?? '', /full/i);
    const status = await daemon.request<StatusAnswer>('GET', '/status');
    assert.deepEqual([status.status, status.body.store.can_commit], [200, false], status.text);
    assert.deepEqual(await listed(daemon), kept, 'what was granted is there, and nothing else');
    const [someone] = kept.keys();
    const release = await daemon.request('DELETE', `/allocate/${someone}`);
    // A release needs little space, and may have found it.
    if (release.status === 200) kept.delete(String(someone));
    else assert.equal(release.status, 507, release.text);
    assert.deepEqual(await listed(daemon), kept, 'nothing was released without being written');

    rmSync(ballast);
    const granted = await daemon.request<AllocateAnswer>('POST', '/allocate', { service_type: 'full' });
    assert.equal(granted.status, 201, granted.text);
    kept.set(granted.body.lock_id, [granted.body.port, granted.body.fence]);
    const well = await daemon.request<HealthAnswer>('GET', '/health');
    assert.deepEqual([well.status, well.body.status, well.body.reason], [200, 'ok', null], well.text);
    assert.deepEqual(await listed(daemon), kept);
    assert.equal(daemon.pid, pid);
  }
  const fences = [...kept.values()].map(([, fence]) => fence);
  assert.equal(new Set(fences).size, fences.length);

  // Without anybody who asks for something, health is found to be well again by the daemon itself.
  fillDisk();
  assert.equal((await allocateUntilFull(daemon, kept)).status, 507);
  rmSync(ballast);
  await until('the store to be well again', async () =>
    (await daemon.request('GET', '/health')).status === 200 ? true : null,
  );

  // Killed on a full disk, it comes back on a full disk with everything.
  fillDisk();
  await allocateUntilFull(daemon, kept);
  await daemon.kill9();
  await daemon.restart();
  assert.deepEqual(await listed(daemon), kept);
  rmSync(ballast);
  await daemon.kill9();
  await daemon.restart();
  assert.deepEqual(await listed(daemon), kept);
  const highest = Math.max(...[...kept.values()].map(([, fence]) => fence));
  const last = await daemon.request<AllocateAnswer>('POST', '/allocate', { service_type: 'full' });
  assert.ok(last.status === 201 && last.body.fence > highest, last.text);
  const log = await until('the log of the last daemon', () => {
    const text = readFileSync(join(daemon.home.logs, 'daemon.log'), 'utf8');
    const ready = new RegExp(`"pid":${daemon.pid}\\b.*the daemon is ready`);
    return ready.test(text) ? text : null;
  });
  assert.doesNotMatch(log, /a bug|uncaught|"level":60/i);
  await daemon.stop();
}

async function start(): Promise<void> {
  const { status, problem, stderr } = await startToFail({ prepare: fillDisk });
  assert.equal(status, 75, stderr);
  assert.match(String(problem.code), /^(STORE_FULL|HOME_UNUSABLE)$/, stderr);
  assert.notEqual(problem.hint ?? '', '');
  assert.match(stderr, /^styxy: .*\n$/);
  assert.doesNotMatch(stderr, /^ +at /m);
  rmSync(ballast);
}

await { serve, start }[task as 'serve' | 'start']();
console.log('done');
