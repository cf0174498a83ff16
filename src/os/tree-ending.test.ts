import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProcessLife } from '../core/lease.ts';
import type { ProcessIdentity } from '../core/process-identity.ts';
import { endTree, type TreeWorld } from './tree-ending.ts';

interface Actor {
  readonly identity: ProcessIdentity;
  life: ProcessLife;
  isFindable: boolean;
  /** What it does when a signal comes; by default it dies. */
  readonly react?: (signal: NodeJS.Signals) => void;
}

function actor(pid: number, fields: Partial<Actor> = {}): Actor {
  const identity = { pid, startTicks: `${pid}0`, bootId: 'boot', pidNamespace: '1' };
  return { identity, life: 'alive', isFindable: true, ...fields };
}

/** A world of actors, with a record of every signal and of the time that was slept. */
function worldOf(actors: Actor[]): TreeWorld & { sent: string[]; sleptMs: number } {
  const sameAs = (identity: ProcessIdentity) => (each: Actor) =>
    each.identity.pid === identity.pid && each.identity.startTicks === identity.startTicks;
  const world = {
    sent: [] as string[],
    sleptMs: 0,
    find: () => actors.filter((each) => each.isFindable).map((each) => each.identity),
    life: (identity: ProcessIdentity) => actors.find(sameAs(identity))?.life ?? ('dead' as const),
    signal: (pid: number, signal: NodeJS.Signals) => {
      world.sent.push(`${signal} ${pid}`);
      const target = actors.find((each) => each.identity.pid === pid && each.life === 'alive');
      if (target?.react !== undefined) target.react(signal);
      else if (target !== undefined) target.life = 'dead';
    },
    sleep: async (ms: number) => {
      world.sleptMs += ms;
    },
  };
  return world;
}

describe('the end of a tree', () => {
  it('asks each process once and waits no longer than it takes', async () => {
    const world = worldOf([actor(1), actor(2)]);
    assert.deepEqual(await endTree(world, 1_000), []);
    assert.deepEqual(world.sent, ['SIGTERM 1', 'SIGTERM 2']);
    assert.ok(world.sleptMs < 1_000);
  });

  it('does nothing where nothing is left', async () => {
    const world = worldOf([]);
    await endTree(world, 1_000);
    assert.deepEqual([world.sent, world.sleptMs], [[], 0]);
  });

  it('kills what does not listen, after the grace time', async () => {
    const stubborn: Actor = actor(1, {
      react: (signal) => {
        if (signal === 'SIGKILL') stubborn.life = 'dead';
      },
    });
    const world = worldOf([stubborn]);
    assert.deepEqual(await endTree(world, 1_000), []);
    assert.deepEqual(world.sent, ['SIGTERM 1', 'SIGKILL 1']);
    assert.ok(world.sleptMs >= 1_000);
  });

  it('kills at once when whoever waits loses patience', async () => {
    const stubborn: Actor = actor(1, {
      react: (signal) => {
        if (signal === 'SIGKILL') stubborn.life = 'dead';
      },
    });
    const world = worldOf([stubborn]);
    await endTree(world, 60_000, () => world.sent.length > 0);
    assert.deepEqual(world.sent, ['SIGTERM 1', 'SIGKILL 1']);
    assert.ok(world.sleptMs < 1_000);
  });

  it('ends what starts while it ends', async () => {
    const late = actor(3, { isFindable: false });
    const parent: Actor = actor(1, {
      react: () => {
        parent.life = 'dead';
        late.isFindable = true;
      },
    });
    const world = worldOf([parent, late]);
    await endTree(world, 1_000);
    assert.deepEqual(world.sent.sort(), ['SIGTERM 1', 'SIGTERM 3']);
  });

  it('spares a process that only has the pid, and one of which nothing is known', async () => {
    const former = actor(1);
    const successor = actor(1, { identity: { ...former.identity, startTicks: '99' }, isFindable: false });
    const unknown = actor(2, { life: 'unknown' });
    const world = worldOf([successor, unknown]);
    assert.deepEqual(await endTree({ ...world, find: () => [former.identity, unknown.identity] }, 100), []);
    assert.deepEqual(world.sent, []);
  });

  it('gives up on what cannot be killed, and names it', async () => {
    const immortal = actor(1, { react: () => {} });
    const left = await endTree(worldOf([immortal]), 100);
    assert.deepEqual(left, [immortal.identity]);
  });
});
