// Owns the configuration as the daemon has it: loaded, followed while it changes, its last good form remembered.

import type { ConfigAnswer } from '../api/schemas-daemon.ts';
import { changedPaths } from '../config/changed-paths.ts';
import type { Config } from '../config/config.ts';
import { droppedRanges } from '../config/dropped-ranges.ts';
import { type LoadedConfig, loadConfig } from '../config/load-config.ts';
import { parseConfig } from '../config/parse-config.ts';
import type { PlacementModule } from '../config/placement-module.ts';
import { toCatalogue } from '../config/to-catalogue.ts';
import type { StartupPolicy } from '../coordinator/options.ts';
import type { Actor } from '../core/audit.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { NamedRange } from '../core/range-placement.ts';
import { DEFAULT_API_PORT, type Home } from '../home.ts';
import { ephemeralRange } from '../os/ephemeral-range.ts';
import type { Store } from '../store/store.ts';
import { followFiles, sightingOf } from './file-sighting.ts';
import type { Log } from './logs.ts';
import type { RetryPolicy } from './store-retries.ts';

/** Under which name the store keeps the last configuration that was right. */
const LAST_GOOD_NOTE = 'last_good_config';
/** Twice this is how long a change takes to count at most. */
const LOOK_INTERVAL_MS = 1_000;

export interface SettingsOptions {
  readonly home: Home;
  readonly log: Log;
  /** The TCP port that is asked for; null for any free one. */
  readonly ownPort: number | null;
  /**
   * Called when another configuration holds, with the paths of what is another than before, the ranges of types that it
   * does not know any more, and who had it written.
   */
  readonly onTaken: (changed: readonly string[], dropped: readonly NamedRange[], editor?: Actor) => void;
  /** Where the last good configuration is kept; the store may be opened anew meanwhile. */
  readonly store: () => Pick<Store, 'readNote' | 'writeNote'>;
}

export interface Settings {
  /** What decisions read, with the daemon's own ports. */
  catalogue(): Catalogue;
  /** How a write that the store could not make for the moment is tried again. */
  retryPolicy(): RetryPolicy;
  /** What the hooks of coding agents may do. */
  hookPolicy(): Config['hooks'];
  /** What the start does about what the last run left behind, as it was configured then. */
  readonly startup: StartupPolicy;
  /** The ranges of types that were taken out of config.json while no daemon ran. */
  readonly droppedBefore: readonly NamedRange[];
  /** Whether copies are kept of what the start found damaged. */
  readonly keepsDamaged: boolean;
  /** As it was at the start: it counts when a store is opened. */
  readonly synchronous: 'normal' | 'full';
  /** The configuration for people, as the files are now; `editor` has just had config.json written. */
  answer(editor?: Actor): ConfigAnswer;
  /** What is wrong with the user's own strategy for automatic ranges; null where all is well, and where there is none. */
  placementProblem(): string | null;
  /** The first mistake of a text as config.json; null where it has none. */
  mistakeIn(text: string): string | null;
  /** Tells the port that the daemon listens on; it is never granted. */
  addOwnPort(port: number): void;
  /** Looks at the files from now on. */
  follow(): void;
  stop(): void;
}

/** Loads the configuration. Mistakes in it are logged and shown, and keep no daemon from starting. */
export async function loadSettings(options: SettingsOptions): Promise<Settings> {
  const { home, log, ownPort } = options;
  const memory = rememberedIn(options);
  // The usual one too where this daemon has another: the next one, without STYXY_API_PORT, would find it taken.
  const ownPorts = new Set([DEFAULT_API_PORT, ...(ownPort === null ? [] : [ownPort])]);
  let lastGood = await memory.read();
  const load = (former: PlacementModule | null): LoadedConfig =>
    loadConfig({ path: home.config, lastGood, ownPort, ephemeral: ephemeralRange(), start: { former } });
  let loaded = load(null);
  const toCurrent = (): Catalogue =>
    toCatalogue(loaded.config, { ownPorts, ephemeralStart: ephemeralRange().start }, loaded.module);
  let catalogue = toCurrent();
  const { synchronous } = loaded.config.store;

  /** @returns the ranges that are not in the configuration any more; that the file is gone as a whole drops none */
  const take = (): NamedRange[] => {
    catalogue = toCurrent();
    report(log, home.config, loaded);
    const former = lastGood ?? '{}';
    if (loaded.goodText === null || loaded.goodText === former) return [];
    lastGood = loaded.goodText;
    memory.write(lastGood);
    return loaded.isMissing ? [] : droppedRanges(former, lastGood);
  };
  /** Who has just had the file written, as far as that was asked for here. */
  let editor: Actor | undefined;
  const following = followFiles({
    sight: () =>
      sightingOf([home.config, loaded.guide, loaded.module?.path].filter((path) => typeof path === 'string')),
    reload: (isSettled) => {
      const next = load(loaded.module);
      // Some editors remove the file before they write it; a broken one changes nothing but what is shown.
      if (next.isMissing && !isSettled) return 'waiting';
      const isSame =
        JSON.stringify(shownOf(next)) === JSON.stringify(shownOf(loaded)) && next.module === loaded.module;
      if (next.module !== loaded.module) loaded.module?.close();
      const changed = changedPaths(loaded.config, next.config);
      loaded = next;
      if (!isSame) {
        options.onTaken(changed, take(), editor);
      }
      return 'taken';
    },
  });
  const droppedBefore = take();
  // Before the store may be opened anew.
  await memory.written();
  let timer: NodeJS.Timeout | null = null;
  return {
    catalogue: () => catalogue,
    hookPolicy: () => loaded.config.hooks,
    retryPolicy: () => {
      const { enabled, max_retries, backoff_ms, backoff_multiplier } = loaded.config.recovery.port_conflict;
      return { retries: enabled ? max_retries : 0, firstWaitMs: backoff_ms, factor: backoff_multiplier };
    },
    startup: startupOf(loaded),
    keepsDamaged: loaded.config.recovery.system_recovery.backup_corrupted_state,
    droppedBefore,
    synchronous,
    answer: (by) => {
      editor = by;
      following.lookNow();
      editor = undefined;
      const warnings = [...loaded.warnings, ...restartWarnings(loaded, synchronous)];
      return { path: home.config, ...shownOf(loaded), warnings };
    },
    mistakeIn: (text) =>
      parseConfig(text, { ownPort, ephemeral: ephemeralRange() }).errors[0]?.message ?? null,
    placementProblem: () => loaded.module?.problem() ?? null,
    addOwnPort: (port) => {
      ownPorts.add(port);
      catalogue = toCurrent();
    },
    follow: () => {
      timer ??= setInterval(() => following.look(), LOOK_INTERVAL_MS).unref();
    },
    stop: () => {
      loaded.module?.close();
      if (timer !== null) clearInterval(timer);
    },
  };
}

function startupOf({ config }: LoadedConfig): StartupPolicy {
  const {
    enabled,
    run_on_startup: runsOnStartup,
    max_recovery_attempts: attempts,
  } = config.recovery.system_recovery;
  return { isMending: enabled, isLooking: enabled && runsOnStartup, attempts };
}

function shownOf({ config, sources, errors, warnings, lastGoodProblem }: LoadedConfig) {
  return {
    config: { ...config },
    sources: Object.fromEntries(sources),
    errors: [...errors],
    warnings: [...warnings],
    last_good_problem: lastGoodProblem,
  };
}

function restartWarnings({ config }: LoadedConfig, synchronous: string): string[] {
  return config.store.synchronous === synchronous
    ? []
    : ['store.synchronous counts once the daemon was started again: styxy daemon restart'];
}

function report(log: Log, file: string, { errors, warnings, sources }: LoadedConfig): void {
  for (const error of errors) log.warn({ file, ...error }, 'a mistake in config.json');
  for (const warning of warnings) log.warn({ file }, warning);
  const named = Array.from(sources.values()).filter((source) => source !== 'default').length;
  log.info({ file, mistakes: errors.length, values: named }, 'the configuration is taken over');
}

/** The last good configuration in the store; one write after the other, and no failure is more than a line in the log. */
function rememberedIn({ store, log }: SettingsOptions) {
  let writing: Promise<void> = Promise.resolve();
  return {
    read: () => store().readNote(LAST_GOOD_NOTE),
    written: () => writing,
    write: (text: string): void => {
      writing = writing
        .then(() => store().writeNote(LAST_GOOD_NOTE, text))
        .catch((error: unknown) => {
          log.warn(
            { error: String(error) },
            'the configuration could not be remembered as the last good one',
          );
        });
    },
  };
}
