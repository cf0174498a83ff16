// Owns the reading of a JSON body: what is malformed, nested too deeply or meant to reach a prototype stops here.

import { MAX_NESTING } from '../api/names.ts';
import { printable } from '../api/validate.ts';
import { StyxyError } from '../errors.ts';

/** Keys that programs trip over which copy objects field by field. */
const POISON: ReadonlySet<string> = new Set(['__proto__', 'constructor']);

/**
 * Parses a body.
 *
 * @returns undefined for an empty one
 * @throws StyxyError INVALID_REQUEST
 */
export function parseBody(text: string): unknown {
  if (text.length === 0) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new StyxyError('INVALID_REQUEST', `The body is not JSON: ${reason(cause)}`, { cause });
  }
  inspect(value, 1);
  return value;
}

function inspect(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_NESTING) {
    throw new StyxyError('INVALID_REQUEST', `The body is nested more than ${MAX_NESTING} levels deep`);
  }
  if (Array.isArray(value)) {
    for (const item of value) inspect(item, depth + 1);
    return;
  }
  for (const key of Object.keys(value)) {
    if (POISON.has(key)) throw new StyxyError('INVALID_REQUEST', `The body may not have a key "${key}"`);
    inspect((value as Readonly<Record<string, unknown>>)[key], depth + 1);
  }
}

/** What the parser says, without the piece of the body that it quotes. */
function reason(error: unknown): string {
  return printable((error as Error).message.replace(/, (?:\.\.\.)?"[\s\S]*$/, ''));
}
