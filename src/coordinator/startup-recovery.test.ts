import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serviceType, testCatalogue } from '../../test/fixtures/catalogue.ts';
import { allocateRequest } from '../../test/fixtures/core-desk.ts';
import { LOST_LEASES_NOTE } from '../core/rebuild.ts';
import { StyxyError } from '../errors.ts';
import type { Listener } from '../os/os.ts';
import { createMemoryDisk, createMemoryStore, type MemoryDisk } from '../store/memory.ts';
import type { StoredState } from '../store/store.ts';
import type { Coordinator } from './contract.ts';
import { startCoordinator } from './coordinator.ts';
import { type CoordinatorOptions, DEFAULT_STARTUP } from './options.ts';
import { createScheduler } from './scheduler.ts';

const catalogue = testCatalogue([serviceType('dev', 3000, 3009)]);

function start(disk: MemoryDisk, more: Partial<CoordinatorOptions> = {}): Promise<Coordinator> {
  let ids = disk.audit.size;
  return startCoordinator({
    store: createMemoryStore({ disk }),
    probe: { taken: async () => [] },
    ports: { listeners: async () => [], sockets: async () => [] },
    processes: { identify: () => null, life: () => 'unknown', ancestors: () => [], cwd: () => null },
    clock: { monotonic: () => performance.now(), wall: () => 0 },
    scheduler: createScheduler(),
    catalogue: () => catalogue,
    newLockId: () => `lk_${++ids}`,
    directoryExists: async () => true,
    ...more,
  });
}

async function allocate(coordinator: Coordinator, serviceName: string) {
  const request = allocateRequest({ serviceName });
  const outcome = await coordinator.submit<'allocate'>({ kind: 'allocate', request, requestId: null });
  return outcome.ok ? outcome.reply.snapshot.lease : assert.fail(outcome.refusal.detail);
}

function leasesOf(coordinator: Coordinator) {
  return coordinator.query(({ state }) => Array.from(state.leases(), ({ lease }) => lease));
}

function outcomes({ recovery }: Coordinator): Record<string, string> {
  return Object.fromEntries(recovery.steps.map(({ step, outcome }) => [step, outcome]));
}

/** A disk with two live leases and one that was released, whose table of leases then was lost. */
async function lostTable(): Promise<{ disk: MemoryDisk; live: readonly unknown[] }> {
  const disk = createMemoryDisk();
  const coordinator = await start(disk);
  const released = await allocate(coordinator, 'released');
  const live = [await allocate(coordinator, 'one'), await allocate(coordinator, 'two')];
  await coordinator.submit<'release'>({
    kind: 'release',
    lockId: released.lockId,
    fence: null,
    callerInstanceId: null,
    callerProjectPath: '/a',
    force: true,
  });
  await coordinator.stop();
  disk.leases.clear();
  disk.ports.clear();
  return { disk, live };
}

describe('the recovery at the start', () => {
  it('has nothing to do where all is well', async () => {
    const disk = createMemoryDisk();
    const first = await start(disk);
    await allocate(first, 'web');
    await first.stop();
    const second = await start(disk);
    const well = { store: 'well', leases: 'well', holders: 'well', singletons: 'well', indexes: 'well' };
    assert.deepEqual(outcomes(second), well);
    assert.deepEqual([second.recovery.restored, second.recovery.rebuilt], [1, 0]);
    await second.stop();
  });

  it('takes the leases back from the audit where their table is lost, once', async () => {
    const { disk, live } = await lostTable();
    const second = await start(disk);
    assert.deepEqual(await leasesOf(second), live);
    assert.equal(outcomes(second).leases, 'mended');
    assert.equal(second.recovery.rebuilt, 2);
    assert.equal([...disk.audit.values()].at(-1)?.event, 'repaired');
    await second.stop();
    const events = disk.audit.size;
    const third = await start(disk);
    assert.deepEqual(await leasesOf(third), live);
    assert.deepEqual([outcomes(third).leases, third.recovery.restored], ['well', 2]);
    assert.equal(disk.audit.size, events, 'nothing more is told');
    const next = await allocate(third, 'three');
    assert.ok(next.fence > 3, 'no fence is used twice');
    await third.stop();
  });

  it('reads the audit no second time to know that there is no lease', async () => {
    const disk = createMemoryDisk();
    const first = await start(disk);
    const { lockId } = await allocate(first, 'web');
    const release = { fence: null, callerInstanceId: null, callerProjectPath: '/a', force: true } as const;
    await first.submit<'release'>({ kind: 'release', lockId, ...release });
    await first.stop();
    const store = createMemoryStore({ disk });
    const audit = { ...store.audit, standing: () => assert.fail('the audit is read') };
    const second = await start(disk, { store: { ...store, audit } });
    assert.equal(outcomes(second).leases, 'well');
    await second.stop();
  });

  it('takes one lease back whose row was set aside, beside the others', async () => {
    const disk = createMemoryDisk();
    const first = await start(disk);
    const leases = [await allocate(first, 'one'), await allocate(first, 'two')];
    await first.stop();
    const [lost] = leases;
    if (lost === undefined) assert.fail();
    disk.leases.delete(lost.lockId);
    disk.ports.delete(`tcp:${lost.port}`);
    const store = createMemoryStore({ disk });
    const setAside = [{ table: 'lease', id: `tcp:${lost.port}`, reason: 'damaged' }];
    const load = async (): Promise<StoredState> => ({ ...(await store.load()), setAside });
    const second = await start(disk, { store: { ...store, load } });
    assert.deepEqual(await leasesOf(second), leases);
    assert.deepEqual([outcomes(second).store, outcomes(second).leases], ['mended', 'mended']);
    await second.stop();
  });

  it('takes back what an earlier start lost that died over it', async () => {
    const disk = createMemoryDisk();
    const first = await start(disk);
    const leases = [await allocate(first, 'one'), await allocate(first, 'two')];
    await first.stop();
    const [lost] = leases;
    if (lost === undefined) assert.fail();
    disk.leases.delete(lost.lockId);
    disk.ports.delete(`tcp:${lost.port}`);
    disk.notes.set(LOST_LEASES_NOTE, 'then');
    const second = await start(disk);
    assert.deepEqual(await leasesOf(second), leases);
    assert.equal(disk.notes.get(LOST_LEASES_NOTE), '');
    await second.stop();
    const events = disk.audit.size;
    await (await start(disk)).stop();
    assert.equal(disk.audit.size, events, 'nothing more is told');
  });

  it('tries a step that fails as often as it may, and serves without it', async () => {
    const { disk } = await lostTable();
    const store = createMemoryStore({ disk });
    let tries = 0;
    const audit = {
      ...store.audit,
      standing: () => {
        tries += 1;
        throw new Error('the audit cannot be read');
      },
    };
    const startup = { ...DEFAULT_STARTUP, attempts: 4 };
    const second = await start(disk, { store: { ...store, audit }, startup });
    const step = second.recovery.steps.find((each) => each.step === 'leases');
    assert.deepEqual(step, {
      step: 'leases',
      outcome: 'failed',
      detail: 'the audit cannot be read',
      attempts: 4,
    });
    assert.equal(tries, 4);
    await allocate(second, 'served');
    await second.stop();
  });

  it('keeps what it took from the audit where the store has no room for it, and stores it with the next commit', async () => {
    const { disk, live } = await lostTable();
    let isFull = true;
    const beforeWrite = (): void => {
      if (isFull) throw new StyxyError('STORE_FULL', 'the disk is full');
    };
    const second = await start(disk, { store: createMemoryStore({ disk, beforeWrite }) });
    assert.deepEqual(await leasesOf(second), live);
    assert.equal(second.recovery.rebuilt, live.length);
    assert.match(second.recovery.steps.find(({ step }) => step === 'leases')?.detail ?? '', /next commit/);
    await assert.rejects(allocate(second, 'refused'), { code: 'STORE_FULL' });
    isFull = false;
    await allocate(second, 'served');
    await second.stop();
    const third = await start(disk);
    assert.equal(third.recovery.rebuilt, 0);
    assert.equal((await leasesOf(third)).length, live.length + 1);
    await third.stop();
  });

  it('reads a store that fails as often as it may, and does not wait for one for ever', async () => {
    const disk = createMemoryDisk();
    const store = createMemoryStore({ disk });
    let reads = 0;
    const load = () => {
      reads += 1;
      if (reads < 3) throw new Error('an I/O error');
      return store.load();
    };
    await (await start(disk, { store: { ...store, load } })).stop();
    assert.equal(reads, 3);

    const scheduler = createScheduler();
    const never = { ...store, load: () => new Promise<StoredState>(() => {}) };
    const after: typeof scheduler.after = (_delayMs, fn) => scheduler.after(1, fn);
    await assert.rejects(start(disk, { store: never, scheduler: { ...scheduler, after } }), {
      code: 'STORE_UNAVAILABLE',
      message: /took longer than 10 s/,
    });
  });

  it('goes on where a step takes too long', async () => {
    const disk = createMemoryDisk();
    const first = await start(disk);
    await allocate(first, 'web');
    await first.stop();
    let isStarted = false;
    const scheduler = createScheduler();
    const listeners = (): Promise<Listener[]> => (isStarted ? Promise.resolve([]) : new Promise(() => {}));
    const second = await start(disk, {
      ports: { listeners, sockets: async () => [] },
      scheduler: {
        ...scheduler,
        // The bound of the step is over at once; the watch never ticks.
        after: (delayMs, fn) => (delayMs === 10_000 ? scheduler.after(1, fn) : () => {}),
      },
    });
    isStarted = true;
    const step = second.recovery.steps.find((each) => each.step === 'holders');
    assert.deepEqual([step?.outcome, step?.detail], ['failed', 'it took longer than 10 s']);
    await allocate(second, 'other');
    await second.stop();
  });

  it('leaves out what the configuration does not want', async () => {
    const { disk } = await lostTable();
    const startup = { isMending: false, isLooking: false, attempts: 1 };
    const second = await start(disk, { startup });
    const { store, ...rest } = outcomes(second);
    assert.equal(store, 'well');
    assert.deepEqual(new Set(Object.values(rest)), new Set(['skipped']));
    assert.deepEqual(await leasesOf(second), []);
    await second.stop();
  });
});
