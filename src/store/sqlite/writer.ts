// Owns the statements that write changes to SQLite, prepared once and kept.

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { AuditEntry } from '../../core/audit.ts';
import type { DurableChange } from '../../core/change.ts';
import type { Lease } from '../../core/lease.ts';
import { StyxyError } from '../../errors.ts';
import { SUMMED, withSum } from './row-sums.ts';

/** Every lease covers the whole machine today; a fleet of machines will name addresses. */
export const WHOLE_MACHINE = '*';

const SQL = {
  insertLease: `INSERT INTO lease (address, protocol, port, first_port, port_count, lock_id, fence, service_type,
      service_name, instance_id, project_path, pid, process, singleton, ttl_ms, allocated_at, sum)
    VALUES ('*', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  deleteLease: `DELETE FROM lease WHERE address = '*' AND protocol = ? AND port = ? AND lock_id = ?`,
  putKey: `INSERT OR REPLACE INTO lease_key (key, protocol, port, port_count, project_path, used_at, sum)
    VALUES (?, ?, ?, ?, ?, ?, ?)`,
  deleteKey: 'DELETE FROM lease_key WHERE key = ?',
  putQuarantine: `INSERT OR REPLACE INTO quarantine (address, protocol, port, until_ms, rest_ms, key, sum)
    VALUES ('*', ?, ?, ?, ?, ?, ?)`,
  deleteQuarantine: `DELETE FROM quarantine WHERE address = '*' AND protocol = ? AND port = ?`,
  putInstance: `INSERT OR REPLACE INTO instance (instance_id, working_directory, template, pid, process, ttl_ms,
      metadata, registered_at, sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  deleteInstance: 'DELETE FROM instance WHERE instance_id = ?',
  putRequest: `INSERT OR REPLACE INTO request (request_id, fingerprint, answered_at, answer, sum)
    VALUES (?, ?, ?, ?, ?)`,
  deleteRequest: 'DELETE FROM request WHERE request_id = ?',
  putRange: `INSERT OR REPLACE INTO auto_range (service_type, first_port, last_port, made_at, sum)
    VALUES (?, ?, ?, ?, ?)`,
  deleteRange: 'DELETE FROM auto_range WHERE service_type = ?',
  // Events that say what a lease is, and the others, which leave its columns out.
  insertLeaseEvent: `INSERT INTO audit (seq, at, moment, event, actor_instance, actor_pid, actor_command, reason,
      lock_id, protocol, port, port_count, service_type, service_name, instance_id, project_path, pid, process,
      singleton, fence, ttl_ms, allocated_at, sum)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  insertEvent: `INSERT INTO audit (seq, at, moment, event, actor_instance, actor_pid, actor_command, reason,
      lock_id, protocol, port, port_count, service_type, service_name, instance_id, project_path, sum)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  putMeta: 'INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)',
  raiseMeta: `INSERT INTO meta (name, value) VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)`,
  putNote: 'INSERT OR REPLACE INTO note (name, value, sum) VALUES (?, ?, ?)',
  readNote: 'SELECT * FROM note WHERE name = ?',
  putDamaged: 'INSERT INTO damaged (found_at, table_name, row_id, reason, row) VALUES (?, ?, ?, ?, ?)',
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
} as const;

export type Statements = Readonly<Record<keyof typeof SQL, StatementSync>>;

/** Prepares every statement, which also proves that the schema is the one they were written for. */
export function prepareStatements(db: DatabaseSync): Statements {
  const entries = Object.entries(SQL).map(([name, sql]) => [name, db.prepare(sql)] as const);
  return Object.fromEntries(entries) as unknown as Statements;
}

/**
 * Writes one change, within the caller's transaction.
 *
 * @throws StyxyError STORE_UNAVAILABLE when the change contradicts what is stored, and SQLite's own errors
 */
export function writeChange(statements: Statements, change: DurableChange): void {
  switch (change.table) {
    case 'lease':
      if (change.before !== null) deleteLease(statements, change.before);
      if (change.after !== null) insertLease(statements, change.after);
      break;
    case 'key': {
      const memory = change.after;
      if (memory === null) statements.deleteKey.run(change.id);
      else {
        const { protocol, port, count, projectPath, usedAt } = memory;
        statements.putKey.run(...withSum([change.id, protocol, port, count, projectPath, usedAt]));
      }
      break;
    }
    case 'quarantine': {
      const [protocol = '', port] = change.id.split(':');
      const rest = change.after;
      if (rest === null) statements.deleteQuarantine.run(protocol, Number(port));
      else {
        const values = [protocol, Number(port), rest.until, rest.restMs, rest.key];
        statements.putQuarantine.run(...withSum(values));
      }
      break;
    }
    case 'instance': {
      const instance = change.after;
      if (instance === null) statements.deleteInstance.run(change.id);
      else {
        const values = [
          instance.instanceId,
          instance.workingDirectory,
          instance.template,
          instance.pid,
          instance.process === null ? null : JSON.stringify(instance.process),
          instance.ttlMs,
          JSON.stringify(instance.metadata),
          instance.registeredAt,
        ];
        statements.putInstance.run(...withSum(values));
      }
      break;
    }
    case 'request': {
      const memory = change.after;
      if (memory === null) statements.deleteRequest.run(change.id);
      else {
        const answer = JSON.stringify(memory.answer);
        statements.putRequest.run(...withSum([change.id, memory.fingerprint, memory.answeredAt, answer]));
      }
      break;
    }
    case 'range': {
      const range = change.after;
      if (range === null) statements.deleteRange.run(change.id);
      else statements.putRange.run(...withSum([range.name, range.start, range.end, range.madeAt]));
      break;
    }
    case 'audit':
      if (change.after !== null) insertEntry(statements, change.after);
      break;
    default:
      change satisfies never;
  }
}

function insertEntry(statements: Statements, entry: AuditEntry): void {
  const { seq, at, moment, event, actor, reason, subject, lease } = entry;
  const { lockId, protocol, port, count, serviceType, serviceName, instanceId, projectPath } = subject;
  const values = [
    seq,
    at,
    moment,
    event,
    actor.instanceId,
    actor.pid,
    actor.command,
    reason,
    lockId,
    protocol,
    port,
    count,
    serviceType,
    serviceName,
    instanceId,
    projectPath,
  ];
  if (lease === null) {
    statements.insertEvent.run(...withSum(values, SUMMED.audit.length));
    return;
  }
  values.push(
    lease.pid,
    lease.process === null ? null : JSON.stringify(lease.process),
    lease.singleton ? 1 : 0,
    lease.fence,
    lease.ttlMs,
    lease.allocatedAt,
  );
  statements.insertLeaseEvent.run(...withSum(values));
}

function insertLease({ insertLease: statement }: Statements, lease: Lease): void {
  const process = lease.process === null ? null : JSON.stringify(lease.process);
  for (let port = lease.port; port < lease.port + lease.count; port++) {
    const values = [
      lease.protocol,
      port,
      lease.port,
      lease.count,
      lease.lockId,
      lease.fence,
      lease.serviceType,
      lease.serviceName,
      lease.instanceId,
      lease.projectPath,
      lease.pid,
      process,
      lease.singleton ? 1 : 0,
      lease.ttlMs,
      lease.allocatedAt,
    ];
    statement.run(...withSum(values));
  }
}

function deleteLease({ deleteLease: statement }: Statements, lease: Lease): void {
  for (let port = lease.port; port < lease.port + lease.count; port++) {
    // A row that is not there means that memory and store have parted: better no answer than a wrong one.
    if (statement.run(lease.protocol, port, lease.lockId).changes !== 1) {
      throw new StyxyError(
        'STORE_UNAVAILABLE',
        `the change contradicts the store: lease ${lease.lockId} does not hold ${lease.protocol} port ${port}`,
      );
    }
  }
}
