// Owns what goes on of the last good configuration while the file is broken: all of it that still fits the machine and the daemon.

import type { ConfigError } from './config.ts';
import type { ConfigContext } from './config-rules.ts';
import { type ParsedConfig, parseConfig } from './parse-config.ts';

export interface LastGood {
  /** The shipped configuration where nothing of it can be kept. */
  readonly parsed: ParsedConfig;
  /** Why it does not hold, or not as a whole; null where it does, and where there is none. */
  readonly problem: string | null;
}

type Values = Record<string, unknown>;

/** In a file without a word of sense every value could be a mistake; nobody reads more. */
const MAX_TOLD = 5;

/**
 * Reads the last good configuration anew. It was right when it was remembered; the daemon may have another port since, and
 * the system another range of its own. What does not fit any more is left out, value by value.
 *
 * @param text the values that are not as shipped, as JSON; null for none
 */
export function readLastGood(text: string | null, context: ConfigContext): LastGood {
  const shipped = parseConfig('{}', context);
  if (text === null) return { parsed: shipped, problem: null };
  let parsed = parseConfig(text, context);
  if (parsed.errors.length === 0) return { parsed, problem: null };
  const [first] = parsed.errors;
  const values = valuesOf(text);
  const left: ConfigError[] = [];
  // Each turn leaves something out; what leaned on it, such as a type without its range, goes in the next one.
  while (values !== null && parsed.errors.length > 0) {
    const gone = parsed.errors.filter(({ path }) => leaveOut(values, path));
    if (gone.length === 0) break;
    left.push(...gone);
    parsed = parseConfig(JSON.stringify(values), context);
  }
  if (parsed.errors.length > 0) {
    return {
      parsed: shipped,
      problem: `the last good configuration cannot be used, so that the shipped one holds: ${first?.message ?? ''}`,
    };
  }
  const told = left.slice(0, MAX_TOLD).map(({ path, message }) => `${path}: ${message}`);
  if (left.length > MAX_TOLD) told.push(`and ${left.length - MAX_TOLD} more`);
  return {
    parsed,
    problem: `of the last good configuration was left out what no longer fits: ${told.join('; ')}`,
  };
}

function valuesOf(text: string): Values | null {
  try {
    const value: unknown = JSON.parse(text);
    return isValues(value) ? value : null;
  } catch {
    return null;
  }
}

/** Removes the value that a mistake is of, such as `service_types.web.range`. @returns whether there was one */
function leaveOut(values: Values, path: string): boolean {
  const keys = path.replace(/\[\d+\]$/, '').split('.');
  const last = keys.pop() ?? '';
  let at: unknown = values;
  for (const key of keys) at = isValues(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  if (!isValues(at) || !Object.hasOwn(at, last)) return false;
  delete at[last];
  return true;
}

function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
