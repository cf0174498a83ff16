import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { catalogue, identity, type Scene, scene, withProcess } from '../../test/fixtures/lease-scene.ts';
import type { AllocateRequest, ListenerSight, ObserveCommand } from './command.ts';

const stateOf = ({ desk, lease }: Scene) => desk.state.lease(lease.lockId)?.vitals.state;

describe('the life of a lease', () => {
  it('ends when its term is over, not a moment before', () => {
    const s = scene();
    assert.equal(s.later(59_999), null);
    assert.equal(s.later(1), 'term-over');
  });

  it('goes on while its own program listens, and has a full term after that', () => {
    const s = scene();
    s.see('own');
    assert.equal(stateOf(s), 'active');
    assert.equal(s.later(10 * 60_000), null);
    s.see('none');
    assert.equal(stateOf(s), 'idle');
    assert.equal(s.later(59_999), null);
    assert.equal(s.later(1), 'term-over');
  });

  it('goes on while a connection holds it', () => {
    const s = scene();
    s.hold(1);
    assert.equal(s.later(10 * 60_000), null);
  });

  it('ends at once when the only connection closes and nobody listens', () => {
    const s = scene();
    s.hold(1);
    s.hold(1);
    s.hold(-1, false);
    assert.ok(stateOf(s), 'another connection holds it');
    s.hold(-1, false);
    assert.equal(stateOf(s), undefined);
  });

  it('ends at once when connection and listener go together', () => {
    const s = scene();
    s.hold(1);
    s.see('own');
    s.desk.now += 5000;
    s.desk.submit({ kind: 'hold', lockId: s.lease.lockId, delta: -1 });
    const since = s.desk.now;
    s.desk.now += 10;
    s.see('none');
    s.desk.submit({ kind: 'abandon', lockId: s.lease.lockId, since, listening: false });
    assert.equal(s.later(0), 'hold-closed');
  });

  it('stays as an orphan when the holder goes and the listener stays, until that goes too', () => {
    const s = scene();
    s.hold(1);
    s.hold(-1, true);
    assert.equal(s.desk.state.lease(s.lease.lockId)?.vitals.orphan, true);
    assert.equal(s.later(10 * 60_000), null);
    s.see('none');
    assert.equal(s.later(0), 'hold-closed');
  });

  it('belongs to whoever asked for it again while its holder left', () => {
    const s = scene();
    s.hold(1);
    s.hold(-1);
    const since = s.desk.now;
    s.desk.now += 10;
    assert.equal(s.desk.granted({ ttlMs: 60_000 }).existing, true);
    s.desk.submit({ kind: 'abandon', lockId: s.lease.lockId, since, listening: false });
    assert.equal(s.later(0), null);
  });

  it('ends when its process is dead and nobody listens; a stranger counts for nothing', () => {
    for (const sight of ['none', 'stranger'] as const) {
      const s = scene(withProcess);
      s.see(sight, 'dead');
      assert.equal(s.later(0), 'holder-dead', sight);
    }
  });

  it('lets go of a dead process for good while a connection holds it', () => {
    const s = scene(withProcess);
    s.hold(1);
    s.see('none', 'dead');
    assert.deepEqual([s.desk.state.lease(s.lease.lockId)?.lease.pid, s.later(0)], [null, null]);
  });

  it('ends by a sweep only where the sweep looks', () => {
    const s = scene();
    s.desk.now += 60_000;
    assert.deepEqual(s.desk.submit({ kind: 'sweep', lockIds: ['another'] }).reply?.ended, []);
    const { reply } = s.desk.submit({ kind: 'sweep', lockIds: [s.lease.lockId] });
    assert.equal(reply?.ended[0]?.reason, 'term-over');
  });

  it('rests in full although an old rest of its port was long over', () => {
    const s = scene();
    assert.equal(s.later(60_000), 'term-over');
    s.desk.granted({ ttlMs: catalogue.quarantineMs + catalogue.quarantineMaxMs });
    assert.equal(s.later(catalogue.quarantineMs + catalogue.quarantineMaxMs), 'term-over');
    s.desk.submit({ kind: 'forget' });
    assert.ok((s.desk.state.quarantine('tcp', s.lease.port)?.until ?? 0) > s.desk.now);
  });

  it('does not take an unknown process for a dead one', () => {
    const s = scene(withProcess);
    s.see('own', 'alive');
    s.see('none', 'unknown');
    for (let miss = 0; miss < 10; miss++) {
      s.desk.now += 1000;
      s.see('none', 'unknown');
    }
    assert.equal(s.later(0), null);
  });

  const unseen: readonly [
    reason: string,
    over: (s: Scene, sight: ListenerSight) => void,
    Partial<AllocateRequest>?,
  ][] = [
    ['holder-dead', (s, sight) => s.see(sight, 'dead'), withProcess],
    [
      'hold-closed',
      (s, sight) => {
        s.hold(1);
        s.hold(-1, true);
        s.see('none');
        s.see(sight);
      },
    ],
    [
      'instance-ended',
      (s, sight) => {
        s.desk.now += 3 * catalogue.instanceTtlMs;
        s.see(sight);
      },
      { instanceId: 'one' },
    ],
  ];
  for (const [reason, happens, request] of unseen) {
    it(`does not end as ${reason} while nobody can say who listens, but when its term is over`, () => {
      const s = scene({ ttlMs: 3_600_000, ...request });
      happens(s, 'unknown');
      assert.equal(s.later(0), null);
      s.see('none');
      assert.equal(s.later(0), reason);
      const other = scene({ ttlMs: 3_600_000, ...request });
      happens(other, 'unknown');
      assert.equal(other.later(3_600_000), 'term-over');
    });
  }

  it('stays active while nobody can say who listens', () => {
    const s = scene(withProcess);
    s.see('own', 'alive');
    s.see('unknown', 'dead');
    assert.equal(stateOf(s), 'active');
    assert.equal(s.later(10 * 3_600_000), null);
  });

  it('ends after three missed listeners, counted once an interval, when it was active and nobody holds it', () => {
    const s = scene({ ttlMs: 3_600_000 });
    s.see('own');
    s.see('none');
    s.see('none');
    assert.equal(s.later(catalogue.missIntervalMs), null);
    s.see('none');
    assert.equal(s.later(catalogue.missIntervalMs), null);
    s.see('none');
    assert.equal(s.later(0), 'listener-gone');
  });

  it('counts no miss from before a sleep, in which its listener may have come and gone', () => {
    const s = scene({ ttlMs: 3_600_000 });
    const miss = (): void => {
      s.desk.now += catalogue.missIntervalMs;
      s.see('none');
    };
    s.see('own');
    for (let i = 0; i < 3; i++) miss();
    s.desk.now += 1;
    s.desk.submit({ kind: 'wake' });
    assert.equal(s.later(0), null, 'three misses that nobody acted on before the sleep');
    miss();
    miss();
    assert.equal(s.later(0), null, 'two after it');
    miss();
    assert.equal(s.later(0), 'listener-gone');
  });

  it('counts no miss from before a look at which nobody could say who listens', () => {
    const s = scene({ ttlMs: 3_600_000 });
    const look = (sight: ListenerSight): void => {
      s.desk.now += catalogue.missIntervalMs;
      s.see(sight);
    };
    for (const sight of ['own', 'none', 'none', 'none', 'unknown'] as const) look(sight);
    assert.equal(s.later(0), null, 'nobody acted on three misses');
    for (const sight of ['none', 'none'] as const) look(sight);
    assert.equal(s.later(0), null, 'two after it');
    look('none');
    assert.equal(s.later(0), 'listener-gone');
  });

  it('never misses a listener that never was, nor counts misses against a live holder', () => {
    for (const [request, before] of [
      [{}, 'none'],
      [withProcess, 'own'],
    ] as const) {
      const s = scene({ ttlMs: 3_600_000, ...request });
      s.see(before, 'alive');
      for (let miss = 0; miss < 5; miss++) {
        s.desk.now += catalogue.missIntervalMs;
        s.see('none', 'pid' in request ? 'alive' : undefined);
      }
      assert.equal(s.later(0), null);
    }
  });

  it('ends with its instance when nobody listens', () => {
    const s = scene({ instanceId: 'one', ttlMs: 3_600_000 });
    assert.equal(s.later(3 * catalogue.instanceTtlMs - 1), null);
    assert.equal(s.later(1), 'instance-ended');
  });

  it('has a full term left after a sleep', () => {
    const s = scene();
    s.desk.now += 3_600_000;
    s.desk.submit({ kind: 'wake' });
    assert.equal(s.later(59_999), null);
    assert.equal(s.later(1), 'term-over');
  });

  it('is hijacked while a stranger listens, and waits for its program after that', () => {
    const s = scene();
    s.see('stranger');
    assert.equal(stateOf(s), 'hijacked');
    s.see('none');
    assert.equal(stateOf(s), 'reserved');
  });
});

describe('a release by somebody else', () => {
  const release = (s: Scene, by: string | null, force = false) =>
    s.desk.submit({
      kind: 'release',
      lockId: s.lease.lockId,
      fence: null,
      callerInstanceId: null,
      callerProjectPath: by,
      force,
    }).refusal?.code ?? null;
  const unseen = () => {
    const s = scene();
    s.see('unknown');
    return s;
  };

  it('needs force while nobody can say who listens', () => {
    const s = unseen();
    assert.equal(release(s, '/another'), 'PORTS_UNREADABLE');
    assert.equal(release(s, '/another', true), null);
  });

  it('is nothing that its own project, or whoever has the lock id alone, needs force for', () => {
    assert.equal(release(unseen(), '/a'), null);
    assert.equal(release(unseen(), null), null);
  });
});

const renewal = { kind: 'renew', ttlMs: null, pid: null, process: null, fence: null, claim: false } as const;
const byOther = { pid: 8, process: { ...identity, pid: 8 } };

describe('renewal', () => {
  it('begins the term anew and refuses an old fence', () => {
    const s = scene();
    const renew = { ...renewal, lockId: s.lease.lockId };
    s.desk.now += 50_000;
    assert.equal(s.desk.submit({ ...renew, fence: s.lease.fence }).refusal, null);
    assert.equal(s.later(59_999), null);
    assert.equal(s.desk.submit({ ...renew, fence: s.lease.fence + 1 }).refusal?.code, 'STALE_FENCE');
    assert.equal(s.later(1), 'term-over', 'the refused renewal changed nothing');
  });

  it('makes whoever renews the holder in place of a dead one', () => {
    const s = scene(withProcess);
    s.see('none', 'dead');
    s.desk.submit({ ...renewal, lockId: s.lease.lockId });
    assert.equal(s.desk.state.lease(s.lease.lockId)?.lease.pid, null);
    assert.equal(s.later(0), null);
  });
});

describe('a claim by renewal', () => {
  const claim = (s: Scene, who: Pick<AllocateRequest, 'pid' | 'process'>) =>
    s.desk.submit({ ...renewal, lockId: s.lease.lockId, ...who, claim: true }).refusal?.code ?? null;
  const holderOf = (s: Scene) => s.desk.state.lease(s.lease.lockId)?.lease.pid;

  it('is granted to the first of two, and to it again', () => {
    const s = scene();
    assert.equal(claim(s, withProcess), null);
    assert.equal(claim(s, byOther), 'LEASE_IN_USE');
    assert.equal(claim(s, withProcess), null, 'a retry takes it from nobody');
    assert.equal(holderOf(s), 7);
  });

  it('takes the place of a dead holder', () => {
    const s = scene(withProcess);
    s.see('none', 'dead');
    assert.equal(claim(s, byOther), null);
    assert.equal(holderOf(s), 8);
  });

  const held: readonly [who: string, (s: Scene) => void, Partial<AllocateRequest>?][] = [
    ['a live process', () => {}, withProcess],
    ['a process of which nothing is known', (s) => s.see('none', 'unknown'), withProcess],
    ['a connection', (s) => s.hold(1)],
    ['its own listener', (s) => s.see('own')],
  ];
  for (const [who, happens, request] of held) {
    it(`is refused while ${who} has the lease, and changes nothing`, () => {
      const s = scene(request);
      happens(s);
      const before = s.desk.state.lease(s.lease.lockId);
      for (const asker of [byOther, { pid: null, process: null }])
        assert.equal(claim(s, asker), 'LEASE_IN_USE');
      assert.deepEqual(s.desk.state.lease(s.lease.lockId), before);
    });
  }

  it('is what takes care: a plain renewal names the new holder', () => {
    const s = scene(withProcess);
    s.desk.submit({ ...renewal, lockId: s.lease.lockId, ...byOther });
    assert.equal(holderOf(s), 8);
  });
});

describe('an observation', () => {
  const { lockId } = scene().lease;
  const look = (s: Scene, sight: ListenerSight, more: Partial<ObserveCommand> = {}) =>
    s.desk.submit({
      kind: 'observe',
      listeners: new Map([[lockId, sight]]),
      holders: new Map(),
      instances: new Map(),
      ...more,
    }).reply?.news ?? [];
  const drifted = (...ports: number[]) => ({ drifts: new Map([[lockId, ports]]) });
  const vitals = (s: Scene) => s.desk.state.lease(s.lease.lockId)?.vitals;

  it('is news when the state or the drift is another one, and only then', () => {
    const s = scene();
    assert.deepEqual(look(s, 'none'), []);
    assert.deepEqual(
      look(s, 'own').map((each) => each.vitals.state),
      ['active'],
    );
    assert.deepEqual(look(s, 'own'), []);
    assert.deepEqual(
      look(s, 'none', drifted(5174)).map((each) => [each.vitals.state, each.vitals.drift]),
      [['idle', [5174]]],
    );
    assert.deepEqual(look(s, 'none', drifted(5174)), []);
    assert.deepEqual(vitals(s)?.drift, [5174]);
    look(s, 'none');
    assert.deepEqual(vitals(s)?.drift, [5174], 'what was not looked at stays');
    look(s, 'own', drifted());
    assert.deepEqual(vitals(s)?.drift, []);
  });

  it('remembers which process was proven to serve', () => {
    const s = scene();
    // Somebody listens who is not proven to be of the holder's tree; whether that changes is news.
    look(s, 'own');
    const servers = new Map([[lockId, identity]]);
    assert.equal(look(s, 'own', { servers }).length, 1, 'that it is served at all is news');
    assert.deepEqual(vitals(s)?.server, identity);
    const before = vitals(s);
    look(s, 'own', { servers: new Map([[lockId, { ...identity }]]) });
    assert.equal(vitals(s), before, 'the same one changes nothing');
    const again = new Map([[lockId, { ...identity, startTicks: '2' }]]);
    assert.equal(look(s, 'own', { servers: again }).length, 0, 'that it was started anew is none');
    assert.equal(vitals(s)?.server?.startTicks, '2');
  });
});
