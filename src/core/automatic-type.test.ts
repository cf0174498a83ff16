import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serviceType, testCatalogue } from '../../test/fixtures/catalogue.ts';
import { allocateRequest, createDesk } from '../../test/fixtures/core-desk.ts';
import { NOBODY } from './audit.ts';
import { planType } from './automatic-type.ts';
import { PortSet } from './port-set.ts';

const catalogue = testCatalogue([serviceType('dev', 3000, 3009), serviceType('api', 8000, 8003)]);

const portOf = (reply: { snapshot: { lease: { port: number } } }): number => reply.snapshot.lease.port;

describe('a service type that is not known', () => {
  const rule = { size: 10, placement: 'after', preferredStart: null } as const;
  const policy = { bounds: { start: 10_000, end: 10_059 }, gap: 10, avoided: new Set<number>() };
  const NOTHING_SEEN = {
    actor: NOBODY,
    busy: new Map<string, string>(),
    clear: new Set<string>(),
    directories: new Map<string, boolean>(),
    pending: { tcp: new PortSet(), udp: new PortSet() },
    holders: new Map(),
    lockIds: [],
  };
  const automatic = testCatalogue([...catalogue.serviceTypes.values()], {
    autoAllocation: { policy, ruleOf: () => rule },
  });
  const grpc = { serviceType: 'grpc' } as const;

  it('gets a range of its own with its first lease, and keeps it', () => {
    const desk = createDesk(automatic);
    const first = desk.granted(grpc);
    assert.equal(portOf(first), 10_000);
    assert.deepEqual([first.autoAllocated?.start, first.autoAllocated?.end], [10_000, 10_009]);
    assert.match(first.message, /grpc was not known and has the range 10000–10009 now$/);
    assert.equal(desk.state.range('grpc')?.end, 10_009);
    const second = desk.granted({ ...grpc, projectPath: '/b' });
    assert.equal(portOf(second), 10_001);
    assert.equal(second.autoAllocated, undefined);
    assert.equal(portOf(desk.granted({ serviceType: 'mail' })), 10_020, 'the next one keeps the gap');
  });

  it('counts as automatic also once the configuration has it', () => {
    const desk = createDesk(automatic);
    desk.granted(grpc);
    const known = new Map(automatic.serviceTypes);
    known.set('grpc', serviceType('grpc', 10_000, 10_009));
    known.set('early', serviceType('early', 10_020, 10_024));
    const after = planType(
      desk.state,
      { ...NOTHING_SEEN, catalogue: { ...automatic, serviceTypes: known } },
      { policy, ruleOf: () => rule },
      { serviceType: 'mail', count: 1 },
      0,
    );
    assert.equal(after?.range.start, 10_035, 'after the highest automatic one, around the configured one');
    known.set('grpc', serviceType('grpc', 10_040, 10_045));
    const moved = planType(
      desk.state,
      { ...NOTHING_SEEN, catalogue: { ...automatic, serviceTypes: known } },
      { policy: { ...policy, bounds: { start: 10_000, end: 10_099 } }, ruleOf: () => rule },
      { serviceType: 'mail', count: 1 },
      0,
    );
    assert.equal(moved?.range.start, 10_056, 'and around one that somebody moved in config.json');
  });

  it('gets no port on which somebody is, and none that is leased', () => {
    const desk = createDesk(automatic);
    desk.strangers.add(10_003);
    desk.granted({ preferredPort: 10_015, exact: true });
    assert.equal(portOf(desk.granted(grpc)), 10_004);
    assert.equal(desk.state.range('grpc')?.end, 10_013);
    desk.granted({ serviceName: 'dns', preferredPort: 10_026, exact: true, protocol: 'udp' });
    assert.equal(portOf(desk.granted({ serviceType: 'mail' })), 10_027, 'nor one of the other protocol');
    const probed = desk.probed.filter(({ port }) => port === 10_036).map(({ protocol }) => protocol);
    assert.deepEqual(probed, ['tcp', 'udp']);
  });

  it('lies away from ports that rest, while there is room elsewhere', () => {
    const desk = createDesk(automatic);
    desk.granted({ ...grpc, count: 10 });
    desk.submit({ kind: 'undo-range', serviceType: 'grpc', force: true });
    const again = desk.granted({ ...grpc, projectPath: '/b', count: 10 });
    assert.equal(portOf(again), 10_010, 'beside the ports of the range that was undone');
    const full = createDesk({
      ...automatic,
      autoAllocation: {
        policy: { ...policy, bounds: { start: 10_000, end: 10_009 } },
        ruleOf: () => rule,
      },
    });
    full.granted(grpc);
    full.submit({ kind: 'undo-range', serviceType: 'grpc', force: true });
    assert.equal(portOf(full.granted({ ...grpc, projectPath: '/b' })), 10_001, 'else over them');
  });

  it('is refused once more under its request id where there was no room', () => {
    const desk = createDesk({
      ...automatic,
      autoAllocation: {
        policy: { ...policy, bounds: { start: 10_000, end: 10_009 } },
        ruleOf: () => rule,
      },
    });
    desk.strangers.add(10_005);
    const refusal = desk.refused(grpc, 'r1');
    assert.equal(refusal.code, 'RANGE_EXHAUSTED');
    desk.strangers.delete(10_005);
    assert.deepEqual(desk.refused(grpc, 'r1'), refusal);
    assert.equal(portOf(desk.granted(grpc, 'r2')), 10_000);
  });

  it('is made in a batch for whatever protocol and port', () => {
    const desk = createDesk(automatic);
    const ask = (request: object) => ({
      kind: 'allocate' as const,
      requestId: null,
      request: allocateRequest(request),
    });
    const outcome = desk.submit({
      kind: 'batch',
      allocations: [ask({ ...grpc, protocol: 'udp' }), ask({ serviceType: 'mail', preferredPort: 9000 })],
    });
    assert.deepEqual(outcome.reply?.allocations.map(portOf), [10_000, 9000]);
    assert.equal(desk.state.range('mail')?.start, 10_020);
  });

  it('is told which known one is a letter away', () => {
    for (const [name, known] of [
      ['de', 'dev'],
      ['deev', 'dev'],
      ['edv', 'dev'],
      ['apo', 'api'],
    ] as const) {
      assert.match(
        createDesk(automatic).granted({ serviceType: name }).message,
        new RegExp(`did you mean ${known}\\?$`),
        name,
      );
    }
    assert.doesNotMatch(createDesk(automatic).granted({ serviceType: 'deves' }).message, /did you mean/);
  });

  it('has room for as many ports as it asks for', () => {
    const { snapshot, autoAllocated } = createDesk(automatic).granted({ ...grpc, count: 16 });
    assert.equal(snapshot.lease.count, 16);
    assert.equal(autoAllocated?.end, 10_015);
  });

  it('is refused where no room is left, or ranges are switched off', () => {
    const desk = createDesk(automatic);
    for (const name of ['aaaa', 'bbbb', 'cccc']) desk.granted({ serviceType: name });
    assert.equal(desk.refused({ serviceType: 'dddd' }).code, 'RANGE_EXHAUSTED');
    const off = createDesk(catalogue);
    assert.equal(off.refused(grpc).code, 'UNKNOWN_SERVICE_TYPE');
    assert.match(off.refused({ serviceType: 'deev' }).hint, /^Did you mean dev\? Use one of /);
    assert.match(off.refused(grpc).hint, /^Use one of /);
  });

  it('is one of a batch with others', () => {
    const desk = createDesk(automatic);
    const allocations = ['grpc', 'mail', 'grpc'].map((serviceType, index) => ({
      kind: 'allocate' as const,
      request: allocateRequest({ serviceType, serviceName: `s${index}` }),
      requestId: null,
    }));
    const { reply } = desk.submit({ kind: 'batch', allocations });
    assert.deepEqual(reply?.allocations.map(portOf), [10_000, 10_020, 10_001]);
    assert.equal([...desk.state.ranges()].length, 2);
  });
});
