// Owns the lease's JSON form: what of a lease the world sees, and how times are written.

import { leaseUrl } from '../core/lease-url.ts';
import { blockPorts } from '../core/port-range.ts';
import type { LeaseSnapshot } from '../core/reply.ts';
import type { LeaseJson } from './schemas.ts';

/** The contract's JSON of a lease as it was at the moment of its snapshot. */
export function leaseJson(snapshot: LeaseSnapshot): LeaseJson {
  const { lease, vitals, remainingMs, at, host = 'localhost' } = snapshot;
  return {
    lock_id: lease.lockId,
    port: lease.port,
    ports: lease.count === 1 ? [lease.port] : blockPorts(lease.port, lease.count),
    protocol: lease.protocol,
    service_type: lease.serviceType,
    service_name: lease.serviceName,
    instance_id: lease.instanceId,
    project_path: lease.projectPath,
    pid: lease.pid,
    state: vitals.state,
    orphan: vitals.orphan && vitals.state === 'active',
    // An answer that an older version remembered under a request id has none.
    drift: [...((vitals as Partial<typeof vitals>).drift ?? [])],
    fence: lease.fence,
    allocated_at: new Date(lease.allocatedAt).toISOString(),
    expires_at: remainingMs === null ? null : new Date(Math.round(at + remainingMs)).toISOString(),
    singleton: lease.singleton,
    url: leaseUrl(lease, host),
  };
}
