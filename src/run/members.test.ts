import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProcessIdentity } from '../core/process-identity.ts';
import { memberFinder, newMark, type Processes } from './members.ts';

const id = (pid: number, startTicks = `${pid}0`): ProcessIdentity => ({
  pid,
  startTicks,
  bootId: 'boot',
  pidNamespace: '1',
});

/** Processes of which each call may be told otherwise. */
function processesOf(
  below: Record<number, ProcessIdentity[]>,
  environments: readonly [ProcessIdentity, Record<string, string>][] = [],
) {
  const dead: ProcessIdentity[] = [];
  const processes: Processes = {
    ancestors: (pid) => [pid],
    descendants: (pid) => below[pid] ?? [],
    withEnvironment: (name, value) =>
      environments.filter(([, env]) => env[name] === value).map(([identity]) => identity),
    life: (identity) => (dead.includes(identity) ? 'dead' : 'alive'),
  };
  return { processes, dead, below };
}

const mark = newMark();
const marked = { STYXY_LOCK_ID: 'lk_1', [mark.name]: mark.value };

describe('the members of a command', () => {
  it('are the command, what is below it, and what carries its mark, each once', () => {
    const world = processesOf({ [process.pid]: [id(5), id(6), id(9)], 5: [id(6)] }, [
      [id(5), marked],
      [id(6), marked],
      [id(7), marked],
    ]);
    assert.deepEqual(
      memberFinder(world.processes, 5, mark, () => true)().map(({ pid }) => pid),
      [5, 6, 7],
    );
  });

  it('are not those of another run with the same lease', () => {
    const other = newMark();
    const world = processesOf({ [process.pid]: [id(5)] }, [
      [id(5), marked],
      [id(8), { STYXY_LOCK_ID: 'lk_1', [other.name]: other.value }],
      [id(9), { STYXY_LOCK_ID: 'lk_1' }],
    ]);
    assert.deepEqual(
      memberFinder(world.processes, 5, mark, () => true)().map(({ pid }) => pid),
      [5],
    );
  });

  it('stay known when their parent is gone, until they are dead', () => {
    const child = id(6);
    const world = processesOf({ [process.pid]: [id(5)], 5: [child] });
    const find = memberFinder(world.processes, 5, null, () => true);
    find();
    world.below[5] = [];
    assert.ok(find().includes(child));
    world.dead.push(child);
    assert.ok(!find().includes(child));
  });

  it('are not what is below a pid that the command has no more', () => {
    const world = processesOf({ [process.pid]: [id(5, '99')], 5: [id(6)] });
    assert.deepEqual(memberFinder(world.processes, 5, null, () => false)(), []);
  });
});
