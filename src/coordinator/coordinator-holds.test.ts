// Owns the tests of holds that meet other things: a release that is taken back, a second close.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { allocate, held, nextTurn, world } from '../../test/fixtures/coordinator-world.ts';
import { createMemoryStore } from '../store/memory.ts';
import { createScheduler } from './scheduler.ts';

async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await nextTurn();
}

it('a lease whose release was decided and could not be committed is held, and held once', async () => {
  const commits: PromiseWithResolvers<void>[] = [];
  let isSlow = false;
  const store = createMemoryStore();
  const w = await world(undefined, undefined, [], {
    scheduler: { ...createScheduler(), after: () => () => {} },
    store: {
      ...store,
      async commit(changes) {
        if (isSlow) {
          const commit = Promise.withResolvers<void>();
          commits.push(commit);
          await commit.promise;
        }
        return store.commit(changes);
      },
    },
  });
  const { lockId } = (await allocate(w)).snapshot.lease;
  isSlow = true;
  const { pid, process } = held;
  const instance = {
    workingDirectory: null,
    linkedWorktree: false,
    template: null,
    ttlMs: null,
    metadata: {},
  };
  // One group: the hold counts once the registration beside it is stored.
  const registering = w.coordinator.submit({
    kind: 'register',
    instanceId: 'one',
    pid,
    process,
    ...instance,
  });
  const holding = w.coordinator.hold(lockId);
  await turns();
  // Decided on top of it: the lease is gone by the time that the hold counts.
  const release = { lockId, fence: null, callerInstanceId: null, callerProjectPath: null, force: true };
  const releasing = assert.rejects(w.coordinator.submit({ kind: 'release', ...release }), /disk/);
  await turns();
  commits[0]?.resolve();
  await registering;
  await turns();
  assert.equal(commits.length, 2);
  isSlow = false;
  commits[1]?.reject(new Error('disk'));
  await releasing;
  const again = await holding;
  assert.ok(again.ok);
  const holds = () => w.coordinator.query(({ state }) => state.lease(lockId)?.vitals.holds ?? null);
  assert.equal(await holds(), 1);
  again.reply.close();
  await turns();
  assert.equal(await holds(), null, 'nobody is left who holds it');
  await w.coordinator.stop();
});

it('a connection that is closed twice lets go once', async () => {
  const w = await world(undefined, undefined, [], {
    scheduler: { ...createScheduler(), after: () => () => {} },
  });
  const { lockId } = (await allocate(w)).snapshot.lease;
  const [first, second] = await Promise.all([w.coordinator.hold(lockId), w.coordinator.hold(lockId)]);
  assert.ok(first?.ok && second?.ok);
  for (let times = 0; times < 2; times++) first.reply.close();
  await turns();
  assert.equal(await w.coordinator.query(({ state }) => state.lease(lockId)?.vitals.holds ?? null), 1);
  await w.coordinator.stop();
});
