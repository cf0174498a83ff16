import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Lease, NEW_VITALS } from '../core/lease.ts';
import type { LeaseSnapshot } from '../core/reply.ts';
import { leaseJson } from './lease-json.ts';
import { LeaseJson } from './schemas.ts';

const AT = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

function snapshotOf(changes: Partial<Lease> = {}, remainingMs: number | null = 60_000): LeaseSnapshot {
  const lease: Lease = {
    lockId: 'k',
    protocol: 'tcp',
    port: 3000,
    count: 1,
    serviceType: 'dev',
    serviceName: null,
    instanceId: null,
    projectPath: null,
    pid: null,
    process: null,
    singleton: false,
    fence: 7,
    ttlMs: 60_000,
    allocatedAt: AT,
    ...changes,
  };
  return { lease, vitals: NEW_VITALS, remainingMs, at: AT };
}

describe('a lease as JSON', () => {
  it('has every documented field, in that order', () => {
    assert.deepEqual(Object.keys(leaseJson(snapshotOf())), Object.keys(LeaseJson.properties));
  });
  it('writes times in UTC, and null for a term that renews itself', () => {
    const json = leaseJson(snapshotOf());
    assert.equal(json.allocated_at, '2026-01-02T03:04:05.678Z');
    assert.equal(json.expires_at, '2026-01-02T03:05:05.678Z');
    assert.equal(leaseJson(snapshotOf({}, null)).expires_at, null);
  });
  it('lists every port of a block', () => {
    assert.deepEqual(leaseJson(snapshotOf({ count: 3 })).ports, [3000, 3001, 3002]);
  });
  for (const [changes, url] of [
    [{}, 'http://localhost:3000'],
    [{ serviceType: 'grpc' }, 'http://localhost:3000'],
    [{ protocol: 'udp' }, null],
    [{ serviceType: 'database' }, null],
    [{ serviceType: 'infrastructure' }, null],
    [{ serviceType: 'messaging' }, null],
  ] as const) {
    it(`${JSON.stringify(changes)} is found at ${url}`, () =>
      assert.equal(leaseJson(snapshotOf(changes)).url, url));
  }
  it('is found at the name that its project gives it', () => {
    const named = { ...snapshotOf(), host: 'web.fix-ui.localhost' };
    assert.equal(leaseJson(named).url, 'http://web.fix-ui.localhost:3000');
  });
  it('shows one end to whoever looks twice, and a new one after a renewal', () => {
    const first = snapshotOf();
    const expires = leaseJson(first).expires_at;
    assert.equal(leaseJson({ ...first, remainingMs: 59_000, at: AT + 1_000 }).expires_at, expires);
    assert.equal(leaseJson({ ...first, at: AT + 30_000 }).expires_at, '2026-01-02T03:05:35.678Z');
  });
});
