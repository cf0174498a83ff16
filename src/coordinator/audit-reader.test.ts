import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AuditEntry, NO_SUBJECT, NOBODY } from '../core/audit.ts';
import type { AuditEvent } from '../core/audit-events.ts';
import { State } from '../core/state.ts';
import type { AuditStore } from '../store/audit-store.ts';
import { createMemoryDisk, createMemoryStore } from '../store/memory.ts';
import { createAuditKeeping } from './audit-keeping.ts';
import { type AuditQuery, createAuditReader } from './audit-reader.ts';
import { createScheduler } from './scheduler.ts';

const ALL: AuditQuery = {
  since: null,
  until: null,
  event: null,
  serviceType: null,
  port: null,
  after: null,
  limit: 3,
};

function entry(seq: number, event: AuditEvent): AuditEntry {
  const common = { at: seq, moment: seq, actor: NOBODY, reason: null, subject: NO_SUBJECT, lease: null };
  return { seq, event, ...common };
}

/** A store with so many events, of which every 500th is a repair. */
function filled(count: number) {
  const store = createMemoryStore({ disk: createMemoryDisk() });
  for (let seq = 1; seq <= count; seq++)
    store.disk.audit.set(seq, entry(seq, seq % 500 === 0 ? 'repaired' : 'granted'));
  return store;
}

/** @param last the number of the last event that was counted */
function readerOf(store: ReturnType<typeof filled>, last = store.disk.audit.size) {
  return createAuditReader(store.audit, createScheduler(), () => last);
}

describe('the reader of the audit', () => {
  const numbers = (page: { readonly entries: readonly AuditEntry[] }) => page.entries.map(({ seq }) => seq);

  it('shows the newest that match, however far they lie apart', async () => {
    const reader = readerOf(filled(2600));
    const page = await reader.read({ ...ALL, event: 'repaired' });
    assert.deepEqual([numbers(page), page.hasMore, page.seenTo], [[1500, 2000, 2500], true, 2600]);
    const rest = await reader.read({ ...ALL, event: 'repaired', limit: 5 });
    assert.deepEqual([numbers(rest).length, rest.hasMore], [5, false]);
  });

  it('goes on from a number, page by page, until there is nothing more', async () => {
    const reader = readerOf(filled(2600));
    const seen: number[] = [];
    let after = 0;
    for (let hasMore = true; hasMore; ) {
      const page = await reader.read({ ...ALL, event: 'repaired', after, limit: 2 });
      seen.push(...numbers(page));
      ({ hasMore, seenTo: after } = page);
    }
    assert.deepEqual([seen, after], [[500, 1000, 1500, 2000, 2500], 2600]);
    const nothing = await reader.read({ ...ALL, after });
    assert.deepEqual([numbers(nothing), nothing.seenTo, nothing.hasMore], [[], 2600, false]);
  });

  it('says where the audit ends to whoever is ahead of it', async () => {
    const reader = readerOf(filled(10));
    assert.equal((await reader.read({ ...ALL, after: 99 })).seenTo, 10);
    const empty = readerOf(filled(0));
    for (const after of [null, 5]) assert.equal((await empty.read({ ...ALL, after })).seenTo, 0);
    assert.deepEqual(await empty.count(ALL), []);
  });

  it('comes to an end where a damaged disk says that a number is beyond all bounds, or leaves none between', async () => {
    for (const isCounted of [false, true]) {
      const store = filled(10);
      store.disk.audit.set(2 ** 50, entry(2 ** 50, 'repaired'));
      const looked = { times: 0 };
      const audit: AuditStore = {
        ...store.audit,
        read: (...what) => {
          looked.times += 1;
          return store.audit.read(...what);
        },
      };
      // At the next start the number of the last event is what was found.
      const last = isCounted ? 2 ** 50 : 10;
      const reader = createAuditReader(audit, createScheduler(), () => last);
      const found = isCounted ? [2 ** 50] : [];
      const query = { ...ALL, event: 'repaired' } as const;
      for (const after of [null, 0]) {
        const page = await reader.read({ ...query, after });
        assert.deepEqual([numbers(page), page.seenTo, page.hasMore], [found, last, false]);
      }
      assert.ok(looked.times <= 4, `${looked.times} windows`);
      assert.equal((await reader.count(query)).length, found.length);
    }
  });

  it('comes to an end where the search for a number goes astray', async () => {
    for (const wrong of [1, 5, 2 ** 50]) {
      const audit: AuditStore = { ...filled(2600).audit, nearest: (seq) => (seq === 2600 ? 2600 : wrong) };
      const reader = createAuditReader(audit, createScheduler(), () => 2600);
      for (const after of [null, 0, 1700]) await reader.read({ ...ALL, event: 'repaired', after });
      await reader.count(ALL);
    }
  });

  it('counts over all windows', async () => {
    const counts = await readerOf(filled(2600)).count(ALL);
    const total = (event: string) =>
      counts.filter((each) => each.event === event).reduce((sum, { count }) => sum + count, 0);
    assert.deepEqual([total('repaired'), total('granted')], [5, 2595]);
  });
});

describe('the keeping of the audit', () => {
  const keeping = (count: number, auditMaxEvents: number, auditRetentionMs: number) => {
    const store = filled(count);
    const state = new State(0, count);
    const keep = createAuditKeeping({
      audit: store.audit,
      state,
      scheduler: createScheduler(),
      catalogue: () => ({ auditMaxEvents, auditRetentionMs }),
      now: () => count,
      slice: 7,
    });
    return { store, state, keep };
  };

  it('drops what is beyond the number and what is too old', async () => {
    const bySize = keeping(100, 20, 1000);
    await bySize.keep(true);
    assert.deepEqual(bySize.store.audit.span(), { first: 81, last: 100 });
    const byAge = keeping(100, 1000, 30);
    await byAge.keep(true);
    assert.deepEqual(byAge.store.audit.span(), { first: 70, last: 100 });
  });

  it('waits until it is due, unless much came', async () => {
    const { store, state, keep } = keeping(100, 100, 1000);
    await keep(true);
    const add = (count: number) => {
      for (let i = 0; i < count; i++) {
        state.lastAudit += 1;
        store.disk.audit.set(state.lastAudit, entry(state.lastAudit, 'granted'));
      }
    };
    add(10);
    await keep(false);
    assert.equal(store.disk.audit.size, 110);
    add(1);
    await keep(false);
    assert.equal(store.disk.audit.size, 100);
  });

  it('tries a trim that failed again only once it is due', async () => {
    let tries = 0;
    const keep = createAuditKeeping({
      audit: {
        ...filled(0).audit,
        trim: () => {
          tries += 1;
          throw new Error('full');
        },
      },
      state: new State(0, 5000),
      scheduler: createScheduler(),
      catalogue: () => ({ auditMaxEvents: 1000, auditRetentionMs: 1 }),
      now: () => 0,
      slice: 10,
    });
    await assert.rejects(keep(false));
    await keep(false);
    assert.equal(tries, 1);
    await assert.rejects(keep(true));
  });
});
