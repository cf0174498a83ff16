import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProcessIdentity } from '../core/process-identity.ts';
import { type Mark, memberFinder, newMark, type Processes } from './members.ts';
import type { Spare } from './own-daemon.ts';

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
    identify: (pid) => (pid === 5 ? id(5) : null),
    ancestors: (pid) => [pid],
    descendants: (pid) => below[pid] ?? [],
    withEnvironment: (name, value) =>
      environments.filter(([, env]) => env[name] === value).map(([identity]) => identity),
    life: (identity) => (dead.includes(identity) ? 'dead' : 'alive'),
  };
  return { processes, dead, below };
}

const mark = newMark();

function membersOf(
  processes: Processes,
  own: Mark | null,
  isRunning = true,
  spare: Spare = (found) => found,
) {
  return memberFinder(processes, 5, own, () => isRunning, spare);
}
const marked = { STYXY_LOCK_ID: 'lk_1', [mark.name]: mark.value };

describe('the members of a command', () => {
  it('are the command, what is below it, and what carries its mark, each once', () => {
    const world = processesOf({ 5: [id(6)] }, [
      [id(5), marked],
      [id(6), marked],
      [id(7), marked],
    ]);
    assert.deepEqual(
      membersOf(world.processes, mark)
        .find()
        .map(({ pid }) => pid),
      [5, 6, 7],
    );
  });

  it('are not those of another run with the same lease', () => {
    const other = newMark();
    const world = processesOf({}, [
      [id(5), marked],
      [id(8), { STYXY_LOCK_ID: 'lk_1', [other.name]: other.value }],
      [id(9), { STYXY_LOCK_ID: 'lk_1' }],
    ]);
    assert.deepEqual(
      membersOf(world.processes, mark)
        .find()
        .map(({ pid }) => pid),
      [5],
    );
  });

  it('stay known when their parent is gone, until they are dead', () => {
    const child = id(6);
    const world = processesOf({ 5: [child] });
    const { look, find } = membersOf(world.processes, null);
    look();
    world.below[5] = [];
    assert.ok(find().includes(child));
    world.dead.push(child);
    assert.ok(!find().includes(child));
  });

  it('are not what is below a pid that the command has no more', () => {
    const world = processesOf({ 5: [id(6)] });
    assert.deepEqual(membersOf(world.processes, null, false).find(), []);
  });

  it('are not those that are spared, also where they were found before', () => {
    const world = processesOf({ 5: [id(6)] });
    let spared = 0;
    const { find } = membersOf(world.processes, null, true, (found) =>
      found.filter(({ pid }) => pid !== spared),
    );
    assert.equal(find().length, 2);
    spared = 6;
    assert.deepEqual(find(), [id(5)]);
  });

  it('are looked for by one walk, and by their environments at the end alone', () => {
    const asked: string[] = [];
    const { processes } = processesOf({});
    const counting: Processes = {
      ...processes,
      descendants: () => {
        asked.push('walk');
        return [];
      },
      withEnvironment: () => {
        asked.push('environments');
        return [];
      },
    };
    const { look, find } = membersOf(counting, mark);
    look();
    assert.deepEqual(asked.splice(0), ['walk']);
    find();
    assert.deepEqual(asked, ['walk', 'environments']);
  });
});
