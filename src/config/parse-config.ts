// Owns the way from the text of config.json to the configuration: either whole and right, or with every mistake named.

import type { Config, ConfigError } from './config.ts';
import { parseDocument } from './config-document.ts';
import { CONFIG_SCHEMA, shippedConfig } from './config-schema.ts';
import { type ConfigContext, checkRules, withoutStrays } from './range-rules.ts';
import { type Reading, readSetting } from './setting-reader.ts';

export interface ParsedConfig {
  /** The effective configuration: the file's values over the shipped ones. The shipped one alone when there are errors. */
  readonly config: Config;
  /** In the order of the file. */
  readonly errors: readonly ConfigError[];
  /** The paths of the values that the file names. */
  readonly named: ReadonlySet<string>;
}

/**
 * Reads the text of a configuration, JSON with comments.
 *
 * @param context what of the machine and the daemon the ranges must respect
 * @returns every mistake at once; nothing is thrown
 */
export function parseConfig(text: string, context: ConfigContext): ParsedConfig {
  const document = parseDocument(text);
  if (document.root === null) return failed(document.errors);
  const reading: Reading = { document, errors: [], nodes: new Map() };
  // The schema's keys and kinds are those of Config, so what was read without error is one.
  const read = readSetting(reading, CONFIG_SCHEMA, document.root, '', undefined) as Config | undefined;
  if (read !== undefined) checkRules(reading, read, context);
  if (read === undefined || reading.errors.length > 0) return failed(reading.errors);
  const types = Object.entries(read.service_types).map(
    ([name, type]) => [name, withoutStrays(type)] as const,
  );
  return {
    config: { ...read, service_types: Object.fromEntries(types) },
    errors: [],
    named: new Set(reading.nodes.keys()),
  };
}

function failed(errors: readonly ConfigError[]): ParsedConfig {
  const inOrder = [...errors].sort((a, b) => a.line - b.line || a.column - b.column);
  return { config: shippedConfig(), errors: inOrder, named: new Set() };
}
