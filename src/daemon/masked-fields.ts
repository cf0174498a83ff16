// Owns the masking of the log's fields: what others wrote may carry their secrets, and the log is shown to strangers.

import { maskSecrets } from './mask-secrets.ts';
import { promisesSecret } from './secret-names.ts';

const MASK = '***';
/** Fields lie no deeper; what does is left out. */
const MAX_DEPTH = 6;

/** The fields with every secret in their texts masked, and whatever is called by a secret's name. */
export function maskFields(fields: object): object {
  return maskEntries(fields, MAX_DEPTH);
}

function maskEntries(fields: object, depth: number): object {
  const masked = Object.entries(fields).map(([name, value]) => [
    name,
    isShown(value) || !promisesSecret(name) ? maskValue(value, depth) : MASK,
  ]);
  return Object.fromEntries(masked);
}

function maskValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return maskSecrets(value);
  if (typeof value !== 'object' || value === null) return value;
  // Nobody's enumerable fields are what an error says.
  if (value instanceof Error) return maskSecrets(value.stack ?? String(value));
  if (depth === 0) return '…';
  if (Array.isArray(value)) return value.map((each) => maskValue(each, depth - 1));
  return maskEntries(value, depth - 1);
}

/** What cannot be a secret, whatever it is called. */
function isShown(value: unknown): boolean {
  return value === null || value === undefined || typeof value === 'boolean';
}
