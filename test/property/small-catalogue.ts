// Owns the catalogue of the property tests: ranges so small that they are full within a few commands.

import type { Catalogue, ServiceType } from '../../src/core/catalogue.ts';
import { PortSet } from '../../src/core/port-set.ts';

const DEV: ServiceType = {
  name: 'dev',
  range: { start: 3000, end: 3006 },
  preferredPorts: [3002, 3000],
  instanceBehavior: 'multi',
  description: '',
};
const DB: ServiceType = {
  name: 'db',
  range: { start: 3010, end: 3012 },
  preferredPorts: [3011],
  instanceBehavior: 'single',
  description: '',
};

export const BLOCKED_PORT = 3003;
export const OWN_PORT = 3004;
/** Both ranges, and a few ports outside of them. */
export const PORTS: readonly number[] = Array.from({ length: 16 }, (_, i) => 2999 + i);

export const CATALOGUE: Catalogue = {
  serviceTypes: new Map([
    ['dev', DEV],
    ['db', DB],
  ]),
  behaviorOfName: new Map(),
  templates: new Map([
    ['main', 0],
    ['features', 1],
  ]),
  browserBlocked: PortSet.of([BLOCKED_PORT]),
  avoided: new PortSet(),
  ownPorts: PortSet.of([OWN_PORT]),
  maxLeasesPerProject: 4,
  maxLeasesPerInstance: 4,
  autoAllocation: null,
  defaultTtlMs: 60_000,
  maxTtlMs: 30 * 86_400_000,
  instanceTtlMs: 40_000,
  keyRetentionMs: 90 * 86_400_000,
  requestRetentionMs: 86_400_000,
  auditMaxEvents: 50_000,
  auditRetentionMs: 90 * 86_400_000,
  quarantineMs: 30_000,
  quarantineMaxMs: 120_000,
  conflictRestMs: 10_000,
  isProbing: true,
  isWatching: true,
  missIntervalMs: 5000,
  maxMisses: 3,
};
