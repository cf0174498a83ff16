// Owns the contract that every store keeps, as one suite that runs for each of them.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { DurableChange } from '../../src/core/change.ts';
import { StyxyError } from '../../src/errors.ts';
import type { Store } from '../../src/store/store.ts';
import { auditContract } from './store-audit.ts';
import { aLease, asModel, createModel, granted, groups, playGroup, released } from './store-changes.ts';

/** One home of a store: `open` gives the store that finds what former ones committed. */
export interface StoreHome {
  open(): Store | Promise<Store>;
  dispose(): void;
}

/** Asserts that `work` fails with a StyxyError of `code`. */
export async function failsWith(code: string, work: () => unknown): Promise<StyxyError> {
  let caught: unknown;
  await assert.rejects(
    async () => work(),
    (error) => {
      caught = error;
      return true;
    },
  );
  assert.ok(caught instanceof StyxyError, `expected a StyxyError, got ${String(caught)}`);
  assert.equal(caught.code, code, caught.message);
  return caught;
}

/** Registers the suite for one kind of store. */
export function storeContract(kind: string, createHome: () => StoreHome): void {
  const inHome = async (work: (home: StoreHome, store: Store) => Promise<void>): Promise<void> => {
    const home = createHome();
    const store = await home.open();
    try {
      await work(home, store);
    } finally {
      await store.close();
      home.dispose();
    }
  };
  /** Closes `store` and gives what the next one loads. */
  const reload = async (home: StoreHome, store: Store) => {
    await store.close();
    const next = await home.open();
    try {
      return await next.load();
    } finally {
      await next.close();
    }
  };

  describe(`${kind} store`, () => {
    test('a new store is empty', () =>
      inHome(async (_, store) => {
        const state = await store.load();
        assert.deepEqual(asModel(state), createModel());
        assert.deepEqual([state.fenceCeiling, state.elapsedMs, state.setAside], [0, 0, []]);
        assert.equal(store.kind, kind);
      }));

    test('any sequence of changes is there again after reopening', async () => {
      await fc.assert(
        fc.asyncProperty(groups, (sequence) =>
          inHome(async (home, store) => {
            let fence = 0;
            let model = createModel();
            for (const group of sequence) {
              const next = structuredClone(model);
              const changes = playGroup(next, group, () => ++fence);
              if (!group.fails) {
                await store.commit(changes);
                model = next;
                continue;
              }
              const rival = aLease({ lockId: 'rival-1', port: 4000, fence: ++fence });
              const loser = aLease({ lockId: 'rival-2', port: 4000, fence: ++fence });
              await failsWith('STORE_UNAVAILABLE', () =>
                store.commit([...changes, granted(rival), granted(loser)]),
              );
            }
            // Cloned, since fast-check's objects have no prototype.
            assert.deepEqual(structuredClone(asModel(await store.load())), structuredClone(model));
            const state = await reload(home, store);
            assert.deepEqual(structuredClone(asModel(state)), structuredClone(model));
            assert.deepEqual(state.setAside, []);
          }),
        ),
        { numRuns: 60 },
      );
    });

    test('leases are loaded in the order of their fences', () =>
      inHome(async (home, store) => {
        const ports = [3005, 3001, 3004, 3002];
        await store.commit(
          ports.map((port, i) => granted(aLease({ lockId: `lock-${i}`, port, fence: i + 1 }))),
        );
        assert.deepEqual(
          (await reload(home, store)).leases.map(({ port }) => port),
          ports,
        );
      }));

    test('a port that is leased cannot be leased again, by another lock or within a block', () =>
      inHome(async (home, store) => {
        const block = aLease({ lockId: 'block', port: 3000, count: 4 });
        await store.commit([granted(block)]);
        for (const port of [3000, 3003]) {
          await failsWith('STORE_UNAVAILABLE', () => store.commit([granted(aLease({ lockId: 'x', port }))]));
        }
        const straddling = aLease({ lockId: 'y', port: 2998, count: 3 });
        await failsWith('STORE_UNAVAILABLE', () => store.commit([granted(straddling)]));
        await store.commit([granted(aLease({ lockId: 'udp', protocol: 'udp', fence: 2 }))]);
        assert.deepEqual(
          (await reload(home, store)).leases.map(({ lockId }) => lockId),
          ['block', 'udp'],
        );
      }));

    test('a failing change takes its whole group with it', () =>
      inHome(async (home, store) => {
        const kept = aLease({ lockId: 'kept' });
        const gone = aLease({ lockId: 'gone', port: 3001, fence: 2 });
        const key = { protocol: 'tcp', port: 3002, count: 1, projectPath: null, usedAt: 0 } as const;
        await store.commit([granted(kept)]);
        const group: DurableChange[] = [
          { table: 'key', id: 'k', before: null, after: key },
          granted(gone),
          released(kept),
          granted(aLease({ lockId: 'rival', port: 3001, fence: 3 })),
        ];
        await failsWith('STORE_UNAVAILABLE', () => store.commit(group));
        assert.deepEqual(asModel(await store.load()).leases, new Map([['kept', kept]]));
        // The same connection goes on: the next commit is not part of the failed one.
        await store.commit([granted(gone)]);
        const state = await reload(home, store);
        assert.deepEqual(
          state.leases.map(({ lockId }) => lockId),
          ['kept', 'gone'],
        );
        assert.equal(state.keys.size, 0);
      }));

    test('a change of a lease that the store does not hold fails', () =>
      inHome(async (_, store) => {
        const lease = aLease();
        await failsWith('STORE_UNAVAILABLE', () => store.commit([released(lease)]));
        await store.commit([granted(lease)]);
        const other = { ...lease, lockId: 'other' };
        await failsWith('STORE_UNAVAILABLE', () => store.commit([released(other)]));
        assert.equal((await store.load()).leases.length, 1);
      }));

    test('a port can be released and leased anew within one group', () =>
      inHome(async (home, store) => {
        const former = aLease({ lockId: 'former', count: 2 });
        const next = aLease({ lockId: 'next', fence: 2 });
        await store.commit([granted(former)]);
        await store.commit([released(former), granted(next)]);
        assert.deepEqual((await reload(home, store)).leases, [next]);
      }));

    test('fence ceilings are kept and never fall', () =>
      inHome(async (home, store) => {
        await store.reserveFences(2000);
        await store.reserveFences(1000);
        assert.equal((await reload(home, store)).fenceCeiling, 2000);
      }));

    test('coordinator time is kept, fractions too', () =>
      inHome(async (home, store) => {
        await store.saveElapsed(7);
        await store.saveElapsed(1234.5);
        assert.equal((await reload(home, store)).elapsedMs, 1234.5);
      }));

    test('notes are kept as they were written last', () =>
      inHome(async (home, store) => {
        const text = '{"a": 1} // é😀\n\u0000end';
        assert.equal(await store.readNote('config'), null);
        await store.writeNote('config', 'first');
        await store.writeNote('config', text);
        await store.writeNote('empty', '');
        await store.close();
        const next = await home.open();
        assert.equal(await next.readNote('config'), text);
        assert.equal(await next.readNote('empty'), '');
        await next.close();
      }));

    auditContract(inHome);

    test('a closed store refuses, and closing twice is closing once', () =>
      inHome(async (_, store) => {
        await store.close();
        await store.close();
        await failsWith('STORE_UNAVAILABLE', () => store.commit([granted(aLease())]));
        await failsWith('STORE_UNAVAILABLE', () => store.load());
        await failsWith('STORE_UNAVAILABLE', () => store.reserveFences(1));
      }));
  });
}
