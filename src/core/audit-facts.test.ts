import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serviceType, testCatalogue } from '../../test/fixtures/catalogue.ts';
import { allocateRequest, createDesk, type Desk } from '../../test/fixtures/core-desk.ts';
import { RENEWAL_NOTE_MS } from './audit.ts';
import type { ListenerSight, RenewCommand } from './command.ts';

const catalogue = testCatalogue([
  serviceType('dev', 3000, 3009),
  serviceType('ai', 11400, 11409, { instanceBehavior: 'single' }),
]);

const told = (desk: Desk): unknown[] =>
  desk.audit.map(({ event, reason, subject }) => [event, reason, subject.port]);
const noted = (desk: Desk): unknown[] => desk.notes.map(({ event, lease }) => [event, lease]);

function renew(desk: Desk, lockId: string, fields: Partial<RenewCommand> = {}): void {
  const plain = { ttlMs: null, pid: null, process: null, fence: null, claim: false } as const;
  desk.submit({ kind: 'renew', lockId, ...plain, ...fields });
}

function release(desk: Desk, lockId: string, force = false): void {
  const nobody = { fence: null, callerInstanceId: null, callerProjectPath: null };
  desk.submit({ kind: 'release', lockId, ...nobody, force });
}

function see(desk: Desk, lockId: string, sight: ListenerSight): void {
  const listeners = new Map([[lockId, sight]]);
  desk.submit({ kind: 'observe', listeners, holders: new Map(), instances: new Map() });
}

describe('the audit', () => {
  it('tells a grant with the whole lease, and its end with the reason', () => {
    const desk = createDesk(catalogue);
    const { lease } = desk.granted().snapshot;
    release(desk, lease.lockId);
    assert.deepEqual(told(desk), [
      ['granted', null, 3000],
      ['released', 'released', 3000],
    ]);
    assert.deepEqual([desk.audit[0]?.lease, desk.audit[1]?.lease], [lease, null]);
    assert.deepEqual(
      desk.audit.map(({ seq }) => seq),
      [1, 2],
    );
  });

  it('tells an end by the term apart from one by force', () => {
    const desk = createDesk(catalogue);
    desk.granted({ ttlMs: 1000 });
    desk.granted({ serviceName: 'api' });
    desk.now += 2000;
    desk.submit({ kind: 'sweep' });
    desk.submit({ kind: 'cleanup', force: true, dryRun: false });
    assert.deepEqual(told(desk).slice(2), [
      ['expired', 'term-over', 3000],
      ['reclaimed', 'forced', 3001],
    ]);
  });

  it('tells of a release of what others use that it was forced', () => {
    const desk = createDesk(catalogue);
    const { lockId } = desk.granted().snapshot.lease;
    see(desk, lockId, 'own');
    release(desk, lockId);
    assert.equal(desk.audit.length, 1, 'a refusal is no event');
    release(desk, lockId, true);
    assert.deepEqual(told(desk).slice(1), [['released', 'released-by-force', 3000]]);
  });

  it('tells a renewal that changes the lease in its commit, each time', () => {
    const desk = createDesk(catalogue);
    const { lockId } = desk.granted().snapshot.lease;
    for (const ttlMs of [1000, 2000]) renew(desk, lockId, { ttlMs });
    assert.deepEqual(
      desk.audit.slice(1).map(({ event, lease }) => [event, lease?.ttlMs]),
      [
        ['renewed', 1000],
        ['renewed', 2000],
      ],
    );
    assert.deepEqual(desk.notes, []);
  });

  it('notes a plain renewal apart, without the lease, and once in a while', () => {
    const desk = createDesk(catalogue);
    const { lockId } = desk.granted().snapshot.lease;
    renew(desk, lockId);
    desk.now += RENEWAL_NOTE_MS - 1;
    renew(desk, lockId);
    desk.granted();
    assert.deepEqual(noted(desk), [['renewed', null]]);
    desk.now += 1;
    desk.granted();
    assert.deepEqual(noted(desk), [
      ['renewed', null],
      ['renewed', null],
    ]);
    assert.equal(desk.audit.length, 1);
  });

  it('notes a hijack once, and a listener of its own never', () => {
    const desk = createDesk(catalogue);
    const { lockId } = desk.granted().snapshot.lease;
    for (const sight of ['own', 'none', 'stranger', 'stranger'] as const) see(desk, lockId, sight);
    assert.deepEqual(noted(desk), [['hijacked', null]]);
  });

  it('tells whom a probe met on the way to a grant', () => {
    const desk = createDesk(catalogue);
    desk.strangers.add(3000);
    desk.granted();
    const [, conflict] = desk.audit;
    assert.deepEqual(told(desk), [
      ['granted', null, 3001],
      ['conflict', 'held by a stranger', 3000],
    ]);
    assert.equal(conflict?.subject.serviceType, 'dev');
  });

  it('tells whom a refused request met, and of the same stranger again only once his port has rested', () => {
    const desk = createDesk(catalogue);
    desk.strangers.add(3004);
    const exact = { preferredPort: 3004, exact: true };
    assert.equal(desk.refused(exact).code, 'PORT_UNAVAILABLE');
    assert.deepEqual(told(desk), [['conflict', 'held by a stranger', 3004]]);
    assert.equal(desk.state.leaseCount, 0);
    assert.equal(desk.state.quarantine('tcp', 3004)?.until, desk.now + catalogue.conflictRestMs);
    desk.now += catalogue.conflictRestMs - 1;
    desk.refused(exact);
    assert.equal(desk.audit.length, 1);
    desk.now += 1;
    desk.refused(exact);
    assert.equal(desk.audit.length, 2);
    assert.deepEqual(desk.notes, []);
  });

  it('tells of every stranger in a range that is full of them', () => {
    const desk = createDesk(catalogue);
    for (let port = 3000; port <= 3009; port++) desk.strangers.add(port);
    assert.equal(desk.refused().code, 'RANGE_EXHAUSTED');
    const expected = Array.from({ length: 10 }, (_, i) => ['conflict', 'held by a stranger', 3000 + i]);
    assert.deepEqual(told(desk), expected);
    desk.refused({ projectPath: '/b' });
    assert.equal(desk.audit.length, 10, 'they rest, and nobody is probed');
  });

  it('tells of no conflict where a lease is in the way: nobody was met', () => {
    const desk = createDesk(catalogue);
    desk.granted({ preferredPort: 3004 });
    desk.refused({ projectPath: '/b', preferredPort: 3004, exact: true });
    assert.equal(desk.audit.length, 1);
  });

  it('tells whom a refused batch met on the way, and of nothing that it would have granted', () => {
    const desk = createDesk(catalogue);
    desk.strangers.add(3000).add(3005);
    const asked = [{}, { preferredPort: 3005, exact: true, projectPath: '/b' }];
    const allocations = asked.map((fields) => ({
      kind: 'allocate' as const,
      request: allocateRequest(fields),
      requestId: null,
    }));
    const { refusal } = desk.submit({ kind: 'batch', allocations });
    assert.equal(refusal?.fields.index, 1);
    assert.deepEqual(told(desk), [
      ['conflict', 'held by a stranger', 3000],
      ['conflict', 'held by a stranger', 3005],
    ]);
    assert.equal(desk.state.leaseCount, 0);
  });

  it('tells of a stranger on a port that rests for longer already, and leaves it its rest', () => {
    const desk = createDesk(catalogue);
    desk.granted({ ttlMs: 1000 });
    desk.now += 2000;
    desk.submit({ kind: 'sweep' });
    const rest = desk.state.quarantine('tcp', 3000);
    desk.strangers.add(3000);
    desk.granted();
    assert.deepEqual(told(desk).at(-1), ['conflict', 'held by a stranger', 3000]);
    assert.deepEqual(desk.state.quarantine('tcp', 3000), rest);
  });

  it('tells that a singleton on a hijacked port was replaced', () => {
    const desk = createDesk(catalogue);
    const { lockId } = desk.granted({ serviceType: 'ai' }).snapshot.lease;
    see(desk, lockId, 'stranger');
    desk.granted({ serviceType: 'ai', projectPath: '/b' });
    assert.deepEqual(told(desk).slice(1), [
      ['reclaimed', 'replaced', 11400],
      ['granted', null, 11401],
    ]);
  });

  it('tells of marks that an asker for a singleton moves, and of no renewal by him', () => {
    const desk = createDesk(testCatalogue([serviceType('dev', 3000, 3009)]));
    const [first] = ['/a', '/b'].map((projectPath) => desk.granted({ projectPath }).snapshot.lease);
    desk.catalogue = testCatalogue([serviceType('dev', 3000, 3009, { instanceBehavior: 'single' })]);
    desk.granted({ projectPath: '/c' });
    see(desk, first?.lockId ?? '', 'stranger');
    desk.granted({ projectPath: '/c' });
    assert.deepEqual(told(desk).slice(2), [
      ['updated', null, 3000],
      ['updated', null, 3000],
      ['updated', null, 3001],
    ]);
  });

  it('tells why a lease is another one without anybody having asked for it', () => {
    const desk = createDesk(catalogue);
    const process = { bootId: 'boot', pidNamespace: '1', pid: 7, startTicks: '9' };
    const { lockId } = desk.granted({ pid: 7, process }).snapshot.lease;
    desk.submit({ kind: 'hold', lockId, delta: 1 });
    const holders = new Map([[lockId, 'dead']] as const);
    desk.submit({ kind: 'observe', listeners: new Map(), holders, instances: new Map() });
    desk.catalogue = testCatalogue([serviceType('dev', 3000, 3009, { instanceBehavior: 'single' })]);
    desk.submit({ kind: 'mark-singletons' });
    assert.deepEqual(told(desk).slice(1), [
      ['updated', 'process-gone', 3000],
      ['updated', 'config-changed', 3000],
    ]);
    assert.deepEqual(
      desk.audit.slice(1).map(({ lease }) => [lease?.pid, lease?.singleton]),
      [
        [null, false],
        [null, true],
      ],
    );
  });

  it('tells instances by what became of them', () => {
    const desk = createDesk(catalogue);
    desk.granted({ instanceId: 'one' });
    desk.submit({ kind: 'retire', instanceId: 'one' });
    assert.deepEqual(
      desk.audit.map(({ event, reason, subject }) => [event, reason, subject.instanceId]),
      [
        ['instance_registered', null, 'one'],
        ['granted', null, 'one'],
        ['released', 'instance-retired', 'one'],
        ['instance_ended', 'retired', 'one'],
      ],
    );
  });
});
