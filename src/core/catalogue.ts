// Owns the effective catalogue: service types with their ranges, templates, terms, and the ports that are never granted.

import type { Protocol } from './lease.ts';
import type { PortRange } from './port-range.ts';
import type { PortSet } from './port-set.ts';
import type { RangePolicy, RangeRule } from './range-planner.ts';

export interface ServiceType {
  readonly name: string;
  readonly range: PortRange;
  /** Tried first, in this order, shifted by the instance's template. */
  readonly preferredPorts: readonly number[];
  /** `single`: the machine runs one of each service name. */
  readonly instanceBehavior: 'multi' | 'single';
  readonly description: string;
}

/** How service types that nobody configured get ranges of their own. */
export interface AutoAllocation {
  readonly policy: RangePolicy;
  ruleOf(serviceType: string): RangeRule;
}

/** Everything of the configuration that decisions read. Durations in milliseconds. */
export interface Catalogue {
  readonly serviceTypes: ReadonlyMap<string, ServiceType>;
  /** What is said of service names, of whatever type; it counts before what their type says. */
  readonly behaviorOfName: ReadonlyMap<string, ServiceType['instanceBehavior']>;
  /** How many places each template shifts the preferred ports. */
  readonly templates: ReadonlyMap<string, number>;
  /** TCP ports that browsers refuse to open: not granted even when asked for exactly. */
  readonly browserBlocked: PortSet;
  /** TCP ports that the configuration avoids, likewise. */
  readonly avoided: PortSet;
  /** The daemon's own ports, on every protocol. */
  readonly ownPorts: PortSet;
  /** How many live leases one project, and one instance, may hold; whoever has as many is granted no further one. */
  readonly maxLeasesPerProject: number;
  readonly maxLeasesPerInstance: number;
  /** Null where an unknown service type is refused. */
  readonly autoAllocation: AutoAllocation | null;
  readonly defaultTtlMs: number;
  readonly maxTtlMs: number;
  readonly instanceTtlMs: number;
  /** How long a key's port is remembered after its last use. */
  readonly keyRetentionMs: number;
  readonly requestRetentionMs: number;
  /** How many events the audit keeps, and for how long. */
  readonly auditMaxEvents: number;
  readonly auditRetentionMs: number;
  readonly quarantineMs: number;
  readonly quarantineMaxMs: number;
  /** How long a port rests that a probe found taken by a stranger; short, since the stranger may go any moment. */
  readonly conflictRestMs: number;
  /** Whether a port is tried before it is granted. */
  readonly isProbing: boolean;
  /** Whether all leases are looked at all the time, and not only before they would end. */
  readonly isWatching: boolean;
  /** Misses of a listener are counted once in this time. */
  readonly missIntervalMs: number;
  /** How many misses in a row end a lease that was active and has no live holder; infinite where they end none. */
  readonly maxMisses: number;
}

/** The sets of ports that are never granted for `protocol`, whoever asks and however. */
export function forbiddenSets(catalogue: Catalogue, protocol: Protocol): readonly PortSet[] {
  const { browserBlocked, avoided, ownPorts } = catalogue;
  return protocol === 'tcp' ? [browserBlocked, avoided, ownPorts] : [ownPorts];
}

/** The ports that are never granted for TCP, some of them perhaps twice. */
export function* forbiddenPorts(catalogue: Catalogue): Generator<number> {
  for (const set of forbiddenSets(catalogue, 'tcp')) yield* set;
}

/** Why a port is never granted, as the end of a sentence about it; null where it may be. */
export function whyForbidden(
  { browserBlocked, avoided, ownPorts }: Pick<Catalogue, 'browserBlocked' | 'avoided' | 'ownPorts'>,
  protocol: Protocol,
  port: number,
): string | null {
  if (ownPorts.has(port)) return "it is Styxy's own";
  if (protocol !== 'tcp') return null;
  if (browserBlocked.has(port)) return 'browsers refuse to open it';
  return avoided.has(port) ? 'the configuration avoids it' : null;
}
