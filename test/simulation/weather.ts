// Owns the weather of a simulated world: which faults are on at this moment, and the catalogue that it begins with.

import type { AutoAllocation, Catalogue, ServiceType } from '../../src/core/catalogue.ts';
import { PortSet } from '../../src/core/port-set.ts';

export interface Weather {
  /** What every commit fails with at this moment. */
  storeFault: 'STORE_FULL' | 'STORE_UNAVAILABLE' | null;
  /** The longest that a commit takes, in ms; 0: commits are synchronous. */
  storeDelayMs: number;
  /** The longest that a probe takes, in ms; 0: probes are synchronous. */
  probeDelayMs: number;
  /** How the table of listeners answers. `partial` names no owners. */
  table: 'good' | 'denied' | 'partial';
  tableDelayMs: number;
  /** Whether the table is read when it is asked for, and arrives late: what it says may be over by then. */
  isTableStale: boolean;
  /** Whether processes can be identified at all. */
  canIdentify: boolean;
  /** By how much the wall clock is wrong, in ms. */
  wallOffsetMs: number;
  /** After how many calls to the outside the daemon dies; null: not at all. */
  crashInSteps: number | null;
}

export function fairWeather(): Weather {
  return {
    storeFault: null,
    storeDelayMs: 0,
    probeDelayMs: 0,
    table: 'good',
    tableDelayMs: 5,
    isTableStale: false,
    canIdentify: true,
    wallOffsetMs: 0,
    crashInSteps: null,
  };
}

/** Small ranges, so that they are full now and then, with a blocked port and the daemon's own one inside. */
export const TYPES: readonly [ServiceType, ...ServiceType[]] = [
  serviceType('dev', 3000, 3011, [3000, 3001, 3002], 'multi'),
  serviceType('api', 4000, 4005, [4001], 'multi'),
  serviceType('db', 5000, 5003, [5000], 'single'),
];

const BLOCKED_PORTS: readonly number[] = [3005, 7021];
export const OWN_PORT = 3007;

/** Types that nobody configured. */
export const UNKNOWN_TYPES: readonly [string, ...string[]] = ['job-a', 'job-b', 'queue', 'cron', 'mail'];

/** Room for some six ranges, of which strangers and rules take their part. */
export const AUTOMATIC: AutoAllocation = {
  policy: { bounds: { start: 7000, end: 7039 }, gap: 2, avoided: new Set([7013]) },
  ruleOf: (name) => ({
    size: name.startsWith('job-') ? 3 : 4,
    placement: name === 'cron' ? 'before' : name.startsWith('job-') ? 'smart' : 'after',
    preferredStart: name === 'mail' ? 6950 : null,
  }),
};

export const CATALOGUE: Catalogue = {
  serviceTypes: new Map(TYPES.map((type) => [type.name, type])),
  behaviorOfName: new Map(),
  templates: new Map([
    ['main', 0],
    ['dev', 1],
    ['staging', 2],
    ['features', 3],
  ]),
  browserBlocked: PortSet.of(BLOCKED_PORTS),
  avoided: new PortSet(),
  ownPorts: PortSet.of([OWN_PORT]),
  maxLeasesPerProject: 1000,
  maxLeasesPerInstance: 1000,
  autoAllocation: AUTOMATIC,
  defaultTtlMs: 60_000,
  maxTtlMs: 30 * 86_400_000,
  instanceTtlMs: 20_000,
  keyRetentionMs: 90 * 86_400_000,
  requestRetentionMs: 86_400_000,
  // So few that it is trimmed all the time.
  auditMaxEvents: 100,
  auditRetentionMs: 240_000,
  quarantineMs: 120_000,
  quarantineMaxMs: 600_000,
  conflictRestMs: 10_000,
  isProbing: true,
  isWatching: true,
  missIntervalMs: 10_000,
  maxMisses: 3,
};

function serviceType(
  name: string,
  start: number,
  end: number,
  preferredPorts: readonly number[],
  instanceBehavior: 'multi' | 'single',
): ServiceType {
  return { name, range: { start, end }, preferredPorts, instanceBehavior, description: '' };
}
