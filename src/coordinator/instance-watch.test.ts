// Owns the tests of instances that live as long as a process, seen by a coordinator that has no lease to look at.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { held, type World, world } from '../../test/fixtures/coordinator-world.ts';
import { isStale } from '../core/instance.ts';
import { createMemoryDisk } from '../store/memory.ts';
import { DEFAULT_STARTUP } from './options.ts';
import { createScheduler } from './scheduler.ts';
import { DEFAULT_TIMINGS } from './timings.ts';

describe('an instance with a process, where nothing is leased', () => {
  const { pid, process } = held;
  const bare = { workingDirectory: null, linkedWorktree: false, template: null, ttlMs: null, metadata: {} };
  const registration = { kind: 'register', instanceId: 'one', pid, process, ...bare } as const;
  const pulseIn = ({ coordinator }: World) =>
    coordinator.query(({ state }) => state.instance('one')?.pulse.process ?? null);

  it('is seen to die', async () => {
    const w = await world(undefined, undefined, [], {
      timings: { ...DEFAULT_TIMINGS, tickMs: 2, passMs: 2 },
    });
    await w.coordinator.submit(registration);
    assert.equal(await pulseIn(w), 'alive');
    w.life = 'dead';
    for (let ticks = 0; ticks < 100 && (await pulseIn(w)) !== 'dead'; ticks++)
      await new Promise((resolve) => setTimeout(resolve, 2));
    assert.equal(await pulseIn(w), 'dead');
    await w.coordinator.stop();
  });

  it('is looked at after a restart before anybody is served', async () => {
    const disk = createMemoryDisk();
    const before = await world(disk);
    await before.coordinator.submit(registration);
    const after = await world(disk);
    assert.equal(await pulseIn(after), 'alive');
    await after.coordinator.stop();
  });

  it('is ended by no silence after a restart that could not look', async () => {
    const disk = createMemoryDisk();
    const before = await world(disk);
    await before.coordinator.submit(registration);
    const startup = { ...DEFAULT_STARTUP, isLooking: false };
    const after = await world(disk, undefined, [], {
      startup,
      scheduler: { ...createScheduler(), after: () => () => {} },
    });
    const entry = await after.coordinator.query(({ state }) => state.instance('one'));
    assert.ok(entry !== undefined);
    assert.equal(entry.pulse.process, 'unknown');
    assert.equal(isStale(entry, 86_400_000, 0), false);
    await after.coordinator.stop();
  });
});
