// Owns how a holder is named in messages: who has a port, in words that a person or an agent can act on.

import { whyForbidden } from './catalogue.ts';
import { portId, type Quarantine } from './change.ts';
import type { Observed } from './command.ts';
import type { LeaseEntry, Protocol } from './lease.ts';
import type { StateView } from './state.ts';

/** Lists of holders in a refusal stop here; a total says how many there are. */
export const MAX_HOLDERS = 20;

/** One holder in a refusal. Fields that are not known are null. */
export interface Holder {
  readonly port: number;
  readonly protocol: Protocol;
  readonly holder: string;
  readonly lock_id: string | null;
  readonly service_type: string | null;
  readonly service_name: string | null;
  readonly project_path: string | null;
  readonly instance_id: string | null;
  readonly pid: number | null;
  readonly state: string;
}

/** For example `web of /src/shop (pid 4121, lease 7f3a… since 2026-03-14 09:26 UTC, active)`. */
export function describeLease({ lease, vitals }: LeaseEntry): string {
  const what = lease.serviceName ?? lease.serviceType;
  const owner =
    lease.projectPath ?? (lease.instanceId === null ? 'nobody named' : `instance ${lease.instanceId}`);
  const pid = lease.pid === null ? '' : `pid ${lease.pid}, `;
  return `${what} of ${owner} (${pid}lease ${lease.lockId} since ${momentText(lease.allocatedAt)}, ${vitals.state})`;
}

/**
 * A moment for people, to the minute. In UTC: a refusal is remembered and read by machines, and the core knows no time zone.
 *
 * @param wall epoch ms
 */
export function momentText(wall: number): string {
  return `${new Date(wall).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/**
 * Who keeps a port from being granted.
 *
 * @param now coordinator time in ms, for how long a quarantine still is
 */
export function holderOf(
  state: StateView,
  observed: Observed,
  protocol: Protocol,
  port: number,
  now: number,
): Holder | null {
  const entry = state.leaseOn(protocol, port);
  if (entry !== undefined) {
    const { lease, vitals } = entry;
    return {
      port,
      protocol,
      holder: describeLease(entry),
      lock_id: lease.lockId,
      service_type: lease.serviceType,
      service_name: lease.serviceName,
      project_path: lease.projectPath,
      instance_id: lease.instanceId,
      pid: lease.pid,
      state: vitals.state,
    };
  }
  const busy = observed.busy.get(portId(protocol, port));
  if (observed.busy.has(portId(protocol, port))) {
    return nobodys(port, protocol, busy ?? 'a program that Styxy did not start', 'foreign');
  }
  if (observed.pending[protocol].has(port)) {
    return nobodys(port, protocol, 'another request that is being granted right now', 'pending');
  }
  if (observed.catalogue.ownPorts.has(port))
    return nobodys(port, protocol, 'nobody but Styxy itself', 'reserved');
  const forbidden = whyForbidden(observed.catalogue, protocol, port);
  if (forbidden !== null) return nobodys(port, protocol, `nobody: ${forbidden}`, 'blocked');
  const quarantine = state.quarantine(protocol, port);
  return quarantine === undefined || quarantine.until <= now
    ? null
    : nobodys(port, protocol, `nobody: it rests for ${restSeconds(quarantine, now)} s more`, 'quarantined');
}

function restSeconds(quarantine: Quarantine, now: number): number {
  return Math.ceil((quarantine.until - now) / 1000);
}

function nobodys(port: number, protocol: Protocol, holder: string, state: string): Holder {
  return {
    port,
    protocol,
    holder,
    lock_id: null,
    service_type: null,
    service_name: null,
    project_path: null,
    instance_id: null,
    pid: null,
    state,
  };
}
