// Owns the audit's table in SQLite: the statements that read, count and trim it, and what a row of it is.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { AuditEntry, AuditSubject } from '../../core/audit.ts';
import { AUDIT_EVENTS, type AuditEvent } from '../../core/audit-events.ts';
import { LEASE_ENDS } from '../../core/rebuild.ts';
import type { AuditCount, AuditCut, AuditFilter, AuditPart, AuditWindow } from '../audit-store.ts';
import {
  amount,
  checkSum,
  integer,
  name,
  nullable,
  positive,
  protocolOf,
  type Row,
  readLeaseRow,
  UnreadableRow,
} from './rows.ts';
import { WHOLE_MACHINE } from './writer.ts';

/** Each condition takes its value twice: null asks nothing. */
const MATCHES = `seq BETWEEN ? AND ?
  AND (? IS NULL OR at >= ?) AND (? IS NULL OR at < ?) AND (? IS NULL OR event = ?)
  AND (? IS NULL OR service_type = ?) AND (? IS NULL OR ? BETWEEN port AND port + port_count - 1)`;

const SQL = {
  // Both ends are looked up. A number beyond all bounds was not counted but flipped.
  span: `SELECT (SELECT seq FROM audit WHERE seq >= 1 ORDER BY seq LIMIT 1) AS first,
    (SELECT seq FROM audit WHERE seq <= ${2 ** 52} ORDER BY seq DESC LIMIT 1) AS last`,
  nearestUp: `SELECT seq FROM audit WHERE seq BETWEEN ? AND ${2 ** 52} ORDER BY seq LIMIT 1`,
  nearestDown: 'SELECT seq FROM audit WHERE seq BETWEEN 1 AND ? ORDER BY seq DESC LIMIT 1',
  readForward: `SELECT * FROM audit WHERE ${MATCHES} ORDER BY seq LIMIT ?`,
  readBackward: `SELECT * FROM audit WHERE ${MATCHES} ORDER BY seq DESC LIMIT ?`,
  // Here and not event by event: of a million events hardly any is about a lease that lives.
  standing: `SELECT * FROM audit WHERE fence IS NOT NULL AND seq BETWEEN 1 AND ${2 ** 52}
    AND lock_id NOT IN (SELECT lock_id FROM audit WHERE lock_id IS NOT NULL
      AND event IN (${LEASE_ENDS.map((event) => `'${event}'`).join(', ')})) ORDER BY seq`,
  count: `SELECT event, service_type, at / 86400000 AS day, count(*) AS count FROM audit WHERE ${MATCHES}
    GROUP BY event, service_type, day`,
  // Numbers and moments rise together, so that what may go is a beginning of the slice.
  lastToGo: `SELECT max(seq) AS seq FROM
    (SELECT seq, moment FROM audit WHERE seq > ? AND seq < (SELECT max(seq) FROM audit) ORDER BY seq LIMIT ?)
    WHERE seq <= ? OR moment < ?`,
  // The lease table has one row for each port: its key is looked up, not searched.
  trim: `DELETE FROM audit WHERE seq > ? AND seq <= ? AND NOT (fence IS NOT NULL
    AND EXISTS (SELECT 1 FROM lease WHERE lease.address = '${WHOLE_MACHINE}' AND lease.protocol = audit.protocol
      AND lease.port = audit.port AND lease.lock_id = audit.lock_id)
    AND NOT EXISTS (SELECT 1 FROM audit AS later WHERE later.lock_id = audit.lock_id AND later.event <> 'granted'
      AND later.fence IS NOT NULL AND later.seq > audit.seq))`,
} as const;

export interface AuditTable {
  span(): AuditWindow | null;
  nearest(seq: number, isForward: boolean): number | null;
  read(window: AuditWindow, filter: AuditFilter, limit: number, isForward: boolean): AuditPart;
  standing(): AuditPart;
  count(window: AuditWindow, filter: AuditFilter): AuditCount[];
  /** The end of what may go among the next `limit` events; null where nothing may. */
  lastToGo(after: number, cut: AuditCut, limit: number): number | null;
  /** Drops the events in between, but for what live leases stand on; within the caller's transaction. */
  trim(after: number, upTo: number): void;
}

/** Prepares the statements, each when it is first needed: a daemon may never be asked for its audit. */
export function createAuditTable(db: DatabaseSync): AuditTable {
  const prepared = new Map<keyof typeof SQL, StatementSync>();
  const statement = (name: keyof typeof SQL): StatementSync => {
    let found = prepared.get(name);
    if (found === undefined) {
      found = db.prepare(SQL[name]);
      prepared.set(name, found);
    }
    return found;
  };
  return {
    span() {
      const { first, last } = statement('span').get() ?? {};
      return typeof first === 'number' && typeof last === 'number' ? { first, last } : null;
    },
    nearest(seq, isForward) {
      const found = statement(isForward ? 'nearestUp' : 'nearestDown').get(seq)?.seq;
      return typeof found === 'number' ? found : null;
    },
    read(window, filter, limit, isForward) {
      const rows = statement(isForward ? 'readForward' : 'readBackward');
      const { entries, unreadable } = partOf(rows, ...valuesOf(window, filter), limit);
      return { entries: isForward ? entries : entries.reverse(), unreadable };
    },
    standing: () => partOf(statement('standing')),
    count(window, filter) {
      const rows = statement('count').all(...valuesOf(window, filter));
      return rows.map(({ event, service_type: type, day, count }) => ({
        event: String(event),
        serviceType: typeof type === 'string' ? type : null,
        day: Number(day),
        count: Number(count),
      }));
    },
    lastToGo(after, { upTo, before }, limit) {
      const seq = statement('lastToGo').get(after, limit, upTo, before)?.seq;
      return typeof seq === 'number' ? seq : null;
    },
    trim(after, upTo) {
      statement('trim').run(after, upTo);
    },
  };
}

function partOf(rows: StatementSync, ...values: (number | string | null)[]) {
  // Integers beyond 2^53 would throw before the row could be judged.
  rows.setReadBigInts(true);
  const entries: AuditEntry[] = [];
  let unreadable = 0;
  for (const row of rows.iterate(...values)) {
    try {
      entries.push(readEntry(row));
    } catch (error) {
      if (!(error instanceof UnreadableRow)) throw error;
      unreadable += 1;
    }
  }
  return { entries, unreadable };
}

function valuesOf({ first, last }: AuditWindow, filter: AuditFilter): (number | string | null)[] {
  const { since, until, event, serviceType, port } = filter;
  return [first, last, since, since, until, until, event, event, serviceType, serviceType, port, port];
}

/** @throws UnreadableRow */
function readEntry(row: Row): AuditEntry {
  checkSum('audit', row);
  const port = nullable(row, 'port', integer);
  const isLease = row.fence !== null;
  const lease = isLease
    ? readLeaseRow({ ...row, address: WHOLE_MACHINE, first_port: row.port ?? null })
    : null;
  const subject: AuditSubject = lease ?? {
    lockId: nullable(row, 'lock_id', name),
    protocol: row.protocol === null ? null : protocolOf(row),
    port,
    count: nullable(row, 'port_count', positive),
    serviceType: nullable(row, 'service_type', name),
    serviceName: nullable(row, 'service_name', name),
    instanceId: nullable(row, 'instance_id', name),
    projectPath: nullable(row, 'project_path', name),
  };
  return {
    seq: positive(row, 'seq'),
    at: amount(row, 'at'),
    moment: amount(row, 'moment'),
    event: eventOf(row),
    actor: {
      instanceId: nullable(row, 'actor_instance', name),
      pid: nullable(row, 'actor_pid', positive),
      command: nullable(row, 'actor_command', name),
    },
    reason: nullable(row, 'reason', name),
    subject,
    lease,
  };
}

function eventOf(row: Row): AuditEvent {
  const event = name(row, 'event');
  // One of a newer program would have come with a newer schema, which is refused.
  if (!Object.hasOwn(AUDIT_EVENTS, event)) throw new UnreadableRow(`event is ${event}`);
  return event as AuditEvent;
}
