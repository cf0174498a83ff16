// Owns the properties of the state: every change can be undone, and every index agrees with the rows.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NO_SUBJECT, NOBODY } from '../../src/core/audit.ts';
import type { Change, KeyMemory } from '../../src/core/change.ts';
import { portId } from '../../src/core/change.ts';
import { type Lease, leaseKey, type Protocol } from '../../src/core/lease.ts';
import { devolve, evolve, State } from '../../src/core/state.ts';
import { dumpState } from './state-dump.ts';

const AN_EVENT = {
  event: 'config_changed',
  actor: NOBODY,
  reason: null,
  subject: NO_SUBJECT,
  lease: null,
} as const;
const PORTS = Array.from({ length: 6 }, (_, i) => 3000 + i);

/** One move, read against the state of the moment, so that every change it becomes is one the core could make. */
const move = fc.record({
  what: fc.constantFrom(
    'grant',
    'end',
    'renew',
    'vitals',
    'key',
    'forget',
    'instance',
    'pulse',
    'rest',
    'request',
    'range',
    'audit',
    'floor',
  ),
  pick: fc.nat(5),
  count: fc.constantFrom(1, 1, 1, 2, 3),
  protocol: fc.constantFrom<Protocol>('tcp', 'udp'),
  project: fc.constantFrom('/a', '/b', null),
  instance: fc.constantFrom('one', 'two', null),
  name: fc.constantFrom('web', null),
  single: fc.boolean(),
  number: fc.nat(1000),
});
type Move = typeof move extends fc.Arbitrary<infer T> ? T : never;

function changesOf(state: State, m: Move, fence: number): Change[] {
  const leases = [...state.leases()];
  const picked = leases[m.pick % Math.max(1, leases.length)];
  const key = leaseKey({
    projectPath: m.project,
    instanceId: m.instance,
    serviceType: 'dev',
    serviceName: m.name,
    protocol: m.protocol,
  });
  switch (m.what) {
    case 'grant':
      return grant(state, m, fence);
    case 'end':
      if (picked === undefined) return [];
      return [
        { table: 'vitals', id: picked.lease.lockId, before: picked.vitals, after: null },
        { table: 'lease', id: picked.lease.lockId, before: picked.lease, after: null },
      ];
    case 'renew':
      if (picked === undefined) return [];
      return [
        {
          table: 'lease',
          id: picked.lease.lockId,
          before: picked.lease,
          after: { ...picked.lease, ttlMs: m.number },
        },
      ];
    case 'vitals':
      if (picked === undefined) return [];
      return [
        {
          table: 'vitals',
          id: picked.lease.lockId,
          before: picked.vitals,
          after: { ...picked.vitals, state: 'active', renewedAt: m.number, holds: m.number % 3 },
        },
      ];
    case 'key': {
      if (key === null) return [];
      const after: KeyMemory = {
        protocol: m.protocol,
        port: 3000 + m.pick,
        count: 1,
        projectPath: m.project,
        usedAt: m.number,
      };
      return [{ table: 'key', id: key, before: state.keyMemory(key) ?? null, after }];
    }
    case 'forget': {
      const [id, before] = [...state.keys()][m.pick] ?? [];
      return id === undefined || before === undefined ? [] : [{ table: 'key', id, before, after: null }];
    }
    case 'instance': {
      const id = m.instance ?? 'three';
      const entry = state.instance(id);
      if (entry !== undefined && m.single) {
        return [
          { table: 'pulse', id, before: entry.pulse, after: null },
          { table: 'instance', id, before: entry.instance, after: null },
        ];
      }
      const after = {
        instanceId: id,
        workingDirectory: m.project,
        template: null,
        pid: null,
        process: null,
        ttlMs: m.number,
        metadata: {},
        registeredAt: 0,
      };
      return [{ table: 'instance', id, before: entry?.instance ?? null, after }];
    }
    case 'pulse': {
      const entry = state.instance('one');
      if (entry === undefined) return [];
      return [
        { table: 'pulse', id: 'one', before: entry.pulse, after: { heardAt: m.number, process: 'alive' } },
      ];
    }
    case 'rest': {
      const id = portId(m.protocol, 3000 + m.pick);
      const after = m.single ? null : { until: m.number, restMs: 120_000, key };
      return [
        { table: 'quarantine', id, before: state.quarantine(m.protocol, 3000 + m.pick) ?? null, after },
      ];
    }
    case 'request': {
      const id = `r${m.pick}`;
      const after = m.single
        ? null
        : { fingerprint: 'f', answeredAt: m.number, answer: { kind: 'reply' as const, reply: m.number } };
      return [{ table: 'request', id, before: state.request(id) ?? null, after }];
    }
    case 'range': {
      const name = `t${m.pick}`;
      const after = m.single ? null : { name, start: 10_000, end: 10_009, madeAt: m.number };
      return [{ table: 'range', id: name, before: state.range(name) ?? null, after }];
    }
    case 'audit': {
      const seq = state.lastAudit + 1;
      const after = { ...AN_EVENT, seq, at: m.number, moment: m.number };
      return [{ table: 'audit', id: seq, before: null, after }];
    }
    default:
      return [{ table: 'floor', id: 'floor', before: state.floor, after: m.number }];
  }
}

function grant(state: State, m: Move, fence: number): Change[] {
  const port = 3000 + m.pick;
  for (let p = port; p < port + m.count; p++) if (state.leaseOn(m.protocol, p) !== undefined) return [];
  // Of a singleton there is one at a time.
  const singleton = m.single && state.singletons('web').length === 0;
  const lease: Lease = {
    lockId: `lease-${fence}`,
    protocol: m.protocol,
    port,
    count: m.count,
    serviceType: 'dev',
    serviceName: singleton ? 'web' : m.name,
    instanceId: m.instance,
    projectPath: m.project,
    pid: null,
    process: null,
    singleton,
    fence,
    ttlMs: 1000,
    allocatedAt: 0,
  };
  const vitals = {
    state: 'reserved',
    renewedAt: m.number,
    askedAt: m.number,
    notedAt: null,
    holds: 0,
    process: 'none',
    orphan: false,
    drift: [],
    server: null,
    isUnseen: false,
    missed: 0,
    missedAt: 0,
  } as const;
  return [
    { table: 'lease', id: lease.lockId, before: null, after: lease },
    { table: 'vitals', id: lease.lockId, before: null, after: vitals },
  ];
}

test('undoing changes gives the same state again, indexes and order included', () => {
  fc.assert(
    fc.property(
      fc.array(move, { maxLength: 40 }),
      fc.array(move, { minLength: 1, maxLength: 10 }),
      (first, then) => {
        const state = new State();
        let fence = 0;
        for (const m of first) evolve(state, changesOf(state, m, ++fence));
        const before = dumpState(state, PORTS);
        const steps: Change[][] = [];
        for (const m of then) {
          const changes = changesOf(state, m, ++fence);
          evolve(state, changes);
          steps.push(changes);
        }
        devolve(state, steps.flat());
        assert.deepEqual(dumpState(state, PORTS), before);
      },
    ),
    { numRuns: 500 },
  );
});

test('every index agrees with the rows', () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
      const state = new State();
      let fence = 0;
      for (const m of moves) evolve(state, changesOf(state, m, ++fence));
      const leases = [...state.leases()].map(({ lease }) => lease);
      assert.equal(state.leaseCount, leases.length);
      assert.deepEqual(
        leases.map(({ fence }) => fence),
        leases.map(({ fence }) => fence).sort((a, b) => a - b),
        'leases come in the order of their fences',
      );
      for (const protocol of ['tcp', 'udp'] as const) {
        for (const port of PORTS) {
          const here = leases.find(
            (l) => l.protocol === protocol && port >= l.port && port < l.port + l.count,
          );
          assert.equal(state.leaseOn(protocol, port)?.lease.lockId, here?.lockId);
          assert.equal(state.taken(protocol).has(port), here !== undefined);
          const remembering = [...state.keys()].filter(
            ([, memory]) => memory.protocol === protocol && memory.port === port,
          );
          const named = state.keyRemembering(protocol, port);
          assert.equal(
            remembering.some(([key]) => key === named),
            remembering.length > 0,
            `a port that a key remembers is known as remembered: ${protocol} ${port}`,
          );
        }
      }
      assert.deepEqual(
        state
          .heldLeases()
          .map(({ lease }) => lease.lockId)
          .sort(),
        [...state.leases()].flatMap(({ lease, vitals }) => (vitals.holds > 0 ? [lease.lockId] : [])).sort(),
      );
      for (const project of ['/a', '/b']) {
        assert.equal(
          state.leaseCountOfProject(project),
          leases.filter(({ projectPath }) => projectPath === project).length,
        );
      }
      for (const instance of ['one', 'two']) {
        assert.equal(
          state.leaseCountOfInstance(instance),
          leases.filter(({ instanceId }) => instanceId === instance).length,
        );
      }
      for (const lease of leases) {
        const key = leaseKey(lease);
        if (key === null) continue;
        assert.deepEqual(
          state.leasesOfKey(key).map(({ lease }) => lease.lockId),
          leases.filter((other) => leaseKey(other) === key).map(({ lockId }) => lockId),
        );
      }
    }),
    { numRuns: 500 },
  );
});
