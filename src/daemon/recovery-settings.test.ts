// Owns the proof that each setting of `recovery` changes what happens, and not only what is shown.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { allocate, listenerOn, stateOf, type World, world } from '../../test/fixtures/coordinator-world.ts';
import { RECOVERY_SCHEMA } from '../config/recovery-schema.ts';
import type { Scheduler } from '../coordinator/scheduler.ts';
import type { ProcessLife } from '../core/lease.ts';
import { homeAt } from '../home.ts';
import type { Listener } from '../os/os.ts';
import { createMemoryDisk, createMemoryStore } from '../store/memory.ts';
import { storeFailure } from '../store/sqlite/failure.ts';
import type { Store } from '../store/store.ts';
import type { Log } from './logs.ts';
import { loadSettings, type Settings } from './settings.ts';
import { withRetries } from './store-retries.ts';

const LONG_S = 400;
const BUSY = 5;
const PORT = 3000;

/** A world on the clock of the test, in which a program listens on the leased port until it is taken away. */
async function timed(settings: Settings, table: Listener[] = []) {
  let now = 0;
  const timers = new Map<() => void, number>();
  const scheduler: Scheduler = {
    defer: (fn) => void setImmediate(fn),
    after: (delayMs, fn) => {
      timers.set(fn, now + delayMs);
      return () => timers.delete(fn);
    },
  };
  const its = await world(createMemoryDisk(), () => {}, table, {
    clock: { monotonic: () => now, wall: () => now },
    scheduler,
    catalogue: settings.catalogue,
    startup: settings.startup,
  });
  /** Lets a second pass. */
  const second = async (): Promise<void> => {
    now += 1000;
    for (const [fn, at] of [...timers]) {
      if (at > now) continue;
      timers.delete(fn);
      fn();
    }
    for (let turns = 0; turns < 30; turns++) await new Promise((resolve) => setImmediate(resolve));
  };
  return { its, second };
}

/** The port that is granted where a program is on the first one. */
async function grantedBesideStranger(settings: Settings): Promise<number> {
  const { its } = await timed(settings);
  its.strangers.add(PORT);
  const { snapshot } = await allocate(its, { preferredPort: PORT });
  await its.coordinator.stop();
  return snapshot.lease.port;
}

/** The waits before the retries of a write that fails again and again, in ms. */
async function waits(settings: Settings): Promise<number[]> {
  const waited: number[] = [];
  const commit = () => {
    throw storeFailure(Object.assign(new Error('busy'), { errcode: BUSY }), 'a write', '/nowhere');
  };
  const store = withRetries({ commit } as unknown as Store, settings.retryPolicy, async (ms) => {
    waited.push(ms);
  });
  await assert.rejects(async () => store.commit([]));
  return waited;
}

/** The state of a lease some seconds after its program began to listen. */
async function stateOfListening(settings: Settings): Promise<unknown> {
  const { its, second } = await timed(settings);
  const { lockId, port } = (await allocate(its)).snapshot.lease;
  its.table = [listenerOn(port, 7)];
  for (let passed = 0; passed < 20; passed++) await second();
  const state = await stateOf(its, lockId);
  await its.coordinator.stop();
  return state;
}

/** After how many seconds without its program a lease has ended; null where it outlives the test. */
async function secondsWithoutListener(settings: Settings): Promise<number | null> {
  const { its, second } = await timed(settings);
  const { lockId, port } = (await allocate(its)).snapshot.lease;
  its.table = [listenerOn(port, 7)];
  for (let passed = 0; passed < 10; passed++) await second();
  its.table = [];
  let ended: number | null = null;
  for (let passed = 1; passed <= LONG_S && ended === null; passed++) {
    await second();
    if ((await stateOf(its, lockId)) === null) ended = passed;
  }
  await its.coordinator.stop();
  return ended;
}

/** How a start goes that finds the lease of a dead process: its leases, and which steps it leaves out. */
async function startAfterDeath(settings: Settings): Promise<string> {
  const disk = createMemoryDisk();
  const before = await world(disk);
  const process = { pid: 9, startTicks: '1', bootId: 'b', pidNamespace: 'n' };
  await allocate(before, { pid: 9, process });
  await before.coordinator.stop();
  const { startup, catalogue } = settings;
  const processes = {
    identify: () => null,
    life: (): ProcessLife => 'dead',
    ancestors: () => [],
    cwd: () => null,
  } as const;
  const after: World = await world(disk, () => {}, [], { startup, catalogue, processes });
  const count = await after.coordinator.query(({ state }) => state.leaseCount);
  const skipped = after.coordinator.recovery.steps.filter(({ outcome }) => outcome === 'skipped');
  await after.coordinator.stop();
  return `${count} left, without ${skipped.map(({ step }) => step).join(', ') || 'nothing'}`;
}

/** How often a store is read that cannot be read. */
async function readings(settings: Settings): Promise<number> {
  let reads = 0;
  const load = () => {
    reads += 1;
    throw new Error('an I/O error');
  };
  const store = { ...createMemoryStore({ disk: createMemoryDisk() }), load };
  await assert.rejects(world(createMemoryDisk(), () => {}, [], { store, startup: settings.startup }));
  return reads;
}

interface Row {
  readonly value: boolean | number;
  readonly effect: (settings: Settings) => unknown;
  readonly shipped: unknown;
  readonly changed: unknown;
}

const ROWS: Readonly<Record<string, Row>> = {
  'port_conflict.enabled': {
    value: false,
    effect: async (settings) => [await grantedBesideStranger(settings), await waits(settings)],
    shipped: [PORT + 1, [100, 200, 400]],
    changed: [PORT, []],
  },
  'port_conflict.check_availability': {
    value: false,
    effect: grantedBesideStranger,
    shipped: PORT + 1,
    changed: PORT,
  },
  'port_conflict.max_retries': {
    value: 5,
    effect: waits,
    shipped: [100, 200, 400],
    changed: [100, 200, 400, 800, 1600],
  },
  'port_conflict.backoff_ms': { value: 7, effect: waits, shipped: [100, 200, 400], changed: [7, 14, 28] },
  'port_conflict.backoff_multiplier': {
    value: 3,
    effect: waits,
    shipped: [100, 200, 400],
    changed: [100, 300, 900],
  },
  'health_monitoring.enabled': {
    value: false,
    effect: stateOfListening,
    shipped: 'active',
    changed: 'reserved',
  },
  'health_monitoring.check_interval_ms': {
    value: 2000,
    effect: secondsWithoutListener,
    shipped: 61,
    changed: 5,
  },
  'health_monitoring.max_failures': { value: 5, effect: secondsWithoutListener, shipped: 61, changed: 121 },
  'health_monitoring.cleanup_stale_allocations': {
    value: false,
    effect: secondsWithoutListener,
    shipped: 61,
    changed: null,
  },
  'system_recovery.enabled': {
    value: false,
    effect: startAfterDeath,
    shipped: '0 left, without nothing',
    changed: '1 left, without leases, holders, singletons, indexes',
  },
  'system_recovery.run_on_startup': {
    value: false,
    effect: startAfterDeath,
    shipped: '0 left, without nothing',
    changed: '1 left, without holders',
  },
  // The end-to-end test of lost leases shows that no copy is left.
  'system_recovery.backup_corrupted_state': {
    value: false,
    effect: ({ keepsDamaged }) => keepsDamaged,
    shipped: true,
    changed: false,
  },
  'system_recovery.max_recovery_attempts': { value: 1, effect: readings, shipped: 3, changed: 1 },
};

async function settingsOf(t: TestContext, recovery: object): Promise<Settings> {
  const dir = mkdtempSync(join(tmpdir(), 'styxy-recovery-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const home = homeAt(dir);
  writeFileSync(home.config, JSON.stringify({ recovery }));
  const silent = (): void => {};
  const log: Log = { debug: silent, info: silent, warn: silent, error: silent, fatal: silent };
  const store = () => ({ readNote: () => null, writeNote: () => {} });
  const settings = await loadSettings({ home, log, ownPort: null, onTaken: silent, store });
  assert.deepEqual(settings.answer().errors, []);
  return settings;
}

it('has a row for every setting', () => {
  const keys = Object.entries(RECOVERY_SCHEMA.keys).flatMap(([section, setting]) =>
    setting.kind === 'section' ? Object.keys(setting.keys).map((key) => `${section}.${key}`) : [section],
  );
  assert.deepEqual(Object.keys(ROWS).sort(), keys.sort());
});

for (const [path, { value, effect, shipped, changed }] of Object.entries(ROWS)) {
  it(`recovery.${path} has an effect`, async (t) => {
    const [section = '', key = ''] = path.split('.');
    const seen = [
      await effect(await settingsOf(t, {})),
      await effect(await settingsOf(t, { [section]: { [key]: value } })),
    ];
    assert.deepEqual(seen, [shipped, changed]);
  });
}
