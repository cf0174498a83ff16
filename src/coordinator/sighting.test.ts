import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Lease, type LeaseEntry, NEW_VITALS, type ProcessLife } from '../core/lease.ts';
import type { Listener, ProcessTable } from '../os/os.ts';
import { describeListener, serverOf, sightOf } from './sighting.ts';

const lease: Lease = {
  lockId: 'lk_1',
  protocol: 'tcp',
  port: 3000,
  count: 1,
  serviceType: 'dev',
  serviceName: 'web',
  instanceId: null,
  projectPath: '/src/shop',
  pid: 10,
  process: { pid: 10, startTicks: '1', bootId: 'b', pidNamespace: 'n' },
  singleton: false,
  fence: 1,
  ttlMs: 1000,
  allocatedAt: 0,
};

function listener(pid: number | null, cwd: string | null): Listener {
  const unknown = { process: null, command: null, user: null, container: null };
  return { protocol: 'tcp', port: 3000, addresses: ['::'], pid, cwd, ...unknown };
}

function processes(tree: readonly number[], life: ProcessLife = 'unknown'): ProcessTable {
  return { identify: () => null, life: () => life, ancestors: () => tree, cwd: () => null };
}

const outside = processes([99, 1]);

describe('what a listener on a leased port means', () => {
  for (const [what, sight, given, listeners, tree] of [
    ['nobody', 'none', lease, [], outside],
    ['a process outside tree and project', 'stranger', lease, [listener(99, '/src/other')], outside],
    [
      'a process of the holder, wherever it works',
      'own',
      lease,
      [listener(99, '/tmp')],
      processes([99, 10, 1]),
    ],
    [
      'a process below another one that has the dead holder’s pid',
      'stranger',
      lease,
      [listener(99, '/tmp')],
      processes([99, 10, 1], 'dead'),
    ],
    ['a process that works in the project', 'own', lease, [listener(99, '/src/shop/web')], outside],
    [
      'a directory that only begins like the project',
      'stranger',
      lease,
      [listener(99, '/src/shop2')],
      outside,
    ],
    ['a directory that cannot be known', 'own', lease, [listener(99, null)], outside],
    ['a tree that cannot be read', 'own', lease, [listener(99, '/src/other')], processes([])],
    ['an owner that cannot be known', 'own', lease, [listener(null, '/src/other')], outside],
    ['no project', 'own', { ...lease, projectPath: null }, [listener(99, '/src/other')], outside],
    ['no holder process', 'stranger', { ...lease, process: null }, [listener(99, '/src/other')], outside],
  ] as const) {
    it(`${what}: ${sight}`, () => {
      assert.equal(sightOf({ lease: given, vitals: NEW_VITALS }, listeners, tree), sight);
    });
  }

  for (const [state, holds, sight] of [
    ['reserved', 1, 'stranger'],
    ['hijacked', 1, 'stranger'],
    ['active', 1, 'own'],
    ['idle', 1, 'own'],
    ['reserved', 0, 'own'],
    ['hijacked', 0, 'own'],
  ] as const) {
    it(`its own beside a stranger, ${state} before and held by ${holds}: ${sight}`, () => {
      const both = [listener(99, '/src/other'), listener(99, '/src/shop')];
      const vitals = { ...NEW_VITALS, state, holds };
      assert.equal(sightOf({ lease, vitals }, both, outside), sight);
    });
  }

  it('is told in words, as far as it is known', () => {
    const named = { ...listener(7, '/src/shop'), process: 'vite' };
    assert.equal(describeListener(named), 'vite (pid 7) in /src/shop');
    const contained = { ...named, container: 'shop-web-1' };
    assert.equal(describeListener(contained), 'container shop-web-1');
    assert.equal(describeListener(listener(null, null)), 'a program of another user');
  });
});

describe('the proven server of a lease', () => {
  const server = { pid: 99, startTicks: '5', bootId: 'b', pidNamespace: 'n' };
  const entry: LeaseEntry = { lease, vitals: NEW_VITALS };
  const table = (tree: readonly number[]): ProcessTable => ({
    identify: (pid) => ({ ...server, pid }),
    life: ({ startTicks }) => (startTicks === server.startTicks ? 'alive' : 'dead'),
    ancestors: () => tree,
    cwd: () => null,
  });

  it('is the listener in the tree of the holder', () => {
    assert.deepEqual(serverOf(entry, [listener(null, null), listener(99, null)], table([99, 10, 1])), server);
  });

  it('is nobody where the tree is another one, or there is no holder process', () => {
    assert.equal(serverOf(entry, [listener(99, '/src/shop')], table([99, 1])), null);
    const none = { lease: { ...lease, pid: null, process: null }, vitals: NEW_VITALS };
    assert.equal(serverOf(none, [listener(99, null)], table([99, 10, 1])), null);
  });

  it('stays the one that was proven before while it listens and lives', () => {
    const known = (startTicks: string): LeaseEntry => ({
      lease,
      vitals: { ...NEW_VITALS, server: { ...server, startTicks } },
    });
    assert.deepEqual(serverOf(known('5'), [listener(99, null)], table([99, 1])), server);
    assert.equal(serverOf(known('4'), [listener(99, null)], table([99, 1])), null, 'its pid was given away');
    assert.equal(serverOf(known('5'), [listener(98, null)], table([98, 1])), null, 'another one listens');
  });
});
