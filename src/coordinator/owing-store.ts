// Owns what the store is owed: changes that count already, and are written with the next commit that succeeds.

import type { DurableChange } from '../core/change.ts';
import type { Store } from '../store/store.ts';

/**
 * The store, which writes `owed` before the first changes that it can commit, in the same transaction.
 *
 * For what was stored once and was lost: it holds whether the disk has room for it now or not.
 */
export function owing(store: Store, owed: readonly DurableChange[]): Pick<Store, 'audit' | 'commit'> {
  let left = owed;
  const paid = (): void => {
    left = [];
  };
  return {
    audit: {
      ...store.audit,
      // What leases have no row yet would lose the events that tell of them.
      trim: (...what) => (left.length > 0 ? null : store.audit.trim(...what)),
    },
    commit(changes) {
      if (left.length === 0 || changes.length === 0) return store.commit(changes);
      const writing = store.commit([...left, ...changes]);
      if (writing instanceof Promise) return writing.then(paid);
      paid();
    },
  };
}
