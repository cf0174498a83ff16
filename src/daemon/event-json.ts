// Owns the JSON of events: as the audit shows them, and as a stream tells them, with what was seen of leases besides.

import type { AuditEventJson } from '../api/schemas-audit.ts';
import type { RecordedEvent, SeenEvent } from '../api/schemas-events.ts';
import type { AuditEntry } from '../core/audit.ts';
import type { Lease, Vitals } from '../core/lease.ts';

/** An event of the audit. */
export function eventJson({ seq, at, event, actor, reason, subject, lease }: AuditEntry): AuditEventJson {
  const { port, count } = subject;
  return {
    seq,
    at: new Date(at).toISOString(),
    event,
    actor: { instance_id: actor.instanceId, pid: actor.pid, command: actor.command },
    reason,
    service_type: subject.serviceType,
    service_name: subject.serviceName,
    protocol: subject.protocol,
    port,
    last_port: port === null ? null : port + (count ?? 1) - 1,
    lock_id: subject.lockId,
    instance_id: subject.instanceId,
    project_path: subject.projectPath,
    lease:
      lease === null
        ? null
        : {
            fence: lease.fence,
            pid: lease.pid,
            ttl_seconds: lease.ttlMs / 1000,
            singleton: lease.singleton,
            allocated_at: new Date(lease.allocatedAt).toISOString(),
          },
  };
}

/** @param number in the stream, which is another one than in the audit */
export function recordedJson(number: number, entry: AuditEntry): RecordedEvent {
  return { number, ...eventJson(entry) };
}

/** @param at wall clock in epoch ms */
export function seenJson(number: number, at: number, lease: Lease, vitals: Vitals): SeenEvent {
  return {
    number,
    event: 'seen',
    at: new Date(at).toISOString(),
    state: vitals.state,
    drift: [...vitals.drift],
    served: vitals.server !== null,
    service_type: lease.serviceType,
    service_name: lease.serviceName,
    protocol: lease.protocol,
    port: lease.port,
    last_port: lease.port + lease.count - 1,
    lock_id: lease.lockId,
    instance_id: lease.instanceId,
    project_path: lease.projectPath,
  };
}
