import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StyxyError } from '../errors.ts';
import { storeFailure } from '../store/sqlite/failure.ts';
import type { Store } from '../store/store.ts';
import { withRetries } from './store-retries.ts';

const BUSY = 5;
const FULL = 13;

function failure(errcode: number): StyxyError {
  return storeFailure(Object.assign(new Error('no'), { errcode }), 'a write', '/nowhere');
}

/** A store whose first writes fail so, and what came of a commit: the waits, the writes, and the error. */
async function commit(faults: readonly unknown[], retries = 3, isAsync = false) {
  const left = [...faults];
  let writes = 0;
  const write = () => {
    writes += 1;
    const fault = left.shift();
    if (fault !== undefined) throw fault;
  };
  const waits: number[] = [];
  const store = withRetries(
    { commit: isAsync ? async () => write() : write } as unknown as Store,
    () => ({ retries, firstWaitMs: 100, factor: 2 }),
    async (ms) => waits.push(ms),
  );
  try {
    const committing = store.commit([]);
    const isAtOnce = !(committing instanceof Promise);
    await committing;
    return { waits, writes, isAtOnce, error: null };
  } catch (error) {
    return { waits, writes, isAtOnce: false, error };
  }
}

describe('a write of the store', () => {
  it('is made at once where nothing is in the way', async () => {
    assert.deepEqual(await commit([]), { waits: [], writes: 1, isAtOnce: true, error: null });
  });

  for (const isAsync of [false, true]) {
    it(`is tried again after longer and longer waits, ${isAsync ? 'asynchronous' : 'synchronous'}`, async () => {
      const busy = failure(BUSY);
      const { waits, writes, error } = await commit([busy, busy], 3, isAsync);
      assert.deepEqual([waits, writes, error], [[100, 200], 3, null]);
    });

    it(`fails in the end with the last fault, ${isAsync ? 'asynchronous' : 'synchronous'}`, async () => {
      const last = failure(BUSY);
      const { waits, writes, error } = await commit([failure(BUSY), failure(BUSY), last], 2, isAsync);
      assert.deepEqual([waits, writes], [[100, 200], 3]);
      assert.equal(error, last);
    });
  }

  it('is not tried again where the disk is full, or where no retries are configured', async () => {
    const full = failure(FULL);
    assert.equal(full.code, 'STORE_FULL');
    for (const [fault, retries] of [
      [full, 3],
      [new StyxyError('STORE_UNAVAILABLE', 'closed'), 3],
      [failure(BUSY), 0],
    ] as const) {
      const { waits, writes, error } = await commit([fault], retries);
      assert.deepEqual([waits, writes, error], [[], 1, fault]);
    }
  });
});
