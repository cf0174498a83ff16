// Owns the contract of the audit that every store keeps: what was committed is read, counted and trimmed alike.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AuditEntry, NO_SUBJECT, NOBODY } from '../../src/core/audit.ts';
import { AUDIT_EVENTS, type AuditEvent } from '../../src/core/audit-events.ts';
import type { DurableChange } from '../../src/core/change.ts';
import type { Lease } from '../../src/core/lease.ts';
import type { AuditCount, AuditFilter } from '../../src/store/audit-store.ts';
import type { Store } from '../../src/store/store.ts';
import { failsWith, type StoreHome } from './store.ts';
import { aLease, granted, released } from './store-changes.ts';

type InHome = (work: (home: StoreHome, store: Store) => Promise<void>) => Promise<void>;

const ALL: AuditFilter = { since: null, until: null, event: null, serviceType: null, port: null };
const EVERYTHING = { first: 1, last: 1_000_000 };
const DAY_MS = 86_400_000;
const START = 1_790_000_000_000;

/** An event of a lease that is granted; the fields say what is different. */
export function anEvent(seq: number, fields: Partial<AuditEntry> = {}): AuditEntry {
  const lease = aLease({ lockId: `lock-${seq}`, port: 3000 + seq, fence: seq });
  return {
    seq,
    at: START + seq,
    moment: seq * 1000,
    event: 'granted',
    actor: NOBODY,
    reason: null,
    subject: lease,
    lease,
    ...fields,
  };
}

export function put(entry: AuditEntry): DurableChange {
  return { table: 'audit', id: entry.seq, before: null, after: entry };
}

/** What a row has of a lease that the event does not make. */
function subjectOf(lease: Lease): AuditEntry['subject'] {
  const { lockId, protocol, port, count, serviceType, serviceName, instanceId, projectPath } = lease;
  return { lockId, protocol, port, count, serviceType, serviceName, instanceId, projectPath };
}

const orNull = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: null });
const word = fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(...'aZ09 ._/@-é😀"\'\\%;') });

const entryFields = fc.record({
  at: fc.integer({ min: START, max: START + 3 * DAY_MS }),
  event: fc.constantFrom(...(Object.keys(AUDIT_EVENTS) as AuditEvent[])),
  actor: fc.record({
    instanceId: orNull(word),
    pid: orNull(fc.integer({ min: 1, max: 4_194_304 })),
    command: orNull(word),
  }),
  reason: orNull(word),
  lease: fc
    .record({
      port: fc.integer({ min: 3000, max: 3010 }),
      count: fc.integer({ min: 1, max: 3 }),
      serviceType: fc.constantFrom('dev', 'api'),
      serviceName: orNull(word),
      pid: orNull(fc.integer({ min: 1, max: 4_194_304 })),
      process: orNull(
        fc.record({
          pid: fc.nat(),
          startTicks: fc.nat().map(String),
          bootId: fc.uuid(),
          pidNamespace: fc.constant(''),
        }),
      ),
      singleton: fc.boolean(),
    })
    .map(aLease),
  kind: fc.constantFrom('whole', 'subject', 'nothing'),
});

const entries = fc.array(entryFields, { maxLength: 30 }).map((all) =>
  // Cloned, since fast-check's objects have no prototype.
  structuredClone(all).map(({ kind, lease, ...fields }, index): AuditEntry => {
    const seq = index + 1;
    const entry = { ...fields, seq, moment: seq * 1000 };
    if (kind === 'whole') return { ...entry, subject: lease, lease };
    return { ...entry, subject: kind === 'nothing' ? NO_SUBJECT : subjectOf(lease), lease: null };
  }),
);

const filter = fc.record({
  since: orNull(fc.integer({ min: START, max: START + 3 * DAY_MS })),
  until: orNull(fc.integer({ min: START, max: START + 3 * DAY_MS })),
  event: orNull(fc.constantFrom<AuditEvent>('granted', 'released', 'conflict')),
  serviceType: orNull(fc.constantFrom('dev', 'api', 'nope')),
  port: orNull(fc.integer({ min: 3000, max: 3012 })),
});

function isMatch({ at, event, subject }: AuditEntry, asked: AuditFilter): boolean {
  const { port, count } = subject;
  const isThere =
    asked.port === null ||
    (port !== null && count !== null && asked.port >= port && asked.port < port + count);
  return (
    (asked.since === null || at >= asked.since) &&
    (asked.until === null || at < asked.until) &&
    (asked.event === null || event === asked.event) &&
    (asked.serviceType === null || subject.serviceType === asked.serviceType) &&
    isThere
  );
}

function sortedCounts(counts: Iterable<AuditCount>): AuditCount[] {
  const id = (each: AuditCount): string => JSON.stringify([each.event, each.serviceType, each.day]);
  return [...counts].map((each) => ({ ...each })).sort((a, b) => (id(a) < id(b) ? -1 : 1));
}

function countsOf(all: readonly AuditEntry[]): AuditCount[] {
  const counts = new Map<string, AuditCount>();
  for (const { event, at, subject } of all) {
    const day = Math.floor(at / DAY_MS);
    const id = JSON.stringify([event, subject.serviceType, day]);
    const count = (counts.get(id)?.count ?? 0) + 1;
    counts.set(id, { event, serviceType: subject.serviceType, day, count });
  }
  return sortedCounts(counts.values());
}

const numbersOf = ({ entries }: { readonly entries: readonly AuditEntry[] }): number[] =>
  entries.map(({ seq }) => seq);

export function auditContract(inHome: InHome): void {
  test('an audit that was never written is empty', () =>
    inHome(async (_, store) => {
      assert.equal(await store.audit.span(), null);
      assert.equal((await store.load()).lastAudit, 0);
      assert.deepEqual(await store.audit.read(EVERYTHING, ALL, 10, true), { entries: [], unreadable: 0 });
      assert.equal(await store.audit.trim(0, { upTo: 10, before: 10 }, 10), null);
    }));

  test('events are read as they were written, whatever is asked for', async () => {
    const asked = fc.record({
      filter,
      first: fc.integer({ min: 1, max: 20 }),
      size: fc.nat(40),
      limit: fc.integer({ min: 1, max: 8 }),
      isForward: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(entries, fc.array(asked, { minLength: 1, maxLength: 4 }), (all, questions) =>
        inHome(async (home, former) => {
          await former.commit(all.map(put));
          await former.close();
          const store = await home.open();
          assert.equal((await store.load()).lastAudit, all.length);
          assert.deepEqual(
            await store.audit.span(),
            all.length === 0 ? null : { first: 1, last: all.length },
          );
          for (const seq of [1, all.length, all.length + 1]) {
            assert.equal(await store.audit.nearest(seq, true), seq >= 1 && seq <= all.length ? seq : null);
            assert.equal(await store.audit.nearest(seq, false), Math.min(seq, all.length) || null);
          }
          for (const { filter, first, size, limit, isForward } of questions) {
            const window = { first, last: first + size };
            const found = all.filter(
              (each) => each.seq >= first && each.seq <= window.last && isMatch(each, filter),
            );
            assert.deepEqual(await store.audit.read(window, filter, limit, isForward), {
              entries: isForward ? found.slice(0, limit) : found.slice(-limit),
              unreadable: 0,
            });
            assert.deepEqual(sortedCounts(await store.audit.count(window, filter)), countsOf(found));
          }
          await store.close();
        }),
      ),
      { numRuns: 40 },
    );
  });

  test('an event goes the way of the change that it tells of', () =>
    inHome(async (home, store) => {
      const lease = aLease({ lockId: 'first', port: 3001 });
      await store.commit([granted(lease), put(anEvent(1, { subject: lease, lease }))]);
      const rival = aLease({ lockId: 'rival', port: 3001, fence: 2 });
      await failsWith('STORE_UNAVAILABLE', () =>
        store.commit([put(anEvent(2, { subject: rival, lease: rival })), granted(rival)]),
      );
      await store.close();
      const next = await home.open();
      assert.deepEqual(numbersOf(await next.audit.read(EVERYTHING, ALL, 10, true)), [1]);
      assert.equal((await next.load()).lastAudit, 1);
      await next.close();
    }));

  test('by size: what is beyond the bound goes in slices, the newest never', () =>
    inHome(async (_, store) => {
      await store.commit(Array.from({ length: 10 }, (_, i) => put(anEvent(i + 1))));
      assert.equal(await store.audit.trim(0, { upTo: 6, before: 0 }, 4), 4);
      assert.deepEqual(numbersOf(await store.audit.read(EVERYTHING, ALL, 20, true)), [5, 6, 7, 8, 9, 10]);
      assert.equal(await store.audit.trim(4, { upTo: 6, before: 0 }, 4), 6);
      assert.equal(await store.audit.trim(6, { upTo: 6, before: 0 }, 4), null);
      assert.equal(await store.audit.trim(0, { upTo: 100, before: 0 }, 100), 9);
      assert.deepEqual(await store.audit.span(), { first: 10, last: 10 });
      assert.equal((await store.load()).lastAudit, 10, 'the numbers go on from there');
    }));

  test('by age: what is older goes', () =>
    inHome(async (_, store) => {
      await store.commit(Array.from({ length: 5 }, (_, i) => put(anEvent(i + 1))));
      assert.equal(await store.audit.trim(0, { upTo: 0, before: 3000 }, 100), 2);
      assert.deepEqual(numbersOf(await store.audit.read(EVERYTHING, ALL, 20, true)), [3, 4, 5]);
    }));

  test('of a lease that is over no event stays because another lease has its port', () =>
    inHome(async (_, store) => {
      const former = aLease({ lockId: 'former', port: 3000 });
      const next = aLease({ lockId: 'next', port: 3000, fence: 2 });
      await store.commit([
        granted(former),
        put(anEvent(1, { subject: former, lease: former })),
        released(former),
        put(anEvent(2, { event: 'released', subject: subjectOf(former), lease: null })),
        granted(next),
        put(anEvent(3, { subject: next, lease: next })),
        put(anEvent(4)),
      ]);
      assert.equal(await store.audit.trim(0, { upTo: 4, before: 0 }, 100), 3);
      assert.deepEqual(numbersOf(await store.audit.read(EVERYTHING, ALL, 20, true)), [3, 4]);
    }));

  test('for each live lease the event stays that says best what it is', () =>
    inHome(async (_, store) => {
      const lease = aLease({ lockId: 'live', port: 3000, count: 2 });
      const renewed = { ...lease, ttlMs: 5000 };
      const gone = aLease({ lockId: 'gone', port: 3010, fence: 2 });
      const plain = aLease({ lockId: 'plain', port: 3020, fence: 3 });
      await store.commit([
        granted(lease),
        put(anEvent(1, { subject: lease, lease })),
        granted(gone),
        put(anEvent(2, { subject: gone, lease: gone })),
        granted(plain),
        put(anEvent(3, { subject: plain, lease: plain })),
        { table: 'lease', id: 'live', before: lease, after: renewed },
        put(anEvent(4, { event: 'renewed', subject: renewed, lease: renewed })),
        put(anEvent(5, { event: 'hijacked', subject: subjectOf(renewed), lease: null })),
        released(gone),
        put(anEvent(6, { event: 'released', reason: 'released', subject: subjectOf(gone), lease: null })),
        put(anEvent(7)),
      ]);
      assert.deepEqual(
        numbersOf(await store.audit.standing()),
        [1, 3, 4, 7],
        'what leases are taken back from',
      );
      assert.equal(await store.audit.trim(0, { upTo: 7, before: 0 }, 100), 6);
      assert.deepEqual(numbersOf(await store.audit.read(EVERYTHING, ALL, 20, true)), [3, 4, 7]);
      assert.deepEqual(numbersOf(await store.audit.standing()), [3, 4, 7]);
      await store.commit([released(plain)]);
      assert.equal(await store.audit.trim(0, { upTo: 7, before: 0 }, 100), 4);
      assert.deepEqual(numbersOf(await store.audit.read(EVERYTHING, ALL, 20, true)), [4, 7]);
    }));
}
