// Owns the commands of the model test that clients send: allocations, batches, and what a holder does with a lease.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AllocateRequest } from '../../src/core/command.ts';
import type { Protocol } from '../../src/core/lease.ts';
import type { AllocateReply } from '../../src/core/reply.ts';
import type { Outcome } from './core-harness.ts';
import type { Model, ModelLease } from './model.ts';
import { allocate, type ModelAnswer, restAfterRefusal, setHolder } from './model-allocate.ts';
import { codeOf, pickLease, type Step, step } from './step.ts';

const TTL = fc.constantFrom(null, 20_000, 90_000);
const IDENTITY = { startTicks: '1', bootId: 'b', pidNamespace: 'n' };

const request: fc.Arbitrary<AllocateRequest> = fc
  .record({
    serviceType: fc.constantFrom('dev', 'dev', 'dev', 'db', 'nope'),
    serviceName: fc.constantFrom('web', 'web', 'api', null),
    preferredPort: fc.option(fc.constantFrom(2999, 3000, 3001, 3002, 3003, 3004, 3006, 3011, 3013), {
      freq: 2,
    }),
    exact: fc.boolean(),
    protocol: fc.constantFrom<Protocol>('tcp', 'tcp', 'udp'),
    count: fc.constantFrom(1, 1, 1, 2, 3),
    instanceId: fc.constantFrom('one', 'two', null, null),
    projectPath: fc.constantFrom('/a', '/b', '/c', null),
    pid: fc.constantFrom(null, null, 7),
    ttlMs: TTL,
    fresh: fc.constantFrom(false, false, false, true),
    linkedWorktree: fc.boolean(),
    isKnown: fc.boolean(),
  })
  .map(({ isKnown, ...fields }) => ({
    ...fields,
    exact: fields.exact && fields.preferredPort !== null,
    process: fields.pid === null || !isKnown ? null : { pid: fields.pid, ...IDENTITY },
  }));

const allocateStep = fc
  .tuple(request, fc.option(fc.constantFrom('r1', 'r2', 'r3'), { freq: 3 }))
  .map(([body, requestId]) =>
    step(`allocate(${JSON.stringify(body)}, ${requestId})`, (model, real) => {
      const outcome = real.run<'allocate'>({ kind: 'allocate', request: body, requestId });
      compare(outcome, allocate(model, body, requestId), model);
    }),
  );

const batchStep = fc.array(request, { minLength: 1, maxLength: 4 }).map((bodies) =>
  step(`batch(${JSON.stringify(bodies)})`, (model, real) => {
    const allocations = bodies.map((body) => ({ kind: 'allocate' as const, request: body, requestId: null }));
    const outcome = real.run<'batch'>({ kind: 'batch', allocations });
    const undo = structuredClone({ ...model, catalogue: null });
    const answers = bodies.map((body) => allocate(model, body, null));
    const refused = answers.findIndex((answer) => 'code' in answer);
    if (refused !== -1) {
      Object.assign(model, { ...undo, catalogue: model.catalogue });
      const asked = bodies.slice(0, refused + 1);
      restAfterRefusal(
        model,
        asked.map((body, index) => ({ request: body, met: answers[index]?.met ?? [] })),
      );
    }
    if ('refusal' in outcome) {
      assert.equal(outcome.refusal.fields.index, refused);
      return;
    }
    assert.equal(refused, -1, 'a batch is granted only as a whole');
    for (const [index, reply] of outcome.reply.allocations.entries()) {
      const answer = answers[index];
      if (answer === undefined || 'code' in answer) continue;
      assert.equal(reply.snapshot.lease.port, answer.port);
      assert.equal(reply.existing, answer.existing);
      name(model, reply, answer.serial);
    }
  }),
);

const renewStep = fc.tuple(fc.nat(20), TTL, fc.constantFrom(0, 0, 1)).map(([pick, ttlMs, off]) =>
  step(`renew(${pick}, ${ttlMs}, fence+${off})`, (model, real) => {
    const lease = pickLease(model, pick);
    const fence = lease === undefined ? null : lease.fence + off;
    const lockId = lease?.lockId ?? 'nobody';
    const nobody = { pid: null, process: null, claim: false };
    const outcome = real.run<'renew'>({ kind: 'renew', lockId, ttlMs, fence, ...nobody });
    const code = lease === undefined ? 'LEASE_NOT_FOUND' : off === 0 ? null : 'STALE_FENCE';
    assert.equal(codeOf(outcome), code);
    if (code !== null || lease === undefined) return;
    lease.ttlMs = ttlMs ?? lease.ttlMs;
    lease.renewedAt = model.now;
    lease.askedAt = model.now;
    lease.missed = 0;
    lease.missedAt = model.now;
    // Whoever renews holds the lease: a process that is known to be dead is nobody's holder any more.
    if (lease.life === 'dead' || lease.orphan) setHolder(lease, { pid: null, process: null });
  }),
);

const releaseStep = fc
  .record({
    pick: fc.nat(20),
    off: fc.constantFrom(null, 0, 0, -1),
    instance: fc.constantFrom('one', 'two', null),
    project: fc.constantFrom('/a', '/b', null),
    force: fc.boolean(),
  })
  .map((r) =>
    step(`release(${JSON.stringify(r)})`, (model, real) => {
      const lease = pickLease(model, r.pick);
      const outcome = real.run<'release'>({
        kind: 'release',
        lockId: lease?.lockId ?? 'nobody',
        fence: lease === undefined || r.off === null ? null : lease.fence + r.off,
        callerInstanceId: r.instance,
        callerProjectPath: r.project,
        force: r.force,
      });
      const code = releaseCode(model, lease, r);
      assert.equal(codeOf(outcome), code);
      if (code !== null || lease === undefined) return;
      model.end(lease, false);
      model.hear(r.instance);
    }),
  );

function releaseCode(
  model: Model,
  lease: ModelLease | undefined,
  r: { off: number | null; instance: string | null; project: string | null; force: boolean },
): string | null {
  if (lease === undefined) return 'LEASE_NOT_FOUND';
  if (r.off !== null && r.off !== 0) return 'STALE_FENCE';
  const isOwn =
    (lease.instance !== null && lease.instance === r.instance) ||
    (lease.project !== null && lease.project === r.project);
  if (isOwn || r.force) return null;
  // Of a singleton everybody has the lock id: it proves nothing where somebody else is named, or where it is held.
  const isSingle = model.type(lease.type)?.instanceBehavior === 'single';
  const isNamed = r.instance !== null || r.project !== null;
  const isHeld = lease.holds > 0 || lease.life === 'alive';
  if (lease.state === 'active' || (isSingle && (isNamed || isHeld))) return 'LEASE_IN_USE';
  return lease.isUnseen && (isNamed || isSingle) ? 'PORTS_UNREADABLE' : null;
}

const holdStep = fc.tuple(fc.nat(20), fc.constantFrom<1 | -1>(1, -1)).map(([pick, delta]) =>
  step(`hold(${pick}, ${delta})`, (model, real) => {
    const lease = pickLease(model, pick);
    if (lease === undefined || (delta === -1 && lease.holds === 0)) return;
    real.run<'hold'>({ kind: 'hold', lockId: lease.lockId, delta });
    lease.holds += delta;
    lease.renewedAt = model.now;
    lease.askedAt = model.now;
    if (delta === -1) return;
    // The connection is the holder now, instead of a dead process.
    if (lease.life === 'dead') setHolder(lease, { pid: null, process: null });
    lease.orphan = false;
  }),
);

const abandonStep = fc.tuple(fc.nat(20), fc.boolean(), fc.boolean()).map(([pick, isLate, listening]) =>
  step(`abandon(${pick}, ${isLate ? 'renewed since' : 'at once'}, ${listening})`, (model, real) => {
    const lease = pickLease(model, pick);
    if (lease === undefined) return;
    const since = lease.askedAt - (isLate ? 1 : 0);
    real.run<'abandon'>({ kind: 'abandon', lockId: lease.lockId, since, listening });
    if (isLate || lease.holds > 0 || model.hasLiveHolder(lease)) return;
    lease.orphan = true;
    if (listening) lease.state = 'active';
  }),
);

/** The most telling ones most often. */
export const LEASE_STEPS: fc.Arbitrary<Step>[] = [
  allocateStep,
  allocateStep,
  allocateStep,
  batchStep,
  renewStep,
  releaseStep,
  holdStep,
  abandonStep,
];

function compare(outcome: Outcome<AllocateReply>, answer: ModelAnswer, model: Model): void {
  if ('code' in answer || 'refusal' in outcome) {
    assert.equal(codeOf(outcome), 'code' in answer ? answer.code : null);
    if ('refusal' in outcome) assertNamesHolders(outcome.refusal.code, outcome.refusal.fields);
    return;
  }
  const { met: _met, ...said } = answer;
  const { snapshot, existing, skipped } = outcome.reply;
  assert.deepEqual(
    {
      existing,
      port: snapshot.lease.port,
      serial: answer.serial,
      skipped: skipped.map(({ port }) => port).sort((a, b) => a - b),
    },
    said,
  );
  name(model, outcome.reply, answer.serial);
}

/** A refusal for want of a port says who has them (invariant 13). */
function assertNamesHolders(code: string, fields: Readonly<Record<string, unknown>>): void {
  if (code !== 'RANGE_EXHAUSTED' && code !== 'PORT_UNAVAILABLE') return;
  assert.ok(Array.isArray(fields.holders) && fields.holders.length > 0 && fields.holders.length <= 20);
  assert.ok(Number(fields.holders_total) >= fields.holders.length);
}

/** Gives the model's lease the lock id and fence that the core chose, or compares them with those it has. */
function name(model: Model, reply: AllocateReply, serial: number): void {
  const { lockId, fence } = reply.snapshot.lease;
  const lease = model.leases.find((one) => one.serial === serial);
  if (lease === undefined) return;
  if (lease.lockId === '') {
    assert.ok(fence > model.lastFence, 'a fence rises with every grant');
    Object.assign(lease, { lockId, fence });
    model.lastFence = fence;
  }
  assert.deepEqual({ lockId, fence }, { lockId: lease.lockId, fence: lease.fence });
}
