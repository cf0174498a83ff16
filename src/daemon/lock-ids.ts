// Owns fresh lock ids: random, so that nobody can name a lease that was not told to him.

import { randomFillSync } from 'node:crypto';

/** 80 bits: with a million leases the chance of a second one of the same name is one in 10^12. */
const ID_BYTES = 10;
/** A call for random bytes costs more than a grant's decision, so they are fetched for many ids at once. */
const POOL_IDS = 400;

/** A source of lock ids of 20 hexadecimal digits. */
export function createLockIds(): () => string {
  const pool = Buffer.alloc(ID_BYTES * POOL_IDS);
  let used = pool.length;
  return () => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    used += ID_BYTES;
    return pool.toString('hex', used - ID_BYTES, used);
  };
}
