import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serviceType, testCatalogue } from '../../test/fixtures/catalogue.ts';
import { createDesk } from '../../test/fixtures/core-desk.ts';
import type { CleanupCommand } from '../core/command.ts';
import { refusal } from '../core/refusal.ts';
import { cleanUp } from './clean-up.ts';

const desk = createDesk(testCatalogue([serviceType('dev', 3000, 3009)]));
const lockIds = ['a', 'b', 'c', 'd', 'e'].map(
  (name) => desk.granted({ projectPath: `/${name}` }).snapshot.lease.lockId,
);
const timings = { slice: 2, sharedTableMs: 200 };

/** Cleans up and tells in which order it was looked, decided and rested. */
async function steps(force: boolean, ids: readonly string[], fails = Number.POSITIVE_INFINITY) {
  const told: string[] = [];
  const command: CleanupCommand = { kind: 'cleanup', force, dryRun: true };
  let decisions = 0;
  const done = cleanUp(
    command,
    {
      lockIds: ids,
      instanceIds: ['one'],
      look: async (subjects, maxAgeMs) =>
        told.push(`look ${[...subjects.instanceIds, ...subjects.lockIds]} ${maxAgeMs}`),
      decide: async (part) => {
        told.push(`decide ${part.lockIds}`);
        if (++decisions > fails) throw new Error('disk full');
        const { reply } = desk.submit(part);
        assert.ok(reply !== null);
        return { ok: true, reply };
      },
      rest: async () => void told.push('rest'),
    },
    timings,
  );
  return { told, done };
}

describe('a clean-up of all leases', () => {
  const [a, b, c, d, e] = lockIds;

  it('looks at a few and decides them at once, with rests between', async () => {
    const { told, done } = await steps(false, lockIds);
    await done;
    assert.deepEqual(told, [
      'look one 0',
      ...[`look ${a},${b} 0`, `decide ${a},${b}`, 'rest'],
      ...[`look ${c},${d} 200`, `decide ${c},${d}`, 'rest'],
      ...[`look ${e} 200`, `decide ${e}`, 'rest'],
    ]);
  });

  it('with force, reads the listeners anew for each few', async () => {
    const { told, done } = await steps(true, lockIds);
    await done;
    const looks = told.filter((each) => each.startsWith('look'));
    assert.deepEqual(looks, ['look one 0', `look ${a},${b} 0`, `look ${c},${d} 0`, `look ${e} 0`]);
  });

  it('tells of each lease once', async () => {
    for (const force of [false, true]) {
      const outcome = await (await steps(force, lockIds)).done;
      assert.ok(outcome.ok);
      const { cleaned, kept } = outcome.reply;
      const ids = (all: typeof cleaned | typeof kept) => all.map(({ snapshot }) => snapshot.lease.lockId);
      assert.deepEqual([ids(cleaned), ids(kept)], force ? [lockIds, []] : [[], lockIds]);
    }
  });

  it('waits for what is under way even where there is no lease', async () => {
    const { told, done } = await steps(false, []);
    assert.deepEqual(await done, { ok: true, reply: { cleaned: [], kept: [] } });
    assert.ok(told.includes('decide '));
  });

  it('answers with the refusal of one part, and goes no further', async () => {
    const refused = refusal('STORE_FULL', 'no room', 'Make some.');
    const looked: string[] = [];
    const outcome = await cleanUp(
      { kind: 'cleanup', force: true, dryRun: false },
      {
        lockIds,
        instanceIds: [],
        look: async ({ lockIds: ids }) => looked.push(...ids),
        decide: async () => ({ ok: false, refusal: refused }),
        rest: async () => {},
      },
      timings,
    );
    assert.deepEqual([outcome, looked], [{ ok: false, refusal: refused }, [a, b]]);
  });

  it('stops where a commit fails', async () => {
    const { told, done } = await steps(true, lockIds, 1);
    await assert.rejects(done, /disk full/);
    assert.equal(told.at(-1), `decide ${c},${d}`);
  });
});
