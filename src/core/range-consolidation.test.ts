import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { serviceType, testCatalogue } from '../../test/fixtures/catalogue.ts';
import { allocateRequest, createDesk, type Desk } from '../../test/fixtures/core-desk.ts';
import type { ConsolidateProgress, RangeMove } from './command.ts';
import type { RangeRule } from './range-planner.ts';
import type { ConsolidateReply } from './reply.ts';

const GAP = 10;
const bounds = { start: 10_000, end: 10_499 };
const policy = { bounds, gap: GAP, avoided: new Set([10_050, 10_300]) };
const DEFAULT: RangeRule = { size: 10, placement: 'after', preferredStart: null };

/** A desk where each type has its own rule, or the one that all have. */
function deskOf(ruleOf: (name: string) => RangeRule): Desk {
  return createDesk(
    testCatalogue([serviceType('dev', 10_100, 10_119)], { autoAllocation: { policy, ruleOf } }),
  );
}

/** Makes a range, where there is room. */
function make(desk: Desk, type: string, isKept = false): void {
  const request = allocateRequest({ serviceType: type, projectPath: `/${type}` });
  const { reply } = desk.submit({ kind: 'allocate', request, requestId: null });
  if (isKept || reply === null) return;
  const { lockId } = reply.snapshot.lease;
  const caller = { fence: null, callerInstanceId: null, callerProjectPath: null, force: true } as const;
  desk.submit({ kind: 'release', lockId, ...caller });
}

const undo = (desk: Desk, type: string): void => {
  desk.submit({ kind: 'undo-range', serviceType: type, force: true });
};

const starts = (desk: Desk): Record<string, number> =>
  Object.fromEntries([...desk.state.ranges()].map(({ name, start }) => [name, start]));

const planOf = (desk: Desk): readonly RangeMove[] =>
  desk.submit({ kind: 'consolidate', apply: false }).reply?.moves ?? [];

function movedAfter(rule: Partial<RangeRule>, types: readonly string[], undone: string) {
  const desk = deskOf(() => ({ ...DEFAULT, ...rule }));
  for (const type of types) make(desk, type);
  assert.deepEqual(planOf(desk), [], 'nothing is undone');
  const before = starts(desk);
  undo(desk, undone);
  desk.submit({ kind: 'consolidate', apply: true });
  return { before, after: starts(desk) };
}

const ruleArbitrary = fc.record({
  size: fc.integer({ min: 1, max: 25 }),
  placement: fc.constantFrom('after', 'before', 'smart'),
  preferredStart: fc.option(fc.constantFrom(9000, 10_200, 10_480), { freq: 3 }),
}) satisfies fc.Arbitrary<RangeRule>;

const typesArbitrary = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[xyz]-[a-f]{2}$/),
    rule: ruleArbitrary,
    isKept: fc.boolean(),
    isUndone: fc.boolean(),
  }),
  { selector: ({ name }) => name, maxLength: 12 },
);

describe('ranges of any placement', () => {
  it('stay where they are while none was undone', () => {
    fc.assert(
      fc.property(typesArbitrary, (types) => {
        const rules = new Map(types.map(({ name, rule }) => [name, rule]));
        const desk = deskOf((name) => rules.get(name) ?? DEFAULT);
        for (const { name } of types) {
          make(desk, name);
          desk.now += 86_400_000;
        }
        assert.deepEqual(planOf(desk), []);
      }),
    );
  });

  it('overlap no other once they were moved, keep their gaps, and stay while in use', () => {
    fc.assert(
      fc.property(typesArbitrary, fc.integer({ min: 1, max: 5 }), (types, limit) => {
        const rules = new Map(types.map(({ name, rule }) => [name, rule]));
        const desk = deskOf((name) => rules.get(name) ?? DEFAULT);
        for (const { name, isKept } of types) make(desk, name, isKept);
        for (const { name, isUndone } of types) if (isUndone) undo(desk, name);
        const before = starts(desk);
        const planned: RangeMove[] = [];
        let since: ConsolidateProgress | null = { offset: 0, left: [] };
        while (since !== null) {
          const reply: ConsolidateReply | null = desk.submit({
            kind: 'consolidate',
            apply: false,
            since,
            limit,
            planned,
          }).reply;
          assert.ok(reply !== null && reply.moves.length <= limit);
          planned.push(...reply.moves);
          since = reply.next;
        }
        assert.deepEqual(planned, planOf(desk), 'some at a time or all at once');
        desk.submit({ kind: 'consolidate', apply: true });
        for (const { name, isKept } of types)
          if (isKept) assert.equal(starts(desk)[name], before[name], name);
        const all = [...desk.state.ranges(), { name: 'dev', start: 10_100, end: 10_119 }].sort(
          (a, b) => a.start - b.start,
        );
        for (const [index, { name, start }] of all.entries()) {
          const below = all[index - 1];
          if (below !== undefined) assert.ok(start - below.end > GAP, `${name} after ${below.name}`);
        }
      }),
    );
  });
});

describe('the hole of an undone range', () => {
  it('is closed from above by ranges that are made after the others', () => {
    const { after } = movedAfter({}, ['a', 'b', 'c'], 'a');
    assert.deepEqual(after, { b: 10_000, c: 10_020 });
  });

  it('is closed from below by ranges that are made before the others', () => {
    const { before, after } = movedAfter({ placement: 'before' }, ['a', 'b', 'c'], 'a');
    assert.deepEqual(before, { a: 10_490, b: 10_470, c: 10_450 });
    assert.deepEqual(after, { b: 10_490, c: 10_470 });
  });

  it('is closed over a range in use by those that are made after it', () => {
    for (const [placement, expected] of [
      ['after', { b: 10_020, c: 10_000, d: 10_040 }],
      ['before', { b: 10_470, c: 10_490, d: 10_450 }],
      ['smart', { b: 10_020, c: 10_040, d: 10_060 }],
    ] as const) {
      const desk = deskOf(() => ({ ...DEFAULT, placement }));
      for (const type of ['a', 'b', 'c', 'd']) make(desk, type, type === 'b');
      undo(desk, 'a');
      desk.submit({ kind: 'consolidate', apply: true });
      assert.deepEqual(starts(desk), expected, placement);
      assert.deepEqual(planOf(desk), [], 'once is enough');
    }
  });

  it('is closed at the end from which ranges are made, where there are several', () => {
    for (const [placement, place] of [
      ['after', 10_000],
      ['before', 10_490],
    ] as const) {
      const desk = deskOf(() => ({ ...DEFAULT, placement }));
      for (const type of ['a', 'b', 'c', 'd', 'e']) make(desk, type, type === 'b' || type === 'd');
      for (const type of ['a', 'c']) undo(desk, type);
      const moves = planOf(desk).map(({ from, to }) => [from.name, to.start]);
      assert.deepEqual(moves, [['e', place]], placement);
    }
  });

  it('is closed above the wish of a rule, never below it', () => {
    for (const placement of ['after', 'before', 'smart'] as const) {
      const { after } = movedAfter({ placement, preferredStart: 10_200 }, ['x-a', 'x-b', 'x-c'], 'x-a');
      assert.deepEqual(after, { 'x-b': 10_200, 'x-c': 10_220 }, placement);
    }
  });

  it('is closed by smart ranges that come nearer to their relatives, and by no stranger', () => {
    const desk = deskOf(() => ({ ...DEFAULT, placement: 'smart' }));
    for (const type of ['x-a', 'x-b', 'y-a', 'x-c', 'y-b']) make(desk, type);
    const before = starts(desk);
    undo(desk, 'x-b');
    const moves = planOf(desk).map(({ from, to }) => [from.name, to.start]);
    assert.deepEqual([before['x-b'], moves[0]], [10_020, ['y-a', 10_020]]);
  });

  it('draws no range of a relative that is as near already', () => {
    const wish = (preferredStart: number): RangeRule => ({ ...DEFAULT, preferredStart });
    const rules = new Map([
      ['x-a', wish(10_200)],
      ['y-a', wish(10_220)],
    ]);
    const desk = deskOf((name) => rules.get(name) ?? { ...DEFAULT, placement: 'smart' });
    for (const type of ['x-a', 'y-a', 'x-b']) make(desk, type);
    undo(desk, 'y-a');
    assert.deepEqual([starts(desk), planOf(desk)], [{ 'x-a': 10_200, 'x-b': 10_180 }, []]);
  });

  it('draws no range that is below its wish further away from it', () => {
    const { before, after } = movedAfter({ preferredStart: 10_480 }, ['a', 'b', 'c'], 'b');
    assert.deepEqual(before, { a: 10_480, b: 10_000, c: 10_020 });
    assert.deepEqual(after, { a: 10_480, c: 10_020 });
  });

  it("is left alone by ranges that a user's own strategy has placed", () => {
    const { before, after } = movedAfter({ own: () => null }, ['a', 'b'], 'a');
    assert.deepEqual(after, { b: before.b });
  });

  it('is none where a port was taken that is free now', () => {
    const desk = deskOf(() => DEFAULT);
    desk.strangers.add(10_007);
    make(desk, 'a');
    desk.strangers.clear();
    assert.deepEqual([starts(desk), planOf(desk)], [{ a: 10_008 }, []]);
  });

  it('draws no range from the other side, where its rule has changed since', () => {
    let rule = DEFAULT;
    const desk = deskOf(() => rule);
    for (const type of ['a', 'b', 'c']) make(desk, type);
    rule = { ...DEFAULT, preferredStart: 10_200 };
    assert.deepEqual(planOf(desk), []);
  });
});

describe('ranges that are moved some at a time', () => {
  it('are looked at in the order in which they were made, and the next command is told where to go on', () => {
    const desk = deskOf(() => DEFAULT);
    for (const type of ['a', 'b', 'c', 'd']) make(desk, type);
    undo(desk, 'a');
    const turn = (apply: boolean, offset: number, planned: readonly RangeMove[] = []) => {
      const { reply } = desk.submit({
        kind: 'consolidate',
        apply,
        since: { offset, left: [] },
        limit: 2,
        planned,
      });
      return { moves: reply?.moves ?? [], next: reply?.next?.offset };
    };
    const shown = (moves: readonly RangeMove[]) => moves.map(({ from, to }) => [from.name, to.start]);
    const first = [
      ['b', 10_000],
      ['c', 10_020],
    ];
    const plan = turn(false, 0);
    assert.deepEqual([shown(plan.moves), plan.next], [first, 2]);
    assert.deepEqual(shown(turn(false, 2, plan.moves).moves), [['d', 10_040]], 'as if they were made');
    assert.deepEqual(shown(turn(true, 0).moves), first);
    const last = turn(true, 2);
    assert.deepEqual([shown(last.moves), last.next], [[['d', 10_040]], undefined]);
  });
});
