// Owns what agents ask for: few types and names and wishes, so that requests meet each other.

import type { AllocateRequest } from '../../src/core/command.ts';
import type { Protocol } from '../../src/core/lease.ts';
import type { Random } from './random.ts';
import { UNKNOWN_TYPES } from './weather.ts';

/** The projects that agents work in; few, so that their keys meet. */
export const PROJECTS: readonly [string | null, ...(string | null)[]] = [
  '/src/shop',
  '/src/shop',
  '/src/blog',
  '/src/docs',
  null,
];

/** Ports of all types, blocked and owned ones, and one out of every range. */
const WISHES: readonly [number, ...number[]] = [
  3000, 3001, 3004, 3005, 3007, 4001, 4005, 5001, 6000, 7004, 7016,
];

/** A request of somebody. */
export function randomRequest(
  random: Random,
  who: Pick<AllocateRequest, 'instanceId' | 'projectPath' | 'pid' | 'process'>,
): AllocateRequest {
  const preferredPort = random.chance(0.25) ? random.pick(WISHES) : null;
  return {
    ...who,
    serviceType: random.chance(0.15)
      ? random.pick(UNKNOWN_TYPES)
      : random.pick(['dev', 'dev', 'dev', 'api', 'api', 'db']),
    serviceName: random.pick(['web', 'web', 'admin', null]),
    preferredPort,
    exact: preferredPort !== null && random.chance(0.4),
    protocol: random.pick<Protocol>(['tcp', 'tcp', 'tcp', 'udp']),
    count: random.pick([1, 1, 1, 1, 2, 3]),
    ttlMs: random.pick([null, null, 25_000, 120_000]),
    fresh: random.chance(0.1),
    linkedWorktree: random.chance(0.3),
  };
}
