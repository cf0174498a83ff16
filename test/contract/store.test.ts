// Owns the run of the store contract for the memory store and for SQLite.

import { createMemoryDisk, createMemoryStore } from '../../src/store/memory.ts';
import { storeContract } from './store.ts';
import { createSqliteHome } from './store-home.ts';

storeContract('memory', () => {
  const disk = createMemoryDisk();
  return { open: () => createMemoryStore({ disk }), dispose: () => {} };
});

storeContract('sqlite', () => createSqliteHome());
