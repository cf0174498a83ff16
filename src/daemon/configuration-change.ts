// Owns what follows from a new configuration: what is leased and what was made by itself is judged by it.

import type { Coordinator } from '../coordinator/contract.ts';
import type { Actor } from '../core/audit.ts';
import { isOverrun } from '../core/automatic-type.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { NamedRange } from '../core/range-placement.ts';
import { configChanged } from './audit-notes.ts';
import type { Log } from './logs.ts';
import type { RangeFile } from './range-file.ts';

export interface ChangedParts {
  /** Null before there is one. */
  readonly coordinator: () => Coordinator | null;
  readonly rangeFile: () => RangeFile | null;
  readonly log: Pick<Log, 'error'>;
}

/**
 * What is called whenever another configuration holds. It never fails.
 *
 * @param changed the paths of what is another than before; none at the start, when nobody knows
 * @param dropped the ranges that somebody took out of it
 * @param editor who had it written, where that was asked for over HTTP
 * @returns resolves once what is leased and what was made follows it
 */
export type ConfigurationChange = (
  changed: readonly string[],
  dropped: readonly NamedRange[],
  editor?: Actor,
) => Promise<void>;

/** @returns a function to be called once at the start, too */
export function createConfigurationChange({
  coordinator,
  rangeFile,
  log,
}: ChangedParts): ConfigurationChange {
  return async (changed, dropped, editor) => {
    const writer = coordinator();
    const file = rangeFile();
    if (writer === null || file === null) return;
    try {
      if (changed.length > 0)
        await writer.submit<'record'>({ kind: 'record', facts: [configChanged(changed)] }, editor);
      await judgeByConfiguration(writer, file, dropped);
    } catch (error) {
      log.error({ error: String(error) }, 'what is leased does not follow the configuration yet');
    }
  };
}

/**
 * Judges what is leased and what was made by itself by the configuration as it is now.
 *
 * @throws what a command throws when it cannot be committed
 */
export async function judgeByConfiguration(
  coordinator: Pick<Coordinator, 'submit'>,
  file: Pick<RangeFile, 'unwritten' | 'readOnly' | 'retry'>,
  dropped: readonly NamedRange[],
): Promise<void> {
  await coordinator.submit<'mark-singletons'>({ kind: 'mark-singletons' });
  // A file that may not be written is somebody else's product: that a range is missing there says nothing.
  const isByHand = dropped.length > 0 && (await file.readOnly()) === null;
  // Where the file is behind the store, another range in it is our own former one.
  const except = file.unwritten();
  await coordinator.submit<'settle-ranges'>({
    kind: 'settle-ranges',
    except,
    dropped: isByHand ? dropped : [],
  });
  file.retry();
}

/** Has config.json written with what a former daemon could not write any more. */
export async function catchUp(
  coordinator: Pick<Coordinator, 'query'>,
  { serviceTypes }: Pick<Catalogue, 'serviceTypes'>,
  file: Pick<RangeFile, 'follow'>,
): Promise<void> {
  await coordinator.query(({ state }) => {
    for (const range of state.ranges()) {
      if (serviceTypes.has(range.name) || isOverrun({ serviceTypes }, range)) continue;
      file.follow(range.name, range, null);
    }
  });
}

/**
 * Has config.json follow what a former daemon undid or moved and was killed over, before it is judged by what the file says:
 * that would make it a configured range.
 */
export async function payDebts(
  coordinator: Pick<Coordinator, 'query'>,
  file: Pick<RangeFile, 'debts' | 'follow'>,
): Promise<void> {
  const debts = await file.debts();
  await coordinator.query(({ state }) => {
    for (const former of debts) {
      const range = state.range(former.name) ?? null;
      // A change that was noted and never committed is none.
      if (range?.start !== former.start || range.end !== former.end) file.follow(former.name, range, former);
    }
  });
}
