// Owns the step of a model test: it runs against the naive model and the real core, and then their leases must agree.

import assert from 'node:assert/strict';
import type fc from 'fast-check';
import type { CoreHarness, Outcome } from './core-harness.ts';
import { keyOf, type Model, type ModelLease } from './model.ts';

export type Step = fc.Command<Model, CoreHarness>;

/** One command as its text and what it does; fast-check shrinks lists of them. */
export function step(text: string, run: (model: Model, real: CoreHarness) => void): Step {
  return {
    check: () => true,
    run: (model, real) => {
      // No two commands come at the same moment, so that it is known which key used a port last.
      model.now += 1;
      real.now = model.now;
      run(model, real);
      assertSame(model, real);
    },
    toString: () => text,
  };
}

function assertSame(model: Model, real: CoreHarness): void {
  const leases = [...real.state.leases()].map(({ lease, vitals }) => ({
    lockId: lease.lockId,
    fence: lease.fence,
    port: lease.port,
    key: keyOf({
      project: lease.projectPath,
      instance: lease.instanceId,
      type: lease.serviceType,
      name: lease.serviceName,
      protocol: lease.protocol,
    }),
    ttlMs: lease.ttlMs,
    state: vitals.state,
    life: vitals.process,
    holds: vitals.holds,
    missed: vitals.missed,
  }));
  const expected = model.leases.map((lease) => ({
    lockId: lease.lockId,
    fence: lease.fence,
    port: lease.port,
    key: keyOf(lease),
    ttlMs: lease.ttlMs,
    state: lease.state,
    life: lease.life,
    holds: lease.holds,
    missed: lease.missed,
  }));
  assert.deepEqual(leases, expected);
}

export function codeOf(outcome: Outcome<unknown>): string | null {
  return 'refusal' in outcome ? outcome.refusal.code : null;
}

export function pickLease(model: Model, pick: number): ModelLease | undefined {
  return model.leases[pick % Math.max(1, model.leases.length)];
}

export function toggle(set: Set<string>, value: string): void {
  if (!set.delete(value)) set.add(value);
}
