// Owns the loading of config.json: what holds when the file is missing, right, or broken, and where each value is from.

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { overlaps } from '../core/port-range.ts';
import type { Config, ConfigError, ConfigSource } from './config.ts';
import { type ParsedConfig, parseConfig } from './parse-config.ts';
import { type ConfigContext, rangeOf } from './range-rules.ts';

/** A larger file is no configuration of ports. */
export const MAX_CONFIG_BYTES = 1024 * 1024;

export interface LoadConfigOptions extends ConfigContext {
  readonly path: string;
  /** The text of the last configuration that was right, as the store remembers it; null when there was none. */
  readonly lastGood: string | null;
}

export interface LoadedConfig {
  readonly config: Config;
  /** By the path of each value, as in `terms.lease_ttl_seconds`. */
  readonly sources: ReadonlyMap<string, ConfigSource>;
  /** The mistakes of the file; while there are any, it does not count. */
  readonly errors: readonly ConfigError[];
  /** What is right but may surprise. */
  readonly warnings: readonly string[];
  /** The file's text when it is right, to be remembered as the last good one; null when it is missing or broken. */
  readonly goodText: string | null;
}

/**
 * Loads the effective configuration. The file is only read, and nothing is thrown: a daemon must start whatever
 * somebody left there.
 */
export function loadConfig(options: LoadConfigOptions): LoadedConfig {
  const file = readConfigFile(options.path);
  if (file.kind === 'missing') return result(options, parseConfig('{}', options), 'default', []);
  if (file.kind === 'text') {
    const parsed = parseConfig(file.text, options);
    if (parsed.errors.length === 0) {
      return { ...result(options, parsed, 'config.json', []), goodText: file.text };
    }
    return fallBack(options, parsed.errors);
  }
  return fallBack(options, [{ line: 0, column: 0, path: '', message: file.message }]);
}

/** The last good configuration, else the shipped one. */
function fallBack(options: LoadConfigOptions, errors: readonly ConfigError[]): LoadedConfig {
  const former = options.lastGood === null ? null : parseConfig(options.lastGood, options);
  if (former !== null && former.errors.length === 0) return result(options, former, 'last-good', errors);
  return result(options, parseConfig('{}', options), 'default', errors);
}

function result(
  context: ConfigContext,
  parsed: ParsedConfig,
  source: ConfigSource,
  errors: readonly ConfigError[],
): LoadedConfig {
  const sources = new Map<string, ConfigSource>();
  for (const path of leavesOf(parsed.config, ''))
    sources.set(path, parsed.named.has(path) ? source : 'default');
  return {
    config: parsed.config,
    sources,
    errors,
    warnings: warningsOf(parsed.config, context),
    goodText: null,
  };
}

function* leavesOf(value: unknown, path: string): Generator<string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    yield path;
    return;
  }
  for (const [key, inner] of Object.entries(value))
    yield* leavesOf(inner, path === '' ? key : `${path}.${key}`);
}

/** Shipped ranges are not refused for the machine they find; their users should know all the same. */
function warningsOf(config: Config, { ephemeralStart }: ConfigContext): string[] {
  const ephemeral = { start: ephemeralStart, end: 65_535 };
  return Object.entries(config.service_types)
    .filter(([, type]) => overlaps(rangeOf(type), ephemeral))
    .map(
      ([name, { range }]) =>
        `the range ${range[0]}–${range[1]} of "${name}" lies among the ports from ${ephemeralStart} that the system hands out by itself`,
    );
}

type ConfigFile =
  | { readonly kind: 'missing' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly message: string };

function readConfigFile(path: string): ConfigFile {
  let descriptor: number;
  try {
    // Without waiting: a pipe in the file's place would block the daemon for ever.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { kind: 'missing' };
    return unreadable(error);
  }
  try {
    const status = fstatSync(descriptor);
    if (status.isDirectory()) return { kind: 'unreadable', message: 'this is a directory, not a file' };
    if (!status.isFile()) return { kind: 'unreadable', message: 'this is not a regular file' };
    if (status.size > MAX_CONFIG_BYTES) {
      const message = `the file has ${status.size} bytes; ${MAX_CONFIG_BYTES} are allowed`;
      return { kind: 'unreadable', message };
    }
    const buffer = Buffer.alloc(status.size);
    const length = readSync(descriptor, buffer, 0, status.size, 0);
    return decode(buffer.subarray(0, length));
  } catch (error) {
    return unreadable(error);
  } finally {
    closeSync(descriptor);
  }
}

function decode(bytes: Buffer): ConfigFile {
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { kind: 'unreadable', message: 'the file is not UTF-8 text' };
  }
}

function unreadable(error: unknown): ConfigFile {
  const reason = error instanceof Error ? error.message : String(error);
  return { kind: 'unreadable', message: `the file cannot be read: ${reason}` };
}
