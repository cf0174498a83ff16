// Owns the way from the configuration to the catalogue that decisions read.

import type { Catalogue, ServiceType } from '../core/catalogue.ts';
import { PortSet } from '../core/port-set.ts';
import { toAutoAllocation } from './auto-allocation.ts';
import type { Config } from './config.ts';
import { rangeOf } from './config-rules.ts';
import { MAX_LEASE_TTL_SECONDS } from './config-schema.ts';
import type { PlacementModule } from './placement-module.ts';
import { BROWSER_BLOCKED_PORTS } from './shipped-catalogue.ts';

const SECOND_MS = 1000;
const DAY_MS = 86_400 * SECOND_MS;
/** How long a request id is remembered (contract, "HTTP"). */
const REQUEST_RETENTION_MS = DAY_MS;

/**
 * The catalogue of a configuration.
 *
 * @param machine.ownPorts the daemon's own ports, which are never granted
 * @param machine.ephemeralStart the first port that the system hands out by itself
 * @param module the user's own strategy for the places of automatic ranges
 */
export function toCatalogue(
  config: Config,
  machine: { readonly ownPorts: Iterable<number>; readonly ephemeralStart: number },
  module: PlacementModule | null = null,
): Catalogue {
  const { terms, quarantine, quotas } = config;
  const { port_conflict: conflict, health_monitoring: monitoring } = config.recovery;
  const types = Object.entries(config.service_types).map(([name, type]): [string, ServiceType] => [
    name,
    {
      name,
      range: rangeOf(type),
      preferredPorts: type.preferred_ports,
      instanceBehavior: type.instance_behavior,
      description: type.description,
    },
  ]);
  const behaviors = Object.entries(config.services).flatMap(([name, { instance_behavior: behavior }]) =>
    behavior === undefined ? [] : [[name, behavior] as const],
  );
  const avoided = Object.values(config.service_types).flatMap(({ avoid }) => avoid);
  return {
    serviceTypes: new Map(types),
    behaviorOfName: new Map(behaviors),
    templates: new Map(Object.entries(config.instance_templates)),
    browserBlocked: PortSet.of(BROWSER_BLOCKED_PORTS),
    avoided: PortSet.of(avoided),
    ownPorts: PortSet.of(machine.ownPorts),
    maxLeasesPerProject: quotas.max_leases_per_project,
    maxLeasesPerInstance: quotas.max_leases_per_instance,
    autoAllocation: toAutoAllocation(config.auto_allocation, machine.ephemeralStart, module),
    defaultTtlMs: terms.lease_ttl_seconds * SECOND_MS,
    maxTtlMs: MAX_LEASE_TTL_SECONDS * SECOND_MS,
    instanceTtlMs: terms.instance_ttl_seconds * SECOND_MS,
    keyRetentionMs: terms.key_retention_days * DAY_MS,
    requestRetentionMs: REQUEST_RETENTION_MS,
    auditMaxEvents: config.audit.max_events,
    auditRetentionMs: config.audit.retention_days * DAY_MS,
    quarantineMs: quarantine.seconds * SECOND_MS,
    quarantineMaxMs: quarantine.max_seconds * SECOND_MS,
    conflictRestMs: quarantine.conflict_seconds * SECOND_MS,
    isProbing: conflict.enabled && conflict.check_availability,
    isWatching: monitoring.enabled,
    missIntervalMs: monitoring.check_interval_ms,
    maxMisses: monitoring.cleanup_stale_allocations ? monitoring.max_failures : Number.POSITIVE_INFINITY,
  };
}
