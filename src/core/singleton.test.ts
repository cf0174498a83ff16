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

describe('a singleton on which nobody can be seen', () => {
  const release = (type: string) => {
    const desk = createDesk(of({}));
    const { lockId } = desk.granted({ serviceType: type }).snapshot.lease;
    const listeners = new Map([[lockId, 'unknown']] as const);
    desk.submit({ kind: 'observe', listeners, holders: new Map(), instances: new Map() });
    const nobody = { fence: null, callerInstanceId: null, callerProjectPath: null, force: false } as const;
    return desk.submit({ kind: 'release', lockId, ...nobody }).refusal?.code ?? null;
  };

  it('is released by nobody who has its lock id alone, which everybody is told', () => {
    assert.deepEqual([release('ai'), release('dev')], ['PORTS_UNREADABLE', null]);
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
    const others = [
      [{ protocol: 'udp' }, /; a UDP port was asked for$/],
      [{ count: 2 }, /; 2 ports were asked for$/],
      [{ exact: true, preferredPort: 11_405 }, /; no other than port 11405 was asked for$/],
    ] as const;
    for (const [other, why] of others) {
      const refusal = desk.refused({ serviceType: 'ai', projectPath: '/b', ...other });
      assert.equal(refusal.code, 'SINGLETON_HELD', JSON.stringify(other));
      assert.match(refusal.detail, why);
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

  it('is the one that it became, also when a stranger has left the port of the one before', () => {
    const desk = createDesk(of({}));
    const [first, second] = ['/a', '/b'].map((projectPath) => desk.granted({ projectPath }).snapshot.lease);
    const see = (sight: 'none' | 'stranger'): void => {
      const listeners = new Map([[first?.lockId ?? '', sight]] as const);
      desk.submit({ kind: 'observe', listeners, holders: new Map(), instances: new Map() });
    };
    const holders = (): string[] => desk.state.singletons('web').map(({ lease }) => lease.lockId);
    desk.catalogue = of({}, ['dev']);
    assert.equal(desk.granted({ projectPath: '/c' }).snapshot.lease.lockId, first?.lockId);
    see('stranger');
    assert.equal(desk.granted({ projectPath: '/c' }).snapshot.lease.lockId, second?.lockId);
    see('none');
    assert.equal(desk.granted({ projectPath: '/c' }).snapshot.lease.lockId, second?.lockId);
    assert.deepEqual(holders(), [second?.lockId]);
  });

  it('is one also where strangers have all of those before it', () => {
    const desk = createDesk(of({}));
    const [first, second] = ['/a', '/b'].map((projectPath) => desk.granted({ projectPath }).snapshot.lease);
    const hijack = (lockId = ''): void => {
      const listeners = new Map([[lockId, 'stranger']] as const);
      desk.submit({ kind: 'observe', listeners, holders: new Map(), instances: new Map() });
    };
    desk.catalogue = of({}, ['dev']);
    hijack(first?.lockId);
    assert.equal(desk.granted({ projectPath: '/c' }).snapshot.lease.lockId, second?.lockId);
    hijack(second?.lockId);
    const { lockId } = desk.granted({ projectPath: '/d' }).snapshot.lease;
    assert.deepEqual(
      desk.state.singletons('web').map(({ lease }) => lease.lockId),
      [lockId],
    );
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

describe('the marks of singletons', () => {
  const mark = (desk: Desk) => desk.submit({ kind: 'mark-singletons' }).reply?.marked;
  const marked = (desk: Desk) =>
    [...desk.state.leases()].filter(({ lease }) => lease.singleton).map(({ lease }) => lease.lockId);

  it('follow the configuration: one lease of each, and the one that everybody gets', () => {
    const desk = createDesk(of({}));
    const leases = ['/a', '/b'].map((projectPath) => desk.granted({ projectPath }).snapshot.lease);
    const other = desk.granted({ serviceName: 'other' }).snapshot.lease;
    assert.equal(mark(desk), 0);
    desk.catalogue = of({}, ['dev']);
    assert.equal(mark(desk), 2);
    assert.deepEqual(marked(desk), [leases[0]?.lockId, other.lockId]);
    assert.equal(mark(desk), 0, 'twice is once');
    assert.equal(desk.granted({ projectPath: '/z' }).snapshot.lease.lockId, leases[0]?.lockId);
    desk.catalogue = of({ web: 'multi' }, ['dev']);
    mark(desk);
    assert.deepEqual(marked(desk), [other.lockId]);
    desk.catalogue = of({});
    mark(desk);
    assert.deepEqual(marked(desk), []);
  });
});

describe('what is said of a singleton', () => {
  const ai = { serviceType: 'ai', serviceName: 'ollama' } as const;
  const other = { ...ai, projectPath: '/b' } as const;

  function served(desk: Desk): string {
    const { lockId } = desk.granted({ ...ai, projectPath: '/src/shop' }).snapshot.lease;
    const listeners = new Map([[lockId, 'own']] as const);
    desk.submit({ kind: 'observe', listeners, holders: new Map(), instances: new Map() });
    return lockId;
  }

  it('names who runs it, where, and how to reach it', () => {
    const desk = createDesk(of({}));
    served(desk);
    desk.branch = 'fix-ui';
    desk.server = 'ollama serve (pid 4121)';
    assert.equal(
      desk.granted(other).message,
      'ollama runs once on this machine, and ollama serve (pid 4121) of /src/shop on branch fix-ui runs it (leased since 1970-01-01 00:00 UTC); use it at http://ollama.shop.localhost:11400',
    );
    const { detail, hint, fields } = desk.refused({ ...other, fresh: true });
    assert.equal(
      `${detail}. ${hint}`,
      'ollama runs once on this machine, and ollama serve (pid 4121) of /src/shop on branch fix-ui runs it (leased since 1970-01-01 00:00 UTC); another one was asked for. Use the one at http://ollama.shop.localhost:11400, or `styxy release lk_1` if it is yours.',
    );
    assert.equal(
      fields.holder,
      'ollama serve (pid 4121) of /src/shop on branch fix-ui runs it (leased since 1970-01-01 00:00 UTC)',
    );
  });

  it('tells a reservation from a holder that has not opened it yet', () => {
    const desk = createDesk(of({}));
    const { lockId } = desk.granted({ ...ai, instanceId: 'agent-1' }).snapshot.lease;
    assert.match(
      desk.granted(other).message,
      /\/a, instance agent-1 has reserved it \(leased since 1970-01-01 00:00 UTC\); nobody listens there yet, and if nobody will, `styxy release lk_1 --force` makes room/,
    );
    desk.submit({ kind: 'hold', lockId, delta: 1 });
    assert.match(
      desk.granted(other).message,
      /holds it \(leased since 1970-01-01 00:00 UTC\); nobody listens there yet, wait for it at http:/,
    );
  });

  it('is another sentence for its holder', () => {
    const desk = createDesk(of({}));
    desk.granted(ai);
    const again = desk.granted({ ...ai, preferredPort: 11_405 });
    assert.match(again.message, /it is yours already, at http:.*; the wish for port 11405 does not move it/);
  });

  it('says where a server is that no browser opens', () => {
    const desk = createDesk(of({ events: 'single' }));
    desk.granted({ serviceName: 'events', protocol: 'udp' });
    const { message } = desk.granted({ serviceName: 'events', protocol: 'udp', projectPath: '/b' });
    assert.match(message, /would be at UDP port 3000/);
  });
});

describe('the release of a singleton', () => {
  const as = (projectPath: string | null, instanceId: string | null = null, force = false) =>
    ({ fence: null, callerInstanceId: instanceId, callerProjectPath: projectPath, force }) as const;

  it('is its holder’s alone, in whatever state it is, unless it is forced', () => {
    const desk = createDesk(of({ web: 'single' }));
    const { lockId } = desk.granted({ instanceId: 'agent-1' }).snapshot.lease;
    for (const other of [as('/b'), as(null, 'agent-2')]) {
      const { refusal } = desk.submit({ kind: 'release', lockId, ...other });
      assert.equal(refusal?.code, 'LEASE_IN_USE');
      assert.match(
        refusal.detail,
        /\/a, instance agent-1 has reserved it \(leased since 1970-01-01 00:00 UTC\): nobody else releases it/,
      );
      assert.match(refusal.hint, /--force/);
    }
    assert.equal(desk.submit({ kind: 'release', lockId, ...as(null, 'agent-1') }).refusal, null);
    const next = desk.granted({}).snapshot.lease.lockId;
    assert.equal(desk.submit({ kind: 'release', lockId: next, ...as('/b', null, true) }).refusal, null);
    const last = desk.granted({}).snapshot.lease.lockId;
    assert.equal(desk.submit({ kind: 'release', lockId: last, ...as('/a') }).refusal, null);
  });

  it('by nobody named needs that nobody holds it: everybody who asked has its lock id', () => {
    const desk = createDesk(of({ web: 'single' }));
    const { lockId } = desk.granted({}).snapshot.lease;
    desk.submit({ kind: 'hold', lockId, delta: 1 });
    const nameless = { kind: 'release', lockId, ...as(null) } as const;
    assert.equal(desk.submit(nameless).refusal?.code, 'LEASE_IN_USE');
    desk.submit({ kind: 'hold', lockId, delta: -1 });
    assert.equal(desk.submit(nameless).refusal, null);
  });

  it('is as of any other lease where the service is one of many again', () => {
    const desk = createDesk(of({ web: 'single' }));
    const { lockId } = desk.granted({}).snapshot.lease;
    desk.catalogue = of({});
    assert.equal(desk.submit({ kind: 'release', lockId, ...as('/b') }).refusal, null);
  });
});
