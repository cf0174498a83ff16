import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Scene, scene, withProcess } from '../../test/fixtures/lease-scene.ts';
import type { ListenerSight } from './command.ts';
import type { ProcessLife } from './lease.ts';

describe('clean-up by hand', () => {
  it('takes idle leases without a holder, and with force reserved ones, never one with a listener', () => {
    const idle = scene();
    idle.see('own');
    idle.see('none');
    assert.equal(idle.desk.submit({ kind: 'cleanup', force: false, dryRun: true }).reply?.cleaned.length, 1);
    assert.equal(idle.desk.state.leaseCount, 1, 'a dry run changes nothing');
    assert.equal(idle.desk.submit({ kind: 'cleanup', force: false, dryRun: false }).reply?.kept.length, 0);
    const reserved = scene();
    assert.equal(
      reserved.desk.submit({ kind: 'cleanup', force: false, dryRun: false }).reply?.kept.length,
      1,
    );
    assert.equal(reserved.desk.submit({ kind: 'cleanup', force: true, dryRun: false }).reply?.kept.length, 0);
    const active = scene();
    active.see('own');
    assert.equal(active.desk.submit({ kind: 'cleanup', force: true, dryRun: false }).reply?.kept.length, 1);
  });
});

describe('what stays at a clean-up', () => {
  it('is everything of which nobody can say who listens, with force as well', () => {
    const idle = seen(seen(seen(scene(), 'own'), 'none'), 'unknown');
    for (const s of [idle, seen(scene(), 'unknown'), seen(scene(withProcess), 'unknown', 'dead')]) {
      for (const force of [false, true]) {
        const { reply } = s.desk.submit({ kind: 'cleanup', force, dryRun: false });
        assert.deepEqual(
          [reply?.cleaned, reply?.kept.map((each) => each.reason)],
          [[], ['listener-unknown']],
        );
      }
    }
  });

  for (const [reason, arrange] of [
    ['listener-unknown', () => seen(scene(), 'unknown')],
    ['listener-unknown', () => seen(seen(scene(), 'own'), 'unknown')],
    ['held', () => seen(held(scene()), 'unknown')],
    ['holder-lives', () => seen(scene(withProcess), 'unknown', 'alive')],
    ['term-runs', () => scene()],
    ['listens', () => seen(scene(), 'own')],
    ['orphan-listens', () => seen(scene(withProcess), 'own', 'dead')],
    ['orphan-listens', () => later(seen(scene({ instanceId: 'agent-1' }), 'own'), 900_000)],
    ['listens', () => later(seen(scene({ instanceId: 'agent-1' }), 'own'), 899_000)],
    ['listens', () => later(seen(scene({ ...withProcess, instanceId: 'agent-1' }), 'own', 'alive'), 900_000)],
    ['held', () => held(scene())],
    ['holder-lives', () => seen(scene(withProcess), 'none', 'alive')],
    ['holder-unknown', () => seen(scene(withProcess), 'none', 'unknown')],
    ['instance-lives', () => scene({ instanceId: 'agent-1' })],
    ['stranger-listens', () => seen(scene(), 'stranger')],
    ['held', () => seen(held(scene()), 'stranger')],
  ] as const) {
    it(`says ${reason}`, () => {
      const { desk, lease } = arrange();
      const { kept } = desk.submit({ kind: 'cleanup', force: false, dryRun: false }).reply ?? { kept: [] };
      assert.deepEqual(
        kept.map((each) => [each.snapshot.lease.lockId, each.reason]),
        [[lease.lockId, reason]],
      );
    });
  }

  it('keeps by force too what a connection holds, whose program may be about to listen', () => {
    const { desk, lease } = held(scene());
    const { kept } = desk.submit({ kind: 'cleanup', force: true, dryRun: false }).reply ?? { kept: [] };
    assert.deepEqual(
      kept.map((each) => [each.snapshot.lease.lockId, each.reason]),
      [[lease.lockId, 'held']],
    );
  });

  function seen(s: Scene, sight: ListenerSight, life?: ProcessLife): Scene {
    s.see(sight, life);
    return s;
  }

  it('is an orphan also where an instance that is over held it, until that is heard again', () => {
    const s = later(seen(scene({ instanceId: 'agent-1' }), 'own'), 900_000);
    const isOrphan = () =>
      s.desk.submit({ kind: 'cleanup', force: true, dryRun: true }).reply?.kept[0]?.snapshot.vitals.orphan;
    assert.equal(isOrphan(), true);
    s.desk.submit({ kind: 'instance-heartbeat', instanceId: 'agent-1' });
    assert.equal(isOrphan(), false);
  });

  function later(s: Scene, ms: number): Scene {
    s.desk.now += ms;
    return s;
  }

  function held(s: Scene): Scene {
    s.hold(1);
    return s;
  }
});
