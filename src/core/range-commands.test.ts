import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serviceType, testCatalogue } from '../../test/fixtures/catalogue.ts';
import { createDesk, type Desk } from '../../test/fixtures/core-desk.ts';
import type { NamedRange } from './range-placement.ts';

const policy = { bounds: { start: 10_000, end: 10_199 }, gap: 10, avoided: new Set<number>() };
const rule = { size: 10, placement: 'after', preferredStart: null } as const;
const catalogue = testCatalogue([serviceType('dev', 3000, 3009)], {
  autoAllocation: { policy, ruleOf: () => rule },
});

/** A desk with ranges for these types, whose leases are released again unless their type is named in `kept`. */
function deskWith(types: readonly string[], kept: readonly string[] = []): Desk {
  const desk = createDesk(catalogue);
  for (const type of types) {
    const { lockId } = desk.granted({ serviceType: type }).snapshot.lease;
    if (!kept.includes(type)) release(desk, lockId);
  }
  return desk;
}

function release(desk: Desk, lockId: string): void {
  const caller = { fence: null, callerInstanceId: null, callerProjectPath: null, force: true } as const;
  desk.submit({ kind: 'release', lockId, ...caller });
}

const starts = (desk: Desk): Record<string, number> =>
  Object.fromEntries([...desk.state.ranges()].map(({ name, start }) => [name, start]));

describe('an automatic range that is undone', () => {
  it('is gone, with what was remembered of its ports', () => {
    const desk = deskWith(['aaaa', 'bbbb']);
    const { reply } = desk.submit({ kind: 'undo-range', serviceType: 'aaaa', force: false });
    assert.deepEqual([reply?.range.start, reply?.ended], [10_000, 0]);
    assert.deepEqual(starts(desk), { bbbb: 10_020 });
    assert.equal(desk.granted({ serviceType: 'aaaa' }).snapshot.lease.port, 10_040, 'not at its former port');
  });

  it('is refused while it has leases, and ends them by force', () => {
    const desk = deskWith(['aaaa'], ['aaaa']);
    const refused = desk.submit({ kind: 'undo-range', serviceType: 'aaaa', force: false });
    assert.equal(refused.refusal?.code, 'LEASE_IN_USE');
    assert.equal(refused.refusal?.fields.holders_total, 1);
    assert.match(refused.refusal?.detail ?? '', /web of \/a/);
    const { reply } = desk.submit({ kind: 'undo-range', serviceType: 'aaaa', force: true });
    assert.equal(reply?.ended, 1);
    assert.equal(desk.state.leaseCount, 0);
    assert.deepEqual(starts(desk), {});
  });

  it('leaves alone what its keys remember of ports elsewhere', () => {
    const desk = deskWith(['aaaa']);
    const ask = { serviceType: 'aaaa', serviceName: 'far' } as const;
    release(desk, desk.granted({ ...ask, preferredPort: 10_150 }).snapshot.lease.lockId);
    desk.now += 86_400_000;
    desk.submit({ kind: 'undo-range', serviceType: 'aaaa', force: false });
    const keys = [...desk.state.keys()].map(([, { port }]) => port);
    assert.deepEqual(keys, [10_150]);
  });

  it('leaves alone what other types remember of its ports', () => {
    const desk = deskWith(['aaaa', 'bbbb', 'cccc']);
    const elsewhere = (preferredPort: number | null, serviceName: string) =>
      desk.granted({ preferredPort, serviceName }).snapshot.lease;
    const wished = [10_005, 10_025] as const;
    for (const port of wished) {
      const { lockId } = elsewhere(port, `at-${port}`);
      release(desk, lockId);
    }
    desk.now += 86_400_000;
    desk.submit({ kind: 'undo-range', serviceType: 'aaaa', force: false });
    desk.submit({ kind: 'consolidate', apply: true });
    assert.deepEqual(starts(desk), { bbbb: 10_000, cccc: 10_020 });
    for (const port of wished) assert.equal(elsewhere(null, `at-${port}`).port, port);
  });

  it('must be one', () => {
    const desk = deskWith([]);
    for (const serviceType of ['dev', 'nonesuch']) {
      const { refusal } = desk.submit({ kind: 'undo-range', serviceType, force: true });
      assert.equal(refusal?.code, 'NOT_FOUND', serviceType);
    }
  });
});

describe('ranges that are moved together', () => {
  it('close the holes that undone ones left, and the plan alone changes nothing', () => {
    const desk = deskWith(['aaaa', 'bbbb', 'cccc']);
    desk.submit({ kind: 'undo-range', serviceType: 'aaaa', force: false });
    const plan = desk.submit({ kind: 'consolidate', apply: false }).reply?.moves ?? [];
    assert.deepEqual(
      plan.map(({ from, to }) => [from.name, from.start, to.start]),
      [
        ['bbbb', 10_020, 10_000],
        ['cccc', 10_040, 10_020],
      ],
    );
    assert.deepEqual(starts(desk), { bbbb: 10_020, cccc: 10_040 });
    desk.submit({ kind: 'consolidate', apply: true });
    assert.deepEqual(starts(desk), { bbbb: 10_000, cccc: 10_020 });
    assert.deepEqual(desk.submit({ kind: 'consolidate', apply: true }).reply?.moves, [], 'once is enough');
    assert.equal(desk.granted({ serviceType: 'cccc' }).snapshot.lease.port, 10_020);
  });

  it('go around those that are in use, and around leased ports', () => {
    const desk = deskWith(['aaaa', 'bbbb', 'cccc'], ['bbbb']);
    desk.granted({ preferredPort: 10_003, exact: true });
    desk.submit({ kind: 'undo-range', serviceType: 'aaaa', force: false });
    desk.submit({ kind: 'consolidate', apply: true });
    assert.deepEqual(starts(desk), { bbbb: 10_020, cccc: 10_040 });
    const { reply } = desk.submit({ kind: 'undo-range', serviceType: 'bbbb', force: true });
    assert.equal(reply?.ended, 1);
    desk.submit({ kind: 'consolidate', apply: true });
    assert.deepEqual(starts(desk), { cccc: 10_004 });
  });
});

describe('ranges that stay where they are', () => {
  const holeBelow = (...types: string[]): Desk => {
    const desk = deskWith(['aaaa', ...types]);
    desk.submit({ kind: 'undo-range', serviceType: 'aaaa', force: false });
    return desk;
  };
  const movesOf = (desk: Desk) =>
    desk
      .submit({ kind: 'consolidate', apply: true })
      .reply?.moves.map(({ from, to }) => [from.name, to.start]);

  it('are those that somebody gave another place in config.json', () => {
    const desk = holeBelow('bbbb', 'cccc');
    const put = [serviceType('dev', 3000, 3009), serviceType('bbbb', 10_100, 10_109)];
    desk.catalogue = testCatalogue(put, { autoAllocation: { policy, ruleOf: () => rule } });
    assert.deepEqual(movesOf(desk), [['cccc', 10_000]]);
    assert.equal(starts(desk).bbbb, 10_020);
  });

  it('are those below the bounds, where a rule wished for them', () => {
    const desk = createDesk(
      testCatalogue([serviceType('dev', 3000, 3009)], {
        autoAllocation: { policy, ruleOf: () => ({ ...rule, preferredStart: 9000 }) },
      }),
    );
    const { lockId } = desk.granted({ serviceType: 'low' }).snapshot.lease;
    release(desk, lockId);
    assert.deepEqual([starts(desk), movesOf(desk)], [{ low: 9000 }, []]);
  });

  it('rather than go over a port that another request is about to get', () => {
    const desk = holeBelow('bbbb');
    desk.pending.tcp.add(10_002);
    desk.pending.udp.add(10_004);
    assert.deepEqual(movesOf(desk), [['bbbb', 10_005]]);
  });
});

describe('ranges and ports in use', () => {
  it('are made around what listens for either protocol, over the whole range', () => {
    const desk = createDesk(catalogue);
    desk.strangers.add(10_007);
    const { autoAllocated } = desk.granted({ serviceType: 'aaaa' });
    assert.equal(autoAllocated?.start, 10_008);
    const probed = desk.probed.filter(({ port }) => port === 10_017).map(({ protocol }) => protocol);
    assert.deepEqual(probed, ['tcp', 'udp']);
  });

  it('are moved over no port on which anybody is, which the plan knows', () => {
    const desk = deskWith(['aaaa', 'bbbb']);
    desk.submit({ kind: 'undo-range', serviceType: 'aaaa', force: false });
    desk.strangers.add(10_002);
    const [move] = desk.submit({ kind: 'consolidate', apply: false }).reply?.moves ?? [];
    assert.equal(move?.to.start, 10_003);
    desk.submit({ kind: 'consolidate', apply: true });
    assert.deepEqual(starts(desk), { bbbb: 10_003 });
  });
});

describe('ranges and a configuration that knows their types or ports', () => {
  const configured = (...types: Parameters<typeof serviceType>[]) =>
    testCatalogue([serviceType('dev', 3000, 3009), ...types.map((type) => serviceType(...type))], {
      autoAllocation: { policy, ruleOf: () => rule },
    });
  const settle = (desk: Desk, except: readonly string[] = [], dropped: readonly NamedRange[] = []) =>
    desk.submit({ kind: 'settle-ranges', except, dropped }).reply?.settled;

  it('are left alone where it has them as they are, and let go where somebody gave the type another', () => {
    const desk = deskWith(['aaaa', 'bbbb'], ['bbbb']);
    desk.catalogue = configured(['aaaa', 10_000, 10_009]);
    assert.equal(settle(desk), 0);
    desk.catalogue = configured(['aaaa', 10_000, 10_019], ['bbbb', 10_100, 10_109]);
    assert.deepEqual(
      desk.submit({ kind: 'consolidate', apply: false }).reply?.moves,
      [],
      'nobody moves them',
    );
    assert.equal(settle(desk, ['aaaa', 'bbbb']), 0, 'the file is behind the store');
    assert.equal(settle(desk), 2);
    assert.deepEqual(starts(desk), {});
    assert.equal(desk.state.leaseCount, 1, 'its lease stays');
  });

  it('are undone where somebody took them out of it, unless they have leases', () => {
    const desk = deskWith(['aaaa', 'bbbb', 'cccc'], ['bbbb']);
    const range = (name: string, start: number) => ({ name, start, end: start + 9 });
    const dropped = [range('aaaa', 10_000), range('bbbb', 10_020), range('cccc', 10_041), range('dddd', 1)];
    assert.equal(settle(desk, ['aaaa'], dropped), 0, 'it was made anew, and the file does not know it yet');
    desk.catalogue = configured(['aaaa', 10_000, 10_009]);
    assert.equal(settle(desk, [], dropped), 0, 'it is there again');
    desk.catalogue = catalogue;
    assert.equal(settle(desk, [], dropped), 1);
    assert.deepEqual(starts(desk), { bbbb: 10_020, cccc: 10_040 });
    assert.deepEqual(
      desk.audit.slice(-1).map(({ event, reason }) => [event, reason]),
      [['range_undone', 'config-changed']],
    );
    assert.equal(desk.granted({ serviceType: 'aaaa' }).snapshot.lease.port, 10_060, 'not at its former port');
  });

  it('are made anew where another type lies over them', () => {
    const desk = deskWith(['aaaa', 'bbbb'], ['aaaa']);
    desk.catalogue = configured(['over', 10_005, 10_029]);
    assert.equal(settle(desk), 1, 'one in use stays until it is asked for');
    assert.deepEqual(starts(desk), { aaaa: 10_000 });
    const { autoAllocated } = desk.granted({ serviceType: 'aaaa', projectPath: '/b' });
    assert.equal(autoAllocated?.start, 10_040);
    assert.deepEqual(starts(desk), { aaaa: 10_040 });
  });
});
