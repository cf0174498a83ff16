// Owns arbitrary sequences of store changes, and the naive model that says what a store must hold after them.

import fc from 'fast-check';
import {
  type AutomaticRange,
  type DurableChange,
  type KeyMemory,
  portId,
  type Quarantine,
  type RequestMemory,
} from '../../src/core/change.ts';
import type { Instance } from '../../src/core/instance.ts';
import type { Lease, Protocol } from '../../src/core/lease.ts';
import type { ProcessIdentity } from '../../src/core/process-identity.ts';
import type { StoredState } from '../../src/store/store.ts';

/** What a store must hold, in plain maps. */
export interface Model {
  readonly leases: Map<string, Lease>;
  readonly keys: Map<string, KeyMemory>;
  readonly quarantines: Map<string, Quarantine>;
  readonly instances: Map<string, Instance>;
  readonly requests: Map<string, RequestMemory>;
  readonly ranges: Map<string, AutomaticRange>;
}

export function createModel(): Model {
  return {
    leases: new Map(),
    keys: new Map(),
    quarantines: new Map(),
    instances: new Map(),
    requests: new Map(),
    ranges: new Map(),
  };
}

/** The tables of a stored state in the model's form, for one `deepEqual`. */
export function asModel(state: StoredState): Model {
  return {
    leases: new Map(state.leases.map((lease) => [lease.lockId, lease])),
    keys: new Map(state.keys),
    quarantines: new Map(state.quarantines),
    instances: new Map(state.instances.map((instance) => [instance.instanceId, instance])),
    requests: new Map(state.requests),
    ranges: new Map(state.ranges.map((range) => [range.name, range])),
  };
}

export function aLease(fields: Partial<Lease> = {}): Lease {
  return {
    lockId: 'lock-1',
    protocol: 'tcp',
    port: 3000,
    count: 1,
    serviceType: 'dev',
    serviceName: 'web',
    instanceId: null,
    projectPath: '/home/ada/acme',
    pid: null,
    process: null,
    singleton: false,
    fence: 1,
    ttlMs: 3_600_000,
    allocatedAt: 1_790_000_000_000,
    ...fields,
  };
}

export function granted(lease: Lease): DurableChange {
  return { table: 'lease', id: lease.lockId, before: null, after: lease };
}

export function released(lease: Lease): DurableChange {
  return { table: 'lease', id: lease.lockId, before: lease, after: null };
}

const protocol: fc.Arbitrary<Protocol> = fc.constantFrom('tcp', 'udp');
const text = fc.string({ minLength: 1, maxLength: 30, unit: fc.constantFrom(...'aZ09 ._/@-é😀"\'\\%;') });
const amount = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const moment = fc.oneof(
  fc.nat(),
  fc.nat().map((n) => n + 0.5),
);
const processIdentity: fc.Arbitrary<ProcessIdentity> = fc.record({
  pid: fc.integer({ min: 1, max: 4_194_304 }),
  startTicks: fc.nat().map(String),
  bootId: fc.uuid(),
  pidNamespace: fc.constantFrom('', '4026531836'),
});
const orNull = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: null });

const leaseFields = fc.record({
  protocol,
  port: fc.integer({ min: 3000, max: 3040 }),
  count: fc.oneof(
    { weight: 4, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.integer({ min: 2, max: 32 }) },
  ),
  serviceType: fc.constantFrom('dev', 'api'),
  serviceName: orNull(text),
  instanceId: orNull(text),
  projectPath: orNull(text.map((name) => `/${name}`)),
  pid: orNull(fc.integer({ min: 1, max: 4_194_304 })),
  process: orNull(processIdentity),
  ttlMs: fc.integer({ min: 1, max: 2_592_000_000 }),
  allocatedAt: amount,
});

/** A key as the core builds it: its parts are separated by NUL. */
const keyId = fc
  .tuple(fc.constantFrom('/a', '/b', '@i'), fc.constantFrom('dev', 'api'))
  .map((parts) => parts.join('\0'));
const smallId = fc.constantFrom('a', 'b', 'c', 'ö');

type Step = (model: Model, nextFence: () => number) => DurableChange | null;

const leaseStep = (
  kind: string,
  fields: Omit<Lease, 'lockId' | 'fence' | 'singleton'>,
  pick: number,
): Step => {
  return (model, nextFence) => {
    const existing = [...model.leases.values()][pick % Math.max(1, model.leases.size)];
    if (kind === 'grant' || existing === undefined) {
      const fence = nextFence();
      const lease: Lease = { ...fields, lockId: `lock-${fence}`, fence, singleton: false };
      return conflicts(model, lease) ? null : granted(lease);
    }
    if (kind === 'release') return released(existing);
    const after = { ...existing, ttlMs: fields.ttlMs, pid: fields.pid, process: fields.process };
    return { table: 'lease', id: existing.lockId, before: existing, after };
  };
};

const rowStep = <Table extends Exclude<DurableChange['table'], 'lease' | 'audit'>>(
  table: Table,
  rowsOf: (model: Model) => Map<string, unknown>,
  id: string,
  after: unknown,
): Step => {
  return (model) => {
    const before = rowsOf(model).get(id) ?? null;
    return before === null && after === null ? null : ({ table, id, before, after } as DurableChange);
  };
};

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom('grant', 'grant', 'renew', 'release'), leaseFields, fc.nat())
      .map((args) => leaseStep(...args)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        keyId,
        orNull(
          fc.record({
            protocol,
            port: fc.integer({ min: 1024, max: 65_000 }),
            count: fc.integer({ min: 1, max: 32 }),
            projectPath: orNull(text),
            usedAt: moment,
          }),
        ),
      )
      .map(([id, memory]) => rowStep('key', (model) => model.keys, id, memory)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        protocol,
        fc.integer({ min: 3000, max: 3005 }),
        orNull(fc.record({ until: moment, restMs: moment, key: orNull(keyId) })),
      )
      .map(([p, port, rest]) => rowStep('quarantine', (model) => model.quarantines, portId(p, port), rest)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        smallId,
        orNull(
          fc.record({
            workingDirectory: orNull(text),
            template: orNull(fc.constantFrom('main', 'features')),
            pid: orNull(fc.integer({ min: 1, max: 4_194_304 })),
            process: orNull(processIdentity),
            ttlMs: fc.integer({ min: 1, max: 2_592_000_000 }),
            metadata: fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)), {
              noNullPrototype: true,
            }),
            registeredAt: amount,
          }),
        ),
      )
      .map(([id, fields]) =>
        rowStep(
          'instance',
          (model) => model.instances,
          id,
          fields === null ? null : { instanceId: id, ...fields },
        ),
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        smallId,
        orNull(
          fc.record({
            fingerprint: text,
            answeredAt: moment,
            answer: fc.oneof(
              fc.record({ kind: fc.constant('reply'), reply: fc.record({ port: fc.nat(), message: text }) }),
              fc.record({
                kind: fc.constant('refusal'),
                refusal: fc.record({
                  code: fc.constant('PORT_UNAVAILABLE'),
                  detail: text,
                  hint: text,
                  fields: fc.constant({}),
                }),
              }),
            ),
          }),
        ),
      )
      .map(([id, memory]) => rowStep('request', (model) => model.requests, id, memory)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom('grpc', 'x-1'),
        fc.integer({ min: 1024, max: 65_000 }),
        fc.nat(500),
        fc.boolean(),
      )
      .map(([name, start, size, isGone]) =>
        rowStep(
          'range',
          (model) => model.ranges,
          name,
          isGone ? null : { name, start, end: start + size, madeAt: size },
        ),
      ),
  },
);

/** One group commit to try: its steps, and whether a change that must fail comes after them. */
export interface Group {
  readonly steps: readonly Step[];
  readonly fails: boolean;
}

export const groups: fc.Arbitrary<Group[]> = fc.array(
  fc.record({
    steps: fc.array(step, { minLength: 1, maxLength: 8 }),
    fails: fc.oneof(
      { weight: 5, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
  }),
  { maxLength: 12 },
);

/** The changes that a group's steps make to `model`, which is changed along. */
export function playGroup(model: Model, group: Group, nextFence: () => number): DurableChange[] {
  const changes: DurableChange[] = [];
  for (const play of group.steps) {
    const change = play(model, nextFence);
    if (change === null) continue;
    applyToModel(model, change);
    changes.push(change);
  }
  return changes;
}

export function applyToModel(model: Model, change: DurableChange): void {
  // Events are read where they are, never loaded: `store-audit.ts` looks at them.
  if (change.table === 'audit') return;
  const rows = {
    lease: model.leases,
    key: model.keys,
    quarantine: model.quarantines,
    instance: model.instances,
    request: model.requests,
    range: model.ranges,
  }[change.table] as Map<string, unknown>;
  if (change.after === null) rows.delete(change.id);
  else rows.set(change.id, change.after);
}

function conflicts(model: Model, lease: Lease): boolean {
  return [...model.leases.values()].some(
    (other) =>
      other.protocol === lease.protocol &&
      other.port < lease.port + lease.count &&
      lease.port < other.port + other.count,
  );
}
