// Owns the configuration as the daemon has it: loaded, its last good form remembered, shown with its sources.

import type { ConfigAnswer } from '../api/schemas-daemon.ts';
import { loadConfig } from '../config/load-config.ts';
import { toCatalogue } from '../config/to-catalogue.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { Home } from '../home.ts';
import { ephemeralRange } from '../os/ephemeral-range.ts';
import type { Store } from '../store/store.ts';
import type { Log } from './logs.ts';

/** Under which name the store keeps the text of the last configuration that was right. */
const LAST_GOOD_NOTE = 'last_good_config';

export interface Settings {
  /** What decisions read; the daemon's own ports are not known yet. */
  readonly catalogue: Catalogue;
  readonly synchronous: 'normal' | 'full';
  readonly answer: ConfigAnswer;
}

/**
 * Loads the configuration. Mistakes in it are logged and shown, and keep no daemon from starting.
 *
 * @param ownPort the TCP port that is asked for; null for any free one
 */
export async function loadSettings(
  home: Home,
  store: Store,
  ownPort: number | null,
  log: Log,
): Promise<Settings> {
  const lastGood = await store.readNote(LAST_GOOD_NOTE);
  const loaded = loadConfig({ path: home.config, lastGood, ownPort, ephemeral: ephemeralRange() });
  const { config, sources, errors, warnings, goodText } = loaded;
  for (const error of errors) log.warn({ file: home.config, ...error }, 'a mistake in config.json');
  for (const warning of warnings) log.warn({ file: home.config }, warning);
  if (goodText !== null && goodText !== lastGood) {
    try {
      await store.writeNote(LAST_GOOD_NOTE, goodText);
    } catch (error) {
      log.warn({ error: String(error) }, 'the configuration could not be remembered as the last good one');
    }
  }
  return {
    catalogue: toCatalogue(config, { ownPorts: [] }),
    synchronous: config.store.synchronous,
    answer: {
      path: home.config,
      config: { ...config },
      sources: Object.fromEntries(sources),
      errors: [...errors],
      warnings: [...warnings],
    },
  };
}
