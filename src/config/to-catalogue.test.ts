// Owns the tests of the catalogue that a configuration becomes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from './parse-config.ts';
import { toCatalogue } from './to-catalogue.ts';

const read = (text: string) =>
  toCatalogue(parseConfig(text, { ephemeral: { start: 32_768, end: 60_999 }, ownPort: 9876 }).config, {
    ownPorts: [9876, 40_001],
    ephemeralStart: 32_768,
  });

test('the shipped catalogue has the terms of the contract', () => {
  const catalogue = read('{}');
  assert.equal(catalogue.serviceTypes.size, 17);
  assert.equal(catalogue.serviceTypes.get('ai')?.instanceBehavior, 'single');
  assert.deepEqual(catalogue.serviceTypes.get('dev')?.range, { start: 3000, end: 3099 });
  assert.deepEqual([...catalogue.templates], Object.entries({ main: 0, dev: 1, staging: 2, features: 3 }));
  assert.equal(catalogue.defaultTtlMs, 3_600_000);
  assert.equal(catalogue.maxTtlMs, 2_592_000_000);
  assert.equal(catalogue.instanceTtlMs, 300_000);
  assert.equal(catalogue.keyRetentionMs, 90 * 86_400_000);
  assert.equal(catalogue.requestRetentionMs, 86_400_000);
  assert.deepEqual([catalogue.quarantineMs, catalogue.quarantineMaxMs], [120_000, 600_000]);
  assert.equal(catalogue.conflictRestMs, 5000);
  assert.deepEqual([catalogue.missIntervalMs, catalogue.maxMisses], [30_000, 3]);
  assert.deepEqual([...catalogue.ownPorts], [9876, 40_001]);
  for (const port of [4045, 4190, 5060, 5061, 6000, 6667]) assert.ok(catalogue.browserBlocked.has(port));
  assert.equal(catalogue.autoAllocation?.ruleOf('grpc').size, 10);
});

test('configured types, terms and ports to avoid are in it', () => {
  const catalogue = read(`{
    "service_types": {"grpc": {"range": [12000, 12049], "preferred_ports": [12001], "avoid": [12002]}},
    "services": {"@acme/search": {"instance_behavior": "single"}, "__proto__": {"instance_behavior": "multi"}, "plain": {}},
    "terms": {"lease_ttl_seconds": 5}, "quarantine": {"conflict_seconds": 1}, "recovery": {"health_monitoring": {"check_interval_ms": 2000, "max_failures": 1}}
  }`);
  assert.deepEqual(catalogue.serviceTypes.get('grpc'), {
    name: 'grpc',
    range: { start: 12_000, end: 12_049 },
    preferredPorts: [12_001],
    instanceBehavior: 'multi',
    description: '',
  });
  assert.deepEqual(
    [...catalogue.behaviorOfName],
    [
      ['@acme/search', 'single'],
      ['__proto__', 'multi'],
    ],
  );
  assert.ok(catalogue.avoided.has(12_002));
  assert.equal(catalogue.conflictRestMs, 1000);
  assert.deepEqual([catalogue.defaultTtlMs, catalogue.missIntervalMs, catalogue.maxMisses], [5000, 2000, 1]);
});

test('quotas and what is switched off reach the catalogue', () => {
  const shipped = read('{}');
  assert.deepEqual([shipped.isProbing, shipped.isWatching, shipped.maxMisses], [true, true, 3]);
  assert.deepEqual([shipped.maxLeasesPerProject, shipped.maxLeasesPerInstance], [20_000, 20_000]);
  const catalogue = read(`{
    "quotas": {"max_leases_per_project": 30, "max_leases_per_instance": 20},
    "recovery": {
      "port_conflict": {"check_availability": false},
      "health_monitoring": {"enabled": false, "cleanup_stale_allocations": false}
    }
  }`);
  assert.deepEqual([catalogue.maxLeasesPerProject, catalogue.maxLeasesPerInstance], [30, 20]);
  assert.deepEqual(
    [catalogue.isProbing, catalogue.isWatching, catalogue.maxMisses],
    [false, false, Number.POSITIVE_INFINITY],
  );
  assert.equal(read('{"recovery": {"port_conflict": {"enabled": false}}}').isProbing, false);
});
