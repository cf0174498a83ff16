// Owns the properties of taking leases back from the audit: no port twice, nothing that is there is touched, twice is once.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Lease, Protocol } from '../../src/core/lease.ts';
import { missingLeases } from '../../src/core/rebuild.ts';

const drawn = fc.record({
  port: fc.integer({ min: 3000, max: 3011 }),
  count: fc.constantFrom(1, 1, 1, 2, 3),
  protocol: fc.constantFrom<Protocol>('tcp', 'udp'),
  serviceName: fc.constantFrom('web', 'db'),
  singleton: fc.boolean(),
  isStored: fc.boolean(),
});

/** Leases of rising fences; they may contradict each other, as a damaged audit may. */
const leases = fc.array(drawn, { maxLength: 12 }).map((all) =>
  all.map(({ isStored, ...given }, index): { lease: Lease; isStored: boolean } => ({
    isStored,
    lease: {
      ...given,
      lockId: `lk_${index}`,
      serviceType: 'dev',
      instanceId: null,
      projectPath: '/a',
      pid: null,
      process: null,
      fence: index + 1,
      ttlMs: 1000,
      allocatedAt: 0,
    },
  })),
);

function portsOf(all: readonly Lease[]): string[] {
  return all.flatMap(({ protocol, port, count }) =>
    Array.from({ length: count }, (_, index) => `${protocol}:${port + index}`),
  );
}

function singletonsOf(all: readonly Lease[]): (string | null)[] {
  return all.filter(({ singleton }) => singleton).map(({ serviceName }) => serviceName);
}

function hasDouble(names: readonly unknown[]): boolean {
  return new Set(names).size < names.length;
}

/** Of the stored ones those that a sound store may have together. */
function sound(all: readonly Lease[]): Lease[] {
  const kept: Lease[] = [];
  for (const lease of all) {
    const more = [...kept, lease];
    if (!hasDouble(portsOf(more)) && !hasDouble(singletonsOf(more))) kept.push(lease);
  }
  return kept;
}

test('leases come back from the audit without a double, and repairing twice is repairing once', () => {
  fc.assert(
    fc.property(leases, (all) => {
      const stored = sound(all.filter(({ isStored }) => isStored).map(({ lease }) => lease));
      const told = all.map(({ lease }) => lease);
      const missing = missingLeases(stored, told);
      const whole = [...stored, ...missing];
      assert.ok(!hasDouble(portsOf(whole)), 'a port is leased twice');
      assert.ok(!hasDouble(singletonsOf(whole)), 'a singleton is leased twice');
      assert.deepEqual(missingLeases(whole, told), []);
      for (const lease of told) {
        if (whole.includes(lease)) continue;
        const others = whole.filter(({ fence }) => fence !== lease.fence);
        const isInTheWay =
          hasDouble(portsOf([...others, lease])) || hasDouble(singletonsOf([...others, lease]));
        assert.ok(isInTheWay, 'a lease stays lost for no reason');
      }
    }),
  );
});
