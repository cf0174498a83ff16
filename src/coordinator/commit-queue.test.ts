import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manualScheduler } from '../../test/fixtures/manual-scheduler.ts';
import type { Change, DurableChange } from '../core/change.ts';
import { evolve, State } from '../core/state.ts';
import { createMemoryStore } from '../store/memory.ts';
import type { Store } from '../store/store.ts';
import { createCommitQueue } from './commit-queue.ts';

function keyChange(id: string): DurableChange {
  const after = { protocol: 'tcp', port: 3000, count: 1, projectPath: '/a', usedAt: 0 } as const;
  return { table: 'key', id, before: null, after };
}

function setUp(
  commit: (changes: readonly DurableChange[]) => void | Promise<void>,
  onCommitted = (): void => {},
) {
  const state = new State();
  const scheduler = manualScheduler();
  const store: Store = { ...createMemoryStore(), commit };
  const queue = createCommitQueue(state, store, scheduler, onCommitted);
  const add = (...changes: Change[]) => {
    evolve(state, changes);
    return queue.add(changes);
  };
  return { state, scheduler, queue, add };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the group commit', () => {
  it('commits what came in one turn as one transaction, and answers only then', async () => {
    const groups: number[] = [];
    const { scheduler, add } = setUp((changes) => void groups.push(changes.length));
    let answered = 0;
    for (const id of ['a', 'b', 'c']) add(keyChange(id)).then(() => answered++);
    await settled();
    assert.equal(answered, 0);
    await scheduler.turn();
    await settled();
    assert.equal(answered, 3);
    assert.deepEqual(groups, [3]);
  });

  it('answers a reader at once when nothing waits, else with the group that it may have seen', async () => {
    const { scheduler, add, queue } = setUp(() => {});
    assert.equal(await queue.add([]), 'done');
    add(keyChange('a'));
    let read = false;
    queue.add([]).then(() => {
      read = true;
    });
    await settled();
    assert.equal(read, false);
    await scheduler.turn();
    await settled();
    assert.equal(read, true);
  });

  it('undoes a failed group, fails its writers and lets its readers look again', async () => {
    let isFull = true;
    const { state, scheduler, add, queue } = setUp(() => {
      if (isFull) throw new Error('full');
    });
    const writer = assert.rejects(add(keyChange('a')), /full/);
    const reader = queue.add([]);
    assert.ok(state.keyMemory('a'));
    await scheduler.turn();
    await writer;
    assert.equal(await reader, 'again');
    assert.equal(state.keyMemory('a'), undefined);
    assert.ok(queue.failure instanceof Error);
    isFull = false;
    const second = add(keyChange('b'));
    await scheduler.turn();
    assert.equal(await second, 'done');
    assert.equal(queue.failure, null);
  });

  it('undoes nothing that the store has, also where a listener fails, which is a bug', async () => {
    const { state, scheduler, queue, add } = setUp(
      () => {},
      () => {
        throw new Error('a listener');
      },
    );
    const answer = add(keyChange('a'));
    await assert.rejects(scheduler.turn(), /a listener/);
    assert.equal(await answer, 'done');
    assert.notEqual(state.keyMemory('a'), undefined);
    assert.equal(queue.failure, null);
  });

  it('undoes what was decided on top of a slow group that failed, and has it decided again', async () => {
    const commits: PromiseWithResolvers<void>[] = [];
    const { state, scheduler, add } = setUp(() => {
      const commit = Promise.withResolvers<void>();
      commits.push(commit);
      return commit.promise;
    });
    const first = assert.rejects(add(keyChange('a')), /disk/);
    await scheduler.turn();
    const onTop = add(keyChange('b'));
    await scheduler.turn();
    assert.equal(commits.length, 1, 'one commit at a time');
    commits[0]?.reject(new Error('disk'));
    await first;
    assert.equal(await onTop, 'again');
    assert.equal(state.keyMemory('b'), undefined);
  });

  it('is drained only when the commit under way is done', async () => {
    const commit = Promise.withResolvers<void>();
    const { scheduler, queue, add } = setUp(() => commit.promise);
    const answer = add(keyChange('a'));
    await scheduler.turn();
    let isDrained = false;
    const drained = queue.drained().then(() => {
      isDrained = true;
    });
    await settled();
    assert.equal(isDrained, false);
    commit.resolve();
    assert.equal(await answer, 'done');
    await drained;
  });
});
