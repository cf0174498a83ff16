// Owns the loading of config.json: what holds when the file is missing, right, or broken, and where each value is from.

import { dirname } from 'node:path';
import { overlaps } from '../core/port-range.ts';
import type { Config, ConfigError, ConfigSource } from './config.ts';
import { type ConfigContext, rangeOf } from './config-rules.ts';
import { readLastGood } from './last-good.ts';
import { type ParsedConfig, parseConfig } from './parse-config.ts';
import { lookAtPlacementModule, type PlacementModule, readPlacementModule } from './placement-module.ts';
import { namedPath, readGuideFile } from './read-guide.ts';
import { readTextFile, type TextFile } from './text-file.ts';

export interface LoadConfigOptions extends ConfigContext {
  readonly path: string;
  /** What stands in the place of the file; it is read from `path` unless given. */
  readonly file?: TextFile;
  /** The last configuration that was right, as `goodText` told it; null when there was none. */
  readonly lastGood: string | null;
  /**
   * Starts the user's own strategy; `former` as it was read before goes on while its file says the same. Nothing that the file
   * names is run unless this is given, which only the daemon does, for the file of its own home.
   */
  readonly start?: { readonly former: PlacementModule | null };
}

export interface LoadedConfig {
  readonly config: Config;
  /** By the path of each value, as in `terms.lease_ttl_seconds`. */
  readonly sources: ReadonlyMap<string, ConfigSource>;
  /** The mistakes of the file and of its port guide; while there are any, neither counts. */
  readonly errors: readonly ConfigError[];
  /** What is right but may surprise. */
  readonly warnings: readonly string[];
  /**
   * The values that are not as shipped, to be remembered as the last good configuration; null when the file is broken.
   * Without its comments, but with what the port guide said.
   */
  readonly goodText: string | null;
  /** Whether there is no file, so that the shipped configuration holds. */
  readonly isMissing: boolean;
  /** The port guide that the file names, an absolute path; null for none. */
  readonly guide: string | null;
  /** Why the last good configuration, which holds while the file is broken, does not, or not as a whole; null where nothing is lost. */
  readonly lastGoodProblem: string | null;
  /** The user's own strategy for the places of automatic ranges; null for none. */
  readonly module: PlacementModule | null;
}

/**
 * Loads the effective configuration. The file is only read, and nothing is thrown: a daemon must start whatever
 * somebody left there.
 */
export function loadConfig(options: LoadConfigOptions): LoadedConfig {
  const file = options.file ?? readTextFile(options.path);
  if (file.kind === 'unreadable') {
    return fallBack(options, [{ line: 0, column: 0, path: '', message: file.message }], null);
  }
  const isMissing = file.kind === 'missing';
  let guide: string | null = null;
  const parsed = parseConfig(isMissing ? '{}' : file.text, options, (named) => {
    guide = namedPath(named, dirname(options.path));
    return readGuideFile(guide);
  });
  if (parsed.errors.length > 0) return fallBack(options, parsed.errors, guide);
  const goodText = JSON.stringify(namedValues(parsed.config, '', parsed.named));
  return { ...result(options, parsed), goodText, isMissing, guide, lastGoodProblem: null };
}

/** The last good configuration, what of it still fits, else the shipped one. */
function fallBack(
  options: LoadConfigOptions,
  errors: readonly ConfigError[],
  guide: string | null,
): LoadedConfig {
  const { parsed, problem } = readLastGood(options.lastGood, options);
  const named = new Map(Array.from(parsed.named, ([path]) => [path, 'last-good' as const]));
  const warnings = problem === null ? parsed.warnings : [problem, ...parsed.warnings];
  return {
    ...result(options, { ...parsed, named, warnings }),
    errors,
    goodText: null,
    isMissing: false,
    guide,
    lastGoodProblem: problem,
  };
}

function result(
  options: LoadConfigOptions,
  { config, named, errors, warnings }: ParsedConfig,
): Pick<LoadedConfig, 'config' | 'sources' | 'errors' | 'warnings' | 'module'> {
  const sources = new Map<string, ConfigSource>();
  for (const path of leavesOf(config, '')) sources.set(path, named.get(path) ?? 'default');
  const module = moduleOf(config.auto_allocation.placement_module, options);
  const problem = module?.problem() ?? null;
  const notes = problem === null ? warnings : [...warnings, problem];
  return {
    config,
    sources,
    errors,
    warnings: [...rangeWarnings(config, options), ...safetyWarnings(config), ...notes],
    module,
  };
}

function moduleOf(script: string, { path, start }: LoadConfigOptions): PlacementModule | null {
  if (script === '') return null;
  const named = namedPath(script, dirname(path));
  return start === undefined ? lookAtPlacementModule(named) : readPlacementModule(named, start.former);
}

function* leavesOf(value: unknown, path: string): Generator<string> {
  if (!isObject(value)) {
    yield path;
    return;
  }
  for (const [key, inner] of Object.entries(value)) yield* leavesOf(inner, join(path, key));
}

/** The part of the configuration that is named somewhere. */
function namedValues(value: object, path: string, named: ReadonlyMap<string, ConfigSource>): object {
  const entries = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    const at = join(path, key);
    if (!isObject(inner)) return named.has(at) ? [[key, inner]] : [];
    const part = namedValues(inner, at, named);
    return Object.keys(part).length === 0 ? [] : [[key, part]];
  });
  return Object.fromEntries(entries);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** Shipped ranges are not refused for the machine they find; their users should know all the same. */
function rangeWarnings(config: Config, { ephemeral }: ConfigContext): string[] {
  return Object.entries(config.service_types)
    .filter(([, type]) => overlaps(rangeOf(type), ephemeral))
    .map(
      ([name, { range }]) =>
        `the range ${range[0]}–${range[1]} of "${name}" lies among the ports ${ephemeral.start}–${ephemeral.end} that the system hands out by itself`,
    );
}

/** What is switched off and keeps nobody from harm any more. */
function safetyWarnings({ recovery }: Config): string[] {
  const { port_conflict: conflict, health_monitoring: monitoring } = recovery;
  return [
    ...(conflict.enabled && conflict.check_availability
      ? []
      : [
          'ports are not tried before they are granted (recovery.port_conflict), so that one may be granted on which a program without a lease listens',
        ]),
    ...(monitoring.enabled
      ? []
      : ['leases are not watched (recovery.health_monitoring.enabled), so that their states may be old']),
  ];
}
