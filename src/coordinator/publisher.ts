// Owns what the rest of the daemon is told of a commit: leases that ended, events that were recorded, ranges that changed.

import type { Change } from '../core/change.ts';
import type { CoordinatorOptions } from './options.ts';

type Listeners = Pick<CoordinatorOptions, 'onEnded' | 'onEvent' | 'onRange'>;

/** Passes on the changes of each commit, in their order. */
export function publisherTo({ onEnded, onEvent, onRange }: Listeners): (changes: readonly Change[]) => void {
  return (changes) => {
    for (const change of changes) {
      if (change.table === 'lease' && change.after === null) onEnded?.(change.id);
      if (change.table === 'audit' && change.after !== null) onEvent?.(change.after);
      if (change.table === 'range') onRange?.(change.id, change.after, change.before);
    }
  };
}
