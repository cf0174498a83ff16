// Owns the way from the text of config.json to the configuration: either whole and right, or with every mistake named.

import { findNodeAtLocation } from 'jsonc-parser';
import type { Config, ConfigError, ConfigSource } from './config.ts';
import { parseDocument } from './config-document.ts';
import { type ConfigContext, checkRules, withoutStrays } from './config-rules.ts';
import { CONFIG_SCHEMA, shippedConfig } from './config-schema.ts';
import { type GuideReading, overlayGuide } from './guide-overlay.ts';
import { type Reading, readSetting } from './setting-reader.ts';

export interface ParsedConfig {
  /** The effective configuration: the file's values over the guide's over the shipped ones. The shipped one alone when there are errors. */
  readonly config: Config;
  /** In the order of the file. */
  readonly errors: readonly ConfigError[];
  /** What is right but may surprise. */
  readonly warnings: readonly string[];
  /** By path, where each value is from that is not as shipped. */
  readonly named: ReadonlyMap<string, ConfigSource>;
}

/**
 * Reads the text of a configuration, JSON with comments.
 *
 * @param context what of the machine and the daemon the ranges must respect
 * @param readGuide reads the port guide that the configuration names; nothing is read unless given
 * @returns every mistake at once; nothing is thrown
 */
export function parseConfig(
  text: string,
  context: ConfigContext,
  readGuide: (path: string) => GuideReading | null = () => null,
): ParsedConfig {
  const document = parseDocument(text);
  if (document.root === null) return failed(document.errors);
  const reading: Reading = { document, errors: [], places: new Map() };
  const guideNode = findNodeAtLocation(document.root, ['port_guide']);
  const guidePath: unknown = guideNode?.value;
  const guide = typeof guidePath === 'string' && guidePath !== '' ? readGuide(guidePath) : null;
  const base =
    guide === null || guideNode === undefined ? shippedConfig() : overlayGuide(reading, guideNode, guide);
  // The schema's keys and kinds are those of Config, so what was read without error is one.
  const read = readSetting(reading, CONFIG_SCHEMA, document.root, '', base) as Config;
  checkRules(reading, read, context);
  // What stands beside broken syntax may have been read wrongly.
  const isBroken = new Set(document.errors.map(({ line }) => line));
  const errors = [...document.errors, ...reading.errors.filter(({ line }) => !isBroken.has(line))];
  if (errors.length > 0) return failed(errors);
  const types = Object.entries(read.service_types).map(
    ([name, type]) => [name, withoutStrays(type)] as const,
  );
  return {
    config: { ...read, service_types: Object.fromEntries(types) },
    errors: [],
    warnings: guide?.warnings ?? [],
    named: new Map(Array.from(reading.places, ([path, { source }]) => [path, source])),
  };
}

function failed(errors: readonly ConfigError[]): ParsedConfig {
  const inOrder = [...errors].sort((a, b) => a.line - b.line || a.column - b.column);
  return { config: shippedConfig(), errors: inOrder, warnings: [], named: new Map() };
}
