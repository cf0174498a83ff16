// Owns the properties of the core: it does what the naive model does, survives the store, and fills a range exactly.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AllocateRequest } from '../../src/core/command.ts';
import { restore } from '../../src/core/restore.ts';
import type { StateView } from '../../src/core/state.ts';
import { assertNumbered, fold } from './audit-fold.ts';
import { CoreHarness } from './core-harness.ts';
import { LEASE_STEPS } from './lease-commands.ts';
import { Model } from './model.ts';
import { BLOCKED_PORT, CATALOGUE, OWN_PORT, PORTS } from './small-catalogue.ts';
import { UPKEEP_STEPS } from './upkeep-commands.ts';

/** The gate looks at the same commands each time; another seed looks at others: `PROPERTY_SEED=7 node --test …`. */
const SEED = Number(process.env.PROPERTY_SEED ?? 1);

const steps = fc.commands([...LEASE_STEPS, ...UPKEEP_STEPS], { maxCommands: 60, size: 'max' });

test('the core does what the contract says, as a naive model reads it', () => {
  fc.assert(
    fc.property(steps, (steps) => {
      fc.modelRun(() => ({ model: new Model(CATALOGUE), real: new CoreHarness(CATALOGUE, PORTS) }), steps);
    }),
    { numRuns: 200, seed: SEED },
  );
});

test('loading what was saved gives the same state', () => {
  fc.assert(
    fc.property(steps, (steps) => {
      const real = new CoreHarness(CATALOGUE, PORTS);
      fc.modelRun(() => ({ model: new Model(CATALOGUE), real }), steps);
      const loaded = restore(saved(real.state), real.now);
      assert.equal(loaded.lastFence, real.state.lastFence);
      assert.deepEqual(durable(loaded), durable(real.state));
      for (const protocol of ['tcp', 'udp'] as const) {
        assert.deepEqual([...loaded.taken(protocol)], [...real.state.taken(protocol)]);
      }
      assert.deepEqual(
        [...restore(saved(loaded), real.now).leases()],
        [...loaded.leases()],
        'loading twice is loading once',
      );
    }),
    { numRuns: 50, seed: SEED },
  );
});

test('the audit tells every change, and folding it gives the live leases', () => {
  fc.assert(
    fc.property(steps, (steps) => {
      const real = new CoreHarness(CATALOGUE, PORTS);
      fc.modelRun(() => ({ model: new Model(CATALOGUE), real }), steps);
      const live = [...real.state.leases()].map(({ lease }) => lease);
      assert.deepEqual(
        [...fold(asJson(real.audit)).values()].sort((a, b) => a.fence - b.fence),
        live,
      );
      assertNumbered(real.audit, 1);
    }),
    { numRuns: 100, seed: SEED },
  );
});

test('a range is granted to its last port, and then refused with the holders', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 3000, max: 3006 })), (strangers) => {
      const real = new CoreHarness({ ...CATALOGUE, maxLeasesPerProject: 100 }, PORTS);
      for (const port of strangers) real.strangers.add(`tcp:${port}`);
      const granted = new Set<number>();
      for (;;) {
        const outcome = real.run<'allocate'>({
          kind: 'allocate',
          request: request(granted.size),
          requestId: null,
        });
        if ('refusal' in outcome) {
          assert.equal(outcome.refusal.code, 'RANGE_EXHAUSTED');
          assert.equal(outcome.refusal.fields.holders_total, 7);
          break;
        }
        granted.add(outcome.reply.snapshot.lease.port);
      }
      const free = [3000, 3001, 3002, 3003, 3004, 3005, 3006].filter(
        (port) => port !== BLOCKED_PORT && port !== OWN_PORT && !strangers.includes(port),
      );
      assert.deepEqual([...granted].sort(), free);
    }),
  );
});

function request(n: number): AllocateRequest {
  return {
    serviceType: 'dev',
    serviceName: `web-${n}`,
    preferredPort: null,
    exact: false,
    protocol: 'tcp',
    count: 1,
    instanceId: null,
    projectPath: '/a',
    pid: null,
    process: null,
    ttlMs: null,
    fresh: false,
    linkedWorktree: false,
  };
}

/** What a store keeps of a state, written and read as JSON. */
function saved(state: StateView) {
  return {
    leases: asJson([...state.leases()].map(({ lease }) => lease)).reverse(),
    keys: new Map(asJson([...state.keys()])),
    quarantines: new Map(asJson([...state.quarantines()])),
    instances: asJson([...state.instances()].map(({ instance }) => instance)),
    requests: new Map(asJson([...state.requests()])),
    ranges: asJson([...state.ranges()]),
    fenceCeiling: state.lastFence,
    lastAudit: state.lastAudit,
  };
}

/** Everything of a state that is stored, in an order of its own. */
function durable(state: StateView) {
  const { leases, keys, quarantines, instances, requests, ranges } = saved(state);
  return {
    leases,
    keys: [...keys].sort(),
    quarantines: [...quarantines].sort(),
    instances: instances.sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1)),
    requests: [...requests].sort(),
    ranges: ranges.sort((a, b) => a.start - b.start),
  };
}

function asJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
