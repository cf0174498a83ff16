// Owns the commands of the model test that nobody asks for: observation, sweep, wake, clean-up, instances, and the world.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ListenerSight } from '../../src/core/command.ts';
import type { ProcessLife } from '../../src/core/lease.ts';
import { codeOf, pickLease, type Step, step, toggle } from './step.ts';

const observeStep = fc
  .array(
    fc.record({
      pick: fc.nat(20),
      sight: fc.option(fc.constantFrom<ListenerSight>('none', 'own', 'own', 'stranger', 'unknown'), {
        nil: undefined,
      }),
      life: fc.option(fc.constantFrom<ProcessLife>('alive', 'dead', 'unknown'), { nil: undefined }),
    }),
    { maxLength: 4 },
  )
  .map((sights) =>
    step(`observe(${JSON.stringify(sights)})`, (model, real) => {
      const listeners = new Map<string, ListenerSight>();
      const holders = new Map<string, ProcessLife>();
      for (const { pick, sight, life } of sights) {
        const lease = pickLease(model, pick);
        if (lease === undefined || listeners.has(lease.lockId) || holders.has(lease.lockId)) continue;
        if (sight !== undefined) listeners.set(lease.lockId, sight);
        // Only where a pid was named is there a process to look at.
        if (life !== undefined && lease.isIdentified) holders.set(lease.lockId, life);
        model.observe(lease, sight, lease.isIdentified ? life : undefined);
      }
      real.run<'observe'>({ kind: 'observe', listeners, holders, instances: new Map() });
    }),
  );

const sweepStep = fc.constant(
  step('sweep', (model, real) => {
    const outcome = real.run<'sweep'>({ kind: 'sweep' });
    const ended = 'reply' in outcome ? outcome.reply.ended.map(({ snapshot }) => snapshot.lease.lockId) : [];
    assert.deepEqual(ended, model.sweep());
    real.run<'forget'>({ kind: 'forget' });
    const again = real.run<'sweep'>({ kind: 'sweep' });
    assert.deepEqual('reply' in again && again.reply.ended, [], 'sweeping twice is sweeping once');
  }),
);

const wakeStep = fc.constant(
  step('wake', (model, real) => {
    real.run<'wake'>({ kind: 'wake' });
    model.floor = model.now;
  }),
);

const retireStep = fc.constantFrom('one', 'two').map((instanceId) =>
  step(`retire(${instanceId})`, (model, real) => {
    const outcome = real.run<'retire'>({ kind: 'retire', instanceId });
    const known = model.instances.some(({ id }) => id === instanceId);
    assert.equal(codeOf(outcome), known ? null : 'INSTANCE_NOT_FOUND');
    if (!known) return;
    for (const lease of model.leases.filter(({ instance }) => instance === instanceId))
      model.end(lease, false);
    model.instances = model.instances.filter(({ id }) => id !== instanceId);
  }),
);

const heartbeatStep = fc.constantFrom('one', 'two').map((instanceId) =>
  step(`heartbeat(${instanceId})`, (model, real) => {
    const outcome = real.run<'instance-heartbeat'>({ kind: 'instance-heartbeat', instanceId });
    const known = model.instances.some(({ id }) => id === instanceId);
    assert.equal(codeOf(outcome), known ? null : 'INSTANCE_NOT_FOUND');
    model.hear(instanceId);
  }),
);

const cleanupStep = fc.tuple(fc.boolean(), fc.boolean()).map(([force, dryRun]) =>
  step(`cleanup(force ${force}, dry run ${dryRun})`, (model, real) => {
    const over = model.leases.filter(
      (lease) =>
        model.isOver(lease) ||
        (!lease.isUnseen &&
          ((lease.state === 'idle' && !model.hasLiveHolder(lease)) ||
            (force && lease.holds === 0 && (lease.state === 'idle' || lease.state === 'reserved')))),
    );
    const outcome = real.run<'cleanup'>({ kind: 'cleanup', force, dryRun });
    assert.ok('reply' in outcome);
    assert.deepEqual(
      outcome.reply.cleaned.map(({ snapshot }) => snapshot.lease.lockId),
      over.map(({ lockId }) => lockId),
    );
    assert.equal(outcome.reply.kept.length, model.leases.length - over.length);
    if (!dryRun) for (const lease of over) model.end(lease, true);
  }),
);

const worldStep = fc
  .record({
    seconds: fc.constantFrom(0, 1, 6, 15, 45, 130),
    stranger: fc.option(fc.integer({ min: 3000, max: 3012 }), { freq: 2 }),
    deleted: fc.option(fc.constantFrom('/a', '/b'), { freq: 2 }),
  })
  .map(({ seconds, stranger, deleted }) =>
    step(`world(+${seconds} s, stranger ${stranger}, directory ${deleted})`, (model, real) => {
      model.now += seconds * 1000;
      real.now = model.now;
      if (stranger !== null)
        for (const set of [model.strangers, real.strangers]) toggle(set, `tcp:${stranger}`);
      if (deleted !== null) for (const set of [model.deleted, real.deleted]) toggle(set, deleted);
    }),
  );

/** The most telling ones most often. */
export const UPKEEP_STEPS: fc.Arbitrary<Step>[] = [
  observeStep,
  observeStep,
  sweepStep,
  wakeStep,
  retireStep,
  heartbeatStep,
  cleanupStep,
  worldStep,
  worldStep,
];
