// Owns what follows from a new configuration: what is leased and what was made by itself is judged by it.

import type { Coordinator } from '../coordinator/contract.ts';
import { isOverrun } from '../core/automatic-type.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { Log } from './logs.ts';
import type { RangeFile } from './range-file.ts';

export interface ChangedParts {
  /** Null before there is one. */
  readonly coordinator: () => Coordinator | null;
  readonly rangeFile: () => RangeFile | null;
  readonly log: Pick<Log, 'error'>;
}

/** A function to be called whenever another configuration holds, and once at the start. It never fails. */
export function createConfigurationChange({ coordinator, rangeFile, log }: ChangedParts): () => void {
  const follow = async (): Promise<void> => {
    const writer = coordinator();
    const file = rangeFile();
    if (writer === null || file === null) return;
    await writer.submit<'mark-singletons'>({ kind: 'mark-singletons' });
    // Where the file is behind the store, another range in it is our own former one.
    await writer.submit<'settle-ranges'>({ kind: 'settle-ranges', except: file.unwritten() });
    file.retry();
  };
  return () => {
    follow().catch((error: unknown) =>
      log.error({ error: String(error) }, 'what is leased does not follow the configuration yet'),
    );
  };
}

/** Has config.json written with what a former daemon could not write any more. */
export async function catchUp(
  coordinator: Coordinator,
  { serviceTypes }: Pick<Catalogue, 'serviceTypes'>,
  file: RangeFile,
): Promise<void> {
  await coordinator.query(({ state }) => {
    for (const range of state.ranges()) {
      if (serviceTypes.has(range.name) || isOverrun({ serviceTypes }, range)) continue;
      file.follow(range.name, range, null);
    }
  });
}
