// Owns the sums over stored rows: SQLite notices damage to the structure of its pages, not to what the rows in them say.

import type { SQLInputValue } from 'node:sqlite';
import { crc32 } from 'node:zlib';

/** The columns that a row's sum is over, in the order in which they are written. */
export const SUMMED = {
  lease: [
    ...['protocol', 'port', 'first_port', 'port_count', 'lock_id', 'fence', 'service_type', 'service_name'],
    ...['instance_id', 'project_path', 'pid', 'process', 'singleton', 'ttl_ms', 'allocated_at'],
  ],
  lease_key: ['key', 'protocol', 'port', 'port_count', 'project_path', 'used_at'],
  quarantine: ['protocol', 'port', 'until_ms', 'rest_ms', 'key'],
  instance: [
    ...['instance_id', 'working_directory', 'template', 'pid', 'process', 'ttl_ms'],
    ...['metadata', 'registered_at'],
  ],
  request: ['request_id', 'fingerprint', 'answered_at', 'answer'],
  note: ['name', 'value'],
  audit: [
    ...['seq', 'at', 'moment', 'event', 'actor_instance', 'actor_pid', 'actor_command', 'reason', 'lock_id'],
    ...['protocol', 'port', 'port_count', 'service_type', 'service_name', 'instance_id', 'project_path'],
    ...['pid', 'process', 'singleton', 'fence', 'ttl_ms', 'allocated_at'],
  ],
  auto_range: ['service_type', 'first_port', 'last_port', 'made_at'],
} as const satisfies Record<string, readonly string[]>;

/** @param values of the columns in `SUMMED`, in that order; they are written with their sum behind them */
export function withSum(values: readonly (string | number | null)[]): SQLInputValue[] {
  return [...values, sumOf(values)];
}

/** The same for a row whose last columns are left out, which makes them null. */
export function withSumOf(
  columns: readonly string[],
  values: readonly (string | number | null)[],
): SQLInputValue[] {
  return [...values, sumOf(columns.map((_, index) => values[index] ?? null))];
}

/** A sum that no single flipped bit, and hardly anything else, leaves as it is. */
export function sumOf(values: readonly unknown[]): number {
  return crc32(JSON.stringify(values));
}

/** Of a counter that is written twice: the name of its second row. */
export function twinOf(name: string): string {
  return `${name}_twin`;
}
