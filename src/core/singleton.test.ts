// Owns the tests of singletons: who gets which lease, and what a change of the configuration makes of leases.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serviceType, testCatalogue } from '../../test/fixtures/catalogue.ts';
import { createDesk, type Desk } from '../../test/fixtures/core-desk.ts';

const types = [
  serviceType('dev', 3000, 3009),
  serviceType('api', 8000, 8009),
  serviceType('ai', 11_400, 11_409, { instanceBehavior: 'single' }),
];
/** A catalogue with behaviours of names, and with these types as single ones beside `ai`. */
const of = (behaviors: Readonly<Record<string, 'multi' | 'single'>>, single: readonly string[] = []) =>
  testCatalogue(
    types.map((type) => (single.includes(type.name) ? { ...type, instanceBehavior: 'single' } : type)),
    { behaviorOfName: new Map(Object.entries(behaviors)) },
  );

function release(desk: Desk, lockId: string): void {
  const caller = { fence: null, callerInstanceId: null, callerProjectPath: null, force: true } as const;
  desk.submit({ kind: 'release', lockId, ...caller });
}

describe('a singleton', () => {
  it('is one lease, whoever asks, and raises its fence when it is taken over', () => {
    const desk = createDesk(of({}));
    const first = desk.granted({ serviceType: 'ai' });
    const other = desk.granted({ serviceType: 'ai', projectPath: '/b' });
    assert.equal(other.existing, true);
    assert.equal(other.snapshot.lease.lockId, first.snapshot.lease.lockId);
    assert.match(other.message, /\/a/);
    assert.equal(desk.refused({ serviceType: 'ai', projectPath: '/b', fresh: true }).code, 'SINGLETON_HELD');
    release(desk, first.snapshot.lease.lockId);
    const next = desk.granted({ serviceType: 'ai', projectPath: '/b' });
    assert.ok(next.snapshot.lease.fence > first.snapshot.lease.fence);
  });
});

describe('a singleton by the configuration', () => {
  it('may be one service name of whatever type, while its type has many', () => {
    const desk = createDesk(of({ search: 'single' }));
    const first = desk.granted({ serviceName: 'search' }).snapshot.lease;
    assert.equal(first.singleton, true);
    const other = desk.granted({ serviceType: 'api', serviceName: 'search', projectPath: '/b' });
    assert.deepEqual([other.existing, other.snapshot.lease.lockId], [true, first.lockId]);
    for (const projectPath of ['/a', '/b']) {
      const many = desk.granted({ serviceName: 'web', projectPath });
      assert.deepEqual([many.existing, many.snapshot.lease.singleton], [false, false]);
    }
  });

  it('is known by the name of its type where no name is given', () => {
    const desk = createDesk(of({ dev: 'single' }));
    const { lockId } = desk.granted({ serviceName: null }).snapshot.lease;
    assert.equal(desk.granted({ serviceName: null, projectPath: '/b' }).snapshot.lease.lockId, lockId);
    assert.equal(desk.granted({ serviceName: 'dev', projectPath: '/c' }).snapshot.lease.lockId, lockId);
  });

  it('is told apart by its type where the type makes it one, and by its name alone an exception', () => {
    const desk = createDesk(of({ free: 'multi' }, ['api']));
    const one = desk.granted({ serviceType: 'ai', serviceName: 'x' }).snapshot.lease;
    const two = desk.granted({ serviceType: 'api', serviceName: 'x' }).snapshot.lease;
    assert.notEqual(one.lockId, two.lockId);
    assert.equal(desk.granted({ serviceType: 'api', serviceName: 'x', projectPath: '/b' }).existing, true);
    for (const projectPath of ['/a', '/b'])
      assert.equal(desk.granted({ serviceType: 'ai', serviceName: 'free', projectPath }).existing, false);
  });

  it('is not given where another protocol, port or count is wanted', () => {
    const desk = createDesk(of({}));
    desk.granted({ serviceType: 'ai' });
    const others = [{ protocol: 'udp' }, { count: 2 }, { exact: true, preferredPort: 11_405 }] as const;
    for (const other of others) {
      const refusal = desk.refused({ serviceType: 'ai', projectPath: '/b', ...other });
      assert.equal(refusal.code, 'SINGLETON_HELD', JSON.stringify(other));
    }
  });

  it('sees the leases that were granted before it was one: the active one first, else the oldest', () => {
    const desk = createDesk(of({}));
    const [oldest, served] = ['/a', '/b', '/c'].map((projectPath) => desk.granted({ projectPath }));
    desk.catalogue = of({}, ['dev']);
    assert.equal(desk.refused({ projectPath: '/d', fresh: true }).code, 'SINGLETON_HELD');
    const { lockId } = served?.snapshot.lease ?? { lockId: '' };
    const sight = new Map([[lockId, 'own']] as const);
    desk.submit({ kind: 'observe', listeners: sight, holders: new Map(), instances: new Map() });
    // Whoever has one of its own as well as who has none, and however the states change after that.
    for (const projectPath of ['/a', '/d']) {
      const { snapshot, existing } = desk.granted({ projectPath });
      assert.deepEqual([existing, snapshot.lease.lockId, snapshot.lease.singleton], [true, lockId, true]);
    }
    const left = new Map([[lockId, 'none']] as const);
    desk.submit({ kind: 'observe', listeners: left, holders: new Map(), instances: new Map() });
    assert.equal(desk.granted({ projectPath: '/a' }).snapshot.lease.lockId, lockId);
    assert.equal(desk.state.leaseCount, 3, 'a configuration ends no lease');
    release(desk, lockId);
    assert.equal(desk.granted({ projectPath: '/e' }).snapshot.lease.lockId, oldest?.snapshot.lease.lockId);
  });

  it('is one of many again once the configuration says so, and whoever has it keeps it', () => {
    const desk = createDesk(of({}, ['dev']));
    const first = desk.granted({ projectPath: '/a' }).snapshot.lease;
    desk.catalogue = of({});
    const second = desk.granted({ projectPath: '/b' });
    assert.deepEqual([second.existing, second.snapshot.lease.singleton], [false, false]);
    const again = desk.granted({ projectPath: '/a' }).snapshot.lease;
    assert.deepEqual([again.lockId, again.singleton], [first.lockId, false]);
    assert.deepEqual(desk.state.singletons('web'), []);
  });
});
