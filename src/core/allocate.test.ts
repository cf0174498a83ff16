import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serviceType, testCatalogue } from '../../test/fixtures/catalogue.ts';
import { createDesk, type Desk } from '../../test/fixtures/core-desk.ts';
import { PortSet } from './port-set.ts';

const catalogue = testCatalogue(
  [
    serviceType('dev', 3000, 3009, { preferredPorts: [3000, 3001, 3002, 3003] }),
    serviceType('api', 8000, 8003),
    serviceType('ai', 11400, 11409, { preferredPorts: [11430], instanceBehavior: 'single' }),
  ],
  { browserBlocked: PortSet.of([8001, 4045]), avoided: PortSet.of([8004]), ownPorts: PortSet.of([8002]) },
);

function release(desk: Desk, lockId: string): void {
  const command = { fence: null, callerInstanceId: null, callerProjectPath: null, force: true } as const;
  assert.equal(desk.submit({ kind: 'release', lockId, ...command }).refusal, null);
}

const portOf = (reply: { snapshot: { lease: { port: number } } }): number => reply.snapshot.lease.port;

describe('the host name of a grant', () => {
  it('is that of the project, marked once another project has the same last directory', () => {
    const desk = createDesk(catalogue);
    const host = (projectPath: string): string | undefined => desk.granted({ projectPath }).snapshot.host;
    assert.equal(host('/a/main'), 'web.main.localhost');
    const second = host('/b/main');
    assert.match(second ?? '', /^web\.main-[0-9a-f]{8}\.localhost$/);
    assert.equal(host('/b/main'), second, 'and stays so');
    assert.equal(host('/a/main'), 'web.main.localhost', 'the older one keeps its name');
    assert.equal(host('/a/shop'), 'web.shop.localhost');
  });
});

describe('an adoption', () => {
  const adopt = { adopt: true, preferredPort: 3004, exact: true, pid: 7 } as const;

  it('leases a port to the server that listens there, without a probe', () => {
    const desk = createDesk(catalogue);
    desk.strangers.add(3004);
    const { snapshot, existing } = desk.granted(adopt);
    assert.equal(existing, false);
    assert.equal(snapshot.lease.port, 3004);
    assert.equal(snapshot.lease.pid, 7);
    assert.equal(snapshot.vitals.state, 'active');
    assert.equal(desk.granted(adopt).existing, true, 'and once only');
  });

  it('is refused where the port is leased, or nobody may have it', () => {
    const desk = createDesk(catalogue);
    const taken = portOf(desk.granted({ projectPath: '/b' }));
    const refused = desk.refused({ ...adopt, preferredPort: taken });
    assert.equal(refused.code, 'PORT_UNAVAILABLE');
    assert.match(refused.detail, /web of \/b/);
    assert.equal(
      desk.refused({ ...adopt, serviceType: 'api', preferredPort: 8002 }).code,
      'PORT_UNAVAILABLE',
    );
  });
});

describe('the key of a lease', () => {
  it('finds the live lease again, and says that a wish does not move it', () => {
    const desk = createDesk(catalogue);
    const first = desk.granted();
    const again = desk.granted({ preferredPort: 3005 });
    assert.equal(again.existing, true);
    assert.equal(again.snapshot.lease.lockId, first.snapshot.lease.lockId);
    assert.match(again.message, /3005/);
  });

  for (const [what, request] of [
    ['no service name', { serviceName: null }],
    ['new', { fresh: true }],
    ['exact on another port', { exact: true, preferredPort: 3007 }],
    ['another count', { count: 2 }],
    ['another project', { projectPath: '/b' }],
    ['another protocol', { protocol: 'udp' as const }],
  ] as const) {
    it(`does not match with ${what}`, () => {
      const desk = createDesk(catalogue);
      desk.granted();
      assert.equal(desk.granted(request).existing, false);
    });
  }

  it('matches exact on the port that it has', () => {
    const desk = createDesk(catalogue);
    const { snapshot } = desk.granted();
    assert.equal(desk.granted({ exact: true, preferredPort: snapshot.lease.port }).existing, true);
  });

  it('does not match a hijacked lease', () => {
    const desk = createDesk(catalogue);
    const { lockId } = desk.granted().snapshot.lease;
    desk.submit({
      kind: 'observe',
      listeners: new Map([[lockId, 'stranger']]),
      holders: new Map(),
      instances: new Map(),
    });
    const other = desk.granted();
    assert.equal(other.existing, false);
    assert.notEqual(other.snapshot.lease.lockId, lockId);
  });

  it('tells nobody apart without project and instance, so that two strangers never share a lease', () => {
    const desk = createDesk(catalogue);
    desk.granted({ projectPath: null });
    assert.equal(desk.granted({ projectPath: null }).existing, false);
  });

  it('keeps its port although a second copy ran on another one', () => {
    const desk = createDesk(catalogue);
    const first = desk.granted();
    const copy = desk.granted({ fresh: true });
    assert.notEqual(portOf(copy), portOf(first));
    for (const { snapshot } of [first, copy]) release(desk, snapshot.lease.lockId);
    assert.equal(portOf(desk.granted()), portOf(first));
  });

  it('does not let an asker take over from a holder that cannot be seen', () => {
    const desk = createDesk(catalogue);
    desk.granted({ pid: 7 });
    assert.equal(desk.granted({ pid: 8 }).snapshot.lease.pid, 7);
  });

  it('lets an asker take over from a dead holder', () => {
    const desk = createDesk(catalogue);
    const identity = { pid: 7, startTicks: '1', bootId: 'b', pidNamespace: 'n' };
    const { lockId } = desk.granted({ pid: 7, process: identity }).snapshot.lease;
    desk.submit({
      kind: 'observe',
      listeners: new Map(),
      holders: new Map([[lockId, 'dead']]),
      instances: new Map(),
    });
    const again = desk.granted();
    assert.equal(again.existing, true);
    assert.equal(again.snapshot.lease.pid, null);
    const { reply } = desk.submit({ kind: 'sweep' });
    assert.deepEqual(reply?.ended, []);
  });
});

describe('the choice of a port', () => {
  it('goes by wish, former port, preferred ports, ascending', () => {
    const desk = createDesk(catalogue);
    assert.equal(portOf(desk.granted({ preferredPort: 3008 })), 3008);
    assert.equal(portOf(desk.granted({ projectPath: '/b' })), 3000);
    const c = desk.granted({ projectPath: '/c' });
    assert.equal(portOf(c), 3001);
    release(desk, c.snapshot.lease.lockId);
    assert.equal(portOf(desk.granted({ projectPath: '/d' })), 3002, '3001 is remembered for /c');
    assert.equal(portOf(desk.granted({ projectPath: '/c' })), 3001, 'and /c gets it again');
  });

  it('gives a remembered port to another once its project directory is gone', () => {
    const desk = createDesk(catalogue);
    release(desk, desk.granted().snapshot.lease.lockId);
    desk.gone.add('/a');
    assert.equal(portOf(desk.granted({ projectPath: '/b' })), 3000);
  });

  it('gives a remembered port to another when nothing else is left', () => {
    const desk = createDesk(catalogue);
    release(desk, desk.granted().snapshot.lease.lockId);
    const ports = Array.from({ length: 10 }, (_, i) => portOf(desk.granted({ projectPath: `/p${i}` })));
    assert.equal(ports.at(-1), 3000);
    assert.equal(new Set(ports).size, 10);
  });

  it('shifts the preferred ports by the template of the instance', () => {
    const desk = createDesk(catalogue);
    const asked = { instanceId: 'one', linkedWorktree: true };
    assert.equal(portOf(desk.granted(asked)), 3003);
    assert.equal(portOf(desk.granted({ ...asked, serviceName: 'other' })), 3000);
  });

  it('skips strangers, says so, and lets their ports rest', () => {
    const desk = createDesk(catalogue);
    desk.strangers.add(3000).add(3001);
    const reply = desk.granted();
    assert.equal(portOf(reply), 3002);
    assert.deepEqual(reply.skipped, [
      { port: 3000, holder: 'a stranger' },
      { port: 3001, holder: 'a stranger' },
    ]);
    desk.strangers.clear();
    assert.equal(portOf(desk.granted({ projectPath: '/b' })), 3003);
    desk.now += catalogue.conflictRestMs;
    assert.equal(portOf(desk.granted({ projectPath: '/c' })), 3000);
  });

  it('says who holds the port that was wished for', () => {
    const desk = createDesk(catalogue);
    desk.granted({ preferredPort: 3005 });
    const reply = desk.granted({ projectPath: '/b', preferredPort: 3005 });
    assert.equal(portOf(reply), 3000);
    assert.equal(reply.skipped[0]?.port, 3005);
    assert.match(reply.message, /3005 is held by web of \/a/);
  });

  it('never grants what browsers refuse or the daemon has, not even when asked for exactly', () => {
    const desk = createDesk(catalogue);
    const ports = [
      desk.granted({ serviceType: 'api' }),
      desk.granted({ serviceType: 'api', projectPath: '/b' }),
    ];
    assert.deepEqual(ports.map(portOf), [8000, 8003]);
    for (const [preferredPort, why] of [
      [8001, 'browsers refuse to open it'],
      [4045, 'browsers refuse to open it'],
      [8004, 'the configuration avoids it'],
      [8002, "it is Styxy's own"],
    ] as const) {
      const { code, detail } = desk.refused({ serviceType: 'api', exact: true, preferredPort });
      assert.equal(code, 'PORT_UNAVAILABLE');
      assert.equal(
        detail,
        `port ${preferredPort} is never granted: ${why}; this is a port conflict, not a bug in your code`,
      );
      const { message } = desk.granted({
        serviceName: `w${preferredPort}`,
        preferredPort,
      });
      assert.ok(message.endsWith(`; port ${preferredPort} is never granted: ${why}`), message);
    }
    assert.equal(portOf(desk.granted({ serviceType: 'api', protocol: 'udp', preferredPort: 8001 })), 8001);
  });

  it('finds blocks of consecutive ports and keeps every one of them', () => {
    const desk = createDesk(catalogue);
    desk.granted({ preferredPort: 3002 });
    const block = desk.granted({ count: 4, projectPath: '/b' });
    assert.equal(portOf(block), 3003);
    assert.equal(
      desk.refused({ projectPath: '/c', exact: true, preferredPort: 3006 }).code,
      'PORT_UNAVAILABLE',
    );
    assert.equal(desk.refused({ projectPath: '/d', count: 4 }).code, 'RANGE_EXHAUSTED');
  });

  it('does not let a former port pull a larger block out of the range', () => {
    const desk = createDesk(catalogue);
    release(desk, desk.granted({ preferredPort: 3009 }).snapshot.lease.lockId);
    assert.equal(portOf(desk.granted({ count: 2 })), 3000);
  });

  it('does not grant a port at rest, except to its key or when asked for exactly', () => {
    const desk = createDesk(catalogue);
    const ttl = { ttlMs: 1000 };
    desk.granted(ttl);
    desk.now += 1000;
    assert.equal(desk.submit({ kind: 'sweep' }).reply?.ended.length, 1);
    assert.equal(portOf(desk.granted({ projectPath: '/b', preferredPort: 3000 })), 3001);
    assert.equal(portOf(desk.granted(ttl)), 3000);
    desk.now += 1000;
    desk.submit({ kind: 'sweep' });
    desk.now += catalogue.quarantineMs;
    assert.notEqual(
      portOf(desk.granted({ projectPath: '/c', preferredPort: 3000 })),
      3000,
      'the second rest is longer',
    );
    assert.equal(portOf(desk.granted({ projectPath: '/d', preferredPort: 3000, exact: true })), 3000);
  });
});

describe('a refusal', () => {
  it('of a full range names twenty holders and counts all', () => {
    const wide = testCatalogue([serviceType('dev', 3000, 3029)]);
    const desk = createDesk(wide);
    for (let i = 0; i < 30; i++) desk.granted({ projectPath: `/p${i}` });
    const { code, fields } = desk.refused({ projectPath: '/late' });
    assert.equal(code, 'RANGE_EXHAUSTED');
    assert.equal((fields.holders as unknown[]).length, 20);
    assert.equal(fields.holders_total, 30);
  });

  it('changes nothing', () => {
    const desk = createDesk(catalogue);
    desk.granted({ preferredPort: 3000 });
    desk.refused({ projectPath: '/b', instanceId: 'new', exact: true, preferredPort: 3000 });
    assert.equal(desk.state.instance('new'), undefined);
    assert.equal(desk.state.leaseCount, 1);
  });
});

describe('a request id', () => {
  it('gets its first answer again, also after the lease is gone', () => {
    const desk = createDesk(catalogue);
    const first = desk.granted({}, 'r1');
    release(desk, first.snapshot.lease.lockId);
    assert.deepEqual(desk.granted({}, 'r1'), first);
    assert.equal(desk.state.leaseCount, 0);
  });

  it('gets a refusal again, and takes no other body', () => {
    const desk = createDesk(catalogue);
    const blocker = desk.granted({ projectPath: '/b', preferredPort: 3000 });
    const exact = { exact: true, preferredPort: 3000 };
    const refusal = desk.refused(exact, 'r1');
    release(desk, blocker.snapshot.lease.lockId);
    assert.deepEqual(desk.refused(exact, 'r1'), refusal);
    assert.equal(desk.refused({ ...exact, ttlMs: catalogue.defaultTtlMs }, 'r1').code, refusal.code);
    assert.equal(desk.refused({ exact: true, preferredPort: 3001 }, 'r1').code, 'INVALID_REQUEST');
  });

  it('is forgotten after its time', () => {
    const desk = createDesk(catalogue);
    const first = desk.granted({}, 'r1');
    release(desk, first.snapshot.lease.lockId);
    desk.now += catalogue.requestRetentionMs;
    assert.notEqual(desk.granted({}, 'r1').snapshot.lease.lockId, first.snapshot.lease.lockId);
  });
});

describe('a batch', () => {
  it('does not grant a port whose lease only ends within it', () => {
    const desk = createDesk(catalogue);
    const { port, lockId } = desk.granted({ serviceType: 'ai' }).snapshot.lease;
    desk.submit({
      kind: 'observe',
      listeners: new Map([[lockId, 'stranger']]),
      holders: new Map(),
      instances: new Map(),
    });
    const ask = (request: object) => ({
      kind: 'allocate' as const,
      requestId: null,
      request: { ...allocate, projectPath: '/b', ...request },
    });
    const takesOver = ask({ serviceType: 'ai' });
    const wantsIt = ask({ exact: true, preferredPort: port });
    const { refusal } = desk.submit({ kind: 'batch', allocations: [takesOver, wantsIt] });
    assert.deepEqual([refusal?.code, refusal?.fields.index], ['PORT_UNAVAILABLE', 1]);
    assert.equal(desk.state.lastFence, 1, 'a refused batch uses up no fence');
  });

  it('is granted all or none, and says which was refused', () => {
    const desk = createDesk(catalogue);
    const item = (projectPath: string, more = {}) => ({
      kind: 'allocate' as const,
      requestId: null,
      request: { ...allocate, projectPath, ...more },
    });
    const { reply } = desk.submit({ kind: 'batch', allocations: [item('/b'), item('/c'), item('/b')] });
    assert.deepEqual(reply?.allocations.map(portOf), [3000, 3001, 3000]);
    assert.equal(reply?.allocations[2]?.existing, true);
    const exact = { exact: true, preferredPort: 3001 };
    const { refusal } = desk.submit({ kind: 'batch', allocations: [item('/d'), item('/e', exact)] });
    assert.equal(refusal?.fields.index, 1);
    assert.equal(desk.state.leaseCount, 2);
  });
});

const allocate = {
  serviceType: 'dev',
  serviceName: 'web',
  preferredPort: null,
  exact: false,
  protocol: 'tcp',
  count: 1,
  instanceId: null,
  pid: null,
  process: null,
  ttlMs: null,
  fresh: false,
  linkedWorktree: false,
} as const;
