// Owns the sums over stored rows: SQLite notices damage to the structure of its pages, not to what the rows in them say.

import type { SQLInputValue } from 'node:sqlite';

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

/** Of FNV-1a, which needs no text of the whole row: each grant writes three rows. */
const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;
/** What kind of value follows, so that a number is not taken for its text. */
const NULL = 1;
const INTEGER = 2;
const TEXT = 3;

type Value = string | number | null;

/**
 * @param values of the columns in `SUMMED`, in that order
 * @param columns how many there are, where the last ones are left out, which makes them null
 * @returns the same array, with the sum behind the values
 */
export function withSum(values: Value[], columns = values.length): SQLInputValue[] {
  values.push(sumOf(values, columns));
  return values;
}

/**
 * A sum that no change of one character or number leaves as it is, since each step of it can be undone, and hardly
 * anything else.
 */
export function sumOf(values: readonly unknown[], columns = values.length): number {
  let sum = OFFSET;
  for (let index = 0; index < columns; index++) {
    const value = values[index] ?? null;
    if (value === null) sum = mix(sum, NULL);
    else if (typeof value === 'number' && Number.isSafeInteger(value)) {
      sum = mix(mix(mix(sum, INTEGER), value), Math.floor(value / 2 ** 32));
    } else {
      const text = String(value);
      sum = mix(mix(sum, TEXT), text.length);
      for (let at = 0; at < text.length; at++) sum = mix(sum, text.charCodeAt(at));
    }
  }
  return sum >>> 0;
}

function mix(sum: number, value: number): number {
  return Math.imul(sum ^ value, PRIME);
}

/** Of a counter that is written twice: the name of its second row. */
export function twinOf(name: string): string {
  return `${name}_twin`;
}
