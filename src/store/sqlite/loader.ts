// Owns the loading of a whole store: every row is read, and what cannot be one is named, not dropped.

import type { DatabaseSync } from 'node:sqlite';
import type { AutomaticRange, KeyMemory, Quarantine, RequestMemory } from '../../core/change.ts';
import type { Instance } from '../../core/instance.ts';
import { type Lease, singletonName } from '../../core/lease.ts';
import { createAuditTable } from './audit-table.ts';
import { unusedFence } from './fences.ts';
import type { TableName } from './migrations.ts';
import { SUMMED, twinOf } from './row-sums.ts';
import {
  checkSum,
  type Row,
  readInstance,
  readKey,
  readLeaseRow,
  readMeta,
  readNote,
  readQuarantine,
  readRange,
  readRequest,
  UnreadableRow,
} from './rows.ts';

/** A row that cannot be used, whole, so that nothing of it is lost when it is set aside. */
export interface DamagedRow {
  readonly table: TableName;
  readonly id: string;
  readonly reason: string;
  readonly row: Row;
}

export interface Loaded {
  readonly leases: readonly Lease[];
  readonly keys: ReadonlyMap<string, KeyMemory>;
  readonly quarantines: ReadonlyMap<string, Quarantine>;
  readonly instances: ReadonlyMap<string, Instance>;
  readonly requests: ReadonlyMap<string, RequestMemory>;
  readonly ranges: ReadonlyMap<string, AutomaticRange>;
  readonly fenceCeiling: number;
  readonly elapsedMs: number;
  readonly lastAudit: number;
  readonly damaged: readonly DamagedRow[];
}

/** Reads everything. Leases come in the order of their fences. */
export function loadAll(db: DatabaseSync): Loaded {
  const damaged: DamagedRow[] = [];
  const leases = assembleLeases(db, readLeaseRows(db, damaged), damaged);
  const rows = {
    leases,
    keys: readTable(db, 'lease_key', readKey, damaged),
    quarantines: readTable(db, 'quarantine', readQuarantine, damaged),
    instances: readTable(db, 'instance', readInstance, damaged),
    requests: readTable(db, 'request', readRequest, damaged),
    ranges: readTable(db, 'auto_range', readRange, damaged),
  };
  const meta = readTable(db, 'meta', readMeta, damaged);
  for (const name of ['fence_ceiling', 'elapsed_ms']) dropContradiction(meta, name, damaged);
  // A note is read when it is asked for; here it is only judged, so that no damaged one is there by then.
  readTable(db, 'note', readNote, damaged);
  const highestFence = leases.at(-1)?.fence ?? 0;
  return {
    ...rows,
    fenceCeiling: Math.max(meta.get('fence_ceiling') ?? unusedFence(), highestFence),
    elapsedMs: meta.get('elapsed_ms') ?? latestMoment(rows.quarantines, rows.requests),
    lastAudit: createAuditTable(db).span()?.last ?? 0,
    damaged,
  };
}

/** A counter that is there twice with two values is as good as lost; an older Styxy wrote it once. */
function dropContradiction(meta: Map<string, number>, name: string, damaged: DamagedRow[]): void {
  const twin = twinOf(name);
  const [value, second] = [meta.get(name), meta.get(twin)];
  if (value === undefined || second === undefined || value === second) return;
  for (const each of [name, twin]) {
    const row = { name: each, value: meta.get(each) ?? null };
    damaged.push({ table: 'meta', id: each, reason: `${name} is there as ${value} and as ${second}`, row });
    meta.delete(each);
  }
}

function isSummed(table: string): table is keyof typeof SUMMED {
  return Object.hasOwn(SUMMED, table);
}

/** Coordinator time for a store that lost it: no earlier than anything stored happened. */
function latestMoment(
  quarantines: ReadonlyMap<string, Quarantine>,
  requests: ReadonlyMap<string, RequestMemory>,
): number {
  let latest = 0;
  for (const { until, restMs } of quarantines.values()) latest = Math.max(latest, until - restMs);
  for (const { answeredAt } of requests.values()) latest = Math.max(latest, answeredAt);
  return latest;
}

function readTable<Value>(
  db: DatabaseSync,
  table: TableName,
  read: (row: Row) => [string, Value],
  damaged: DamagedRow[],
): Map<string, Value> {
  const found = new Map<string, Value>();
  for (const row of rowsOf(db, `SELECT * FROM ${table}`)) {
    try {
      const [id, value] = read(row);
      if (isSummed(table)) checkSum(table, row);
      found.set(id, value);
    } catch (error) {
      damaged.push(damagedRow(table, row, error));
    }
  }
  return found;
}

/** What the rows of one lock id say. The rows themselves are not kept: of 20,000 leases hardly one is damaged. */
interface Gathered {
  readonly lease: Lease;
  rowCount: number;
  isConsistent: boolean;
}

function readLeaseRows(db: DatabaseSync, damaged: DamagedRow[]): Map<string, Gathered> {
  const byLock = new Map<string, Gathered>();
  const brokenLocks = new Set<unknown>();
  for (const row of rowsOf(db, 'SELECT * FROM lease')) {
    try {
      const lease = readLeaseRow(row);
      checkSum('lease', row);
      const gathered = byLock.get(lease.lockId);
      if (gathered === undefined) byLock.set(lease.lockId, { lease, rowCount: 1, isConsistent: true });
      else {
        gathered.rowCount += 1;
        gathered.isConsistent &&= isSameLease(gathered.lease, lease);
      }
    } catch (error) {
      damaged.push(damagedRow('lease', row, error));
      brokenLocks.add(row.lock_id);
    }
  }
  for (const [lockId, gathered] of byLock) if (brokenLocks.has(lockId)) gathered.isConsistent = false;
  return byLock;
}

/** The leases whose rows agree with each other and with the leases granted before them; the rest is damaged. */
function assembleLeases(db: DatabaseSync, byLock: Map<string, Gathered>, damaged: DamagedRow[]): Lease[] {
  const leases: Lease[] = [];
  const singletons = new Set<string>();
  const wasDamaged = new Set(damaged.map(({ id }) => id));
  for (const gathered of [...byLock.values()].sort((a, b) => a.lease.fence - b.lease.fence)) {
    const { lease } = gathered;
    const single = lease.singleton ? singletonName(lease.serviceType, lease.serviceName) : null;
    const reason = whyUnusable(gathered, single !== null && singletons.has(single));
    if (reason === null) {
      if (single !== null) singletons.add(single);
      leases.push(lease);
      continue;
    }
    for (const row of rowsOf(db, 'SELECT * FROM lease WHERE lock_id = ?', lease.lockId)) {
      const id = idOf('lease', row);
      if (!wasDamaged.has(id)) damaged.push({ table: 'lease', id, reason, row });
    }
  }
  return leases;
}

function whyUnusable({ lease, rowCount, isConsistent }: Gathered, isSingletonHeld: boolean): string | null {
  if (!isConsistent) return `the rows of lease ${lease.lockId} contradict each other`;
  if (rowCount !== lease.count) return `${rowCount} of the ${lease.count} rows of its block are left`;
  return isSingletonHeld ? 'an older lease holds this singleton' : null;
}

function isSameLease(a: Lease, b: Lease): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function rowsOf(db: DatabaseSync, sql: string, ...values: string[]): Iterable<Row> {
  const statement = db.prepare(sql);
  // Integers beyond 2^53 would throw before the row could be judged.
  statement.setReadBigInts(true);
  return statement.iterate(...values);
}

function damagedRow(table: TableName, row: Row, error: unknown): DamagedRow {
  if (!(error instanceof UnreadableRow)) throw error;
  return { table, id: idOf(table, row), reason: error.message, row };
}

function idOf(table: TableName, row: Row): string {
  const { address, protocol, port, key, instance_id, request_id, service_type, name } = row;
  if (table === 'lease' || table === 'quarantine') {
    return `${address === '*' ? '' : `${String(address)}:`}${String(protocol)}:${String(port)}`;
  }
  return String(key ?? instance_id ?? request_id ?? service_type ?? name);
}
