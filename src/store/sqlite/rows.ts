// Owns the reading of stored rows: what a well-formed row is, and why another one is not.

import type { SQLOutputValue } from 'node:sqlite';
import {
  type AutomaticRange,
  type KeyMemory,
  portId,
  type Quarantine,
  type RememberedAnswer,
  type RequestMemory,
} from '../../core/change.ts';
import type { Instance } from '../../core/instance.ts';
import type { Lease, Protocol } from '../../core/lease.ts';
import { isPort, MAX_PORT } from '../../core/port-range.ts';
import type { ProcessIdentity } from '../../core/process-identity.ts';
import { SUMMED, sumOf } from './row-sums.ts';
import { WHOLE_MACHINE } from './writer.ts';

export type Row = Readonly<Record<string, SQLOutputValue>>;

/** Why a row cannot be used. */
export class UnreadableRow extends Error {}

const MAX_BLOCK = 32;
const MAX_TEXT_CHARS = 4096;

/**
 * The lease that a row claims to belong to.
 *
 * @throws UnreadableRow
 */
export function readLeaseRow(row: Row): Lease {
  checkAddress(row);
  const firstPort = portOf(row, 'first_port');
  const count = blockSize(row, firstPort);
  const port = portOf(row, 'port');
  if (port < firstPort || port >= firstPort + count) {
    throw new UnreadableRow(`port ${port} lies outside its block of ${count} from ${firstPort}`);
  }
  return {
    lockId: name(row, 'lock_id'),
    protocol: protocolOf(row),
    port: firstPort,
    count,
    serviceType: name(row, 'service_type'),
    serviceName: nullable(row, 'service_name', name),
    instanceId: nullable(row, 'instance_id', name),
    projectPath: nullable(row, 'project_path', name),
    pid: nullable(row, 'pid', positive),
    process: nullable(row, 'process', processOf),
    singleton: flag(row, 'singleton'),
    fence: positive(row, 'fence'),
    ttlMs: amount(row, 'ttl_ms'),
    allocatedAt: amount(row, 'allocated_at'),
  };
}

/**
 * Compares a row with the sum that it was written with; a row of an older Styxy has none.
 *
 * @throws UnreadableRow
 */
export function checkSum(table: keyof typeof SUMMED, row: Row): void {
  if (row.sum === null || row.sum === undefined) return;
  const values = SUMMED[table].map((column) => {
    const value = row[column];
    return typeof value === 'bigint' ? Number(value) : value;
  });
  if (Number(row.sum) !== sumOf(values))
    throw new UnreadableRow('it is not what was written: its sum is another one');
}

/** @throws UnreadableRow */
export function readKey(row: Row): [string, KeyMemory] {
  const port = portOf(row, 'port');
  const memory: KeyMemory = {
    protocol: protocolOf(row),
    port,
    count: blockSize(row, port),
    projectPath: nullable(row, 'project_path', name),
    usedAt: amount(row, 'used_at'),
  };
  return [text(row, 'key'), memory];
}

/** @throws UnreadableRow */
export function readQuarantine(row: Row): [string, Quarantine] {
  checkAddress(row);
  const quarantine: Quarantine = {
    until: amount(row, 'until_ms'),
    restMs: amount(row, 'rest_ms'),
    key: nullable(row, 'key', text),
  };
  return [portId(protocolOf(row), portOf(row, 'port')), quarantine];
}

/** @throws UnreadableRow */
export function readInstance(row: Row): [string, Instance] {
  const instance: Instance = {
    instanceId: name(row, 'instance_id'),
    workingDirectory: nullable(row, 'working_directory', name),
    template: nullable(row, 'template', name),
    pid: nullable(row, 'pid', positive),
    process: nullable(row, 'process', processOf),
    ttlMs: amount(row, 'ttl_ms'),
    metadata: jsonObject(row, 'metadata'),
    registeredAt: amount(row, 'registered_at'),
  };
  return [instance.instanceId, instance];
}

/** @throws UnreadableRow */
export function readRequest(row: Row): [string, RequestMemory] {
  const answer = jsonObject(row, 'answer');
  if (answer.kind !== 'reply' && answer.kind !== 'refusal') {
    throw new UnreadableRow('answer is neither a reply nor a refusal');
  }
  if (answer.kind === 'refusal' && !isObject(answer.refusal))
    throw new UnreadableRow('answer has no refusal');
  const memory: RequestMemory = {
    fingerprint: text(row, 'fingerprint'),
    answeredAt: amount(row, 'answered_at'),
    // The reply is opaque to the store; whoever asks under this id again reads it.
    answer: answer as unknown as RememberedAnswer,
  };
  return [text(row, 'request_id'), memory];
}

/** @throws UnreadableRow */
export function readRange(row: Row): [string, AutomaticRange] {
  const start = portOf(row, 'first_port');
  const end = portOf(row, 'last_port');
  if (end < start) throw new UnreadableRow(`the range ends at ${end}, before it begins at ${start}`);
  const range: AutomaticRange = {
    name: name(row, 'service_type'),
    start,
    end,
    madeAt: amount(row, 'made_at'),
  };
  return [range.name, range];
}

/** @throws UnreadableRow */
export function readMeta(row: Row): [string, number] {
  return [text(row, 'name'), amount(row, 'value')];
}

/** The value of a note; null for one that cannot be read, which is as good as none. */
export function soundNote(row: Row): string | null {
  try {
    checkSum('note', row);
    return readNote(row)[1];
  } catch (error) {
    if (!(error instanceof UnreadableRow)) throw error;
    return null;
  }
}

/** @throws UnreadableRow */
export function readNote(row: Row): [string, string] {
  if (typeof row.value !== 'string') throw new UnreadableRow(`value is ${shown(row.value)}`);
  return [text(row, 'name'), row.value];
}

function checkAddress(row: Row): void {
  if (row.address !== WHOLE_MACHINE) throw new UnreadableRow(`address is ${shown(row.address)}`);
}

export function protocolOf(row: Row): Protocol {
  if (row.protocol === 'tcp' || row.protocol === 'udp') return row.protocol;
  throw new UnreadableRow(`protocol is ${shown(row.protocol)}`);
}

function portOf(row: Row, column: string): number {
  const port = integer(row, column);
  if (!isPort(port)) throw new UnreadableRow(`${column} is ${port}, which is no port`);
  return port;
}

function blockSize(row: Row, firstPort: number): number {
  const count = integer(row, 'port_count');
  if (count < 1 || count > MAX_BLOCK || firstPort + count - 1 > MAX_PORT) {
    throw new UnreadableRow(`port_count is ${count}`);
  }
  return count;
}

export function nullable<Value>(
  row: Row,
  column: string,
  read: (row: Row, column: string) => Value,
): Value | null {
  return row[column] === null ? null : read(row, column);
}

function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string' || value === '') throw new UnreadableRow(`${column} is ${shown(value)}`);
  return value;
}

/** A name or path: non-empty, of bounded length, and without what bit rot or tampering would leave in it. */
export function name(row: Row, column: string): string {
  const value = text(row, column);
  if (value.length > MAX_TEXT_CHARS || /[\u0000-\u001f\u007f\ufffd]/.test(value)) {
    throw new UnreadableRow(`${column} is ${shown(value)}`);
  }
  return value;
}

export function integer(row: Row, column: string): number {
  const value = amount(row, column);
  if (!Number.isSafeInteger(value)) throw new UnreadableRow(`${column} is ${shown(row[column])}`);
  return value;
}

export function positive(row: Row, column: string): number {
  const value = integer(row, column);
  if (value < 1) throw new UnreadableRow(`${column} is ${value}`);
  return value;
}

/** A number that is not negative: a time, a duration, a counter. */
export function amount(row: Row, column: string): number {
  const value = row[column];
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number' || !(number >= 0 && number <= Number.MAX_SAFE_INTEGER)) {
    throw new UnreadableRow(`${column} is ${shown(value)}`);
  }
  return number;
}

function flag(row: Row, column: string): boolean {
  const value = integer(row, column);
  if (value > 1) throw new UnreadableRow(`${column} is ${value}`);
  return value === 1;
}

function processOf(row: Row, column: string): ProcessIdentity {
  const { pid, startTicks, bootId, pidNamespace } = jsonObject(row, column);
  if (
    typeof pid === 'number' &&
    Number.isSafeInteger(pid) &&
    typeof startTicks === 'string' &&
    typeof bootId === 'string' &&
    typeof pidNamespace === 'string'
  ) {
    return { pid, startTicks, bootId, pidNamespace };
  }
  throw new UnreadableRow(`${column} is ${shown(row[column])}`);
}

function jsonObject(row: Row, column: string): Record<string, unknown> {
  const value = row[column];
  try {
    const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : null;
    if (isObject(parsed)) return parsed;
  } catch {
    // Falls through to the one reason.
  }
  throw new UnreadableRow(`${column} is ${shown(value)}, which is no JSON object`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return value instanceof Uint8Array ? `a blob of ${value.length} bytes` : String(value);
}
