// Owns the store that tells what its loading found.

import type { Store, StoredState } from '../store/store.ts';

/** The same store, which tells what its loading found. */
export function observed(store: Store, onLoad: (found: StoredState) => void): Store {
  return {
    kind: store.kind,
    audit: store.audit,
    load: async () => {
      const stored = await store.load();
      onLoad(stored);
      return stored;
    },
    commit: (changes) => store.commit(changes),
    reserveFences: (ceiling) => store.reserveFences(ceiling),
    saveElapsed: (elapsedMs) => store.saveElapsed(elapsedMs),
    readNote: (name) => store.readNote(name),
    writeNote: (name, value) => store.writeNote(name, value),
    close: () => store.close(),
  };
}
