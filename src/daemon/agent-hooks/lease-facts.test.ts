import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { InstanceEntry } from '../../core/instance.ts';
import { type LeaseEntry, NEW_VITALS, type ProcessLife } from '../../core/lease.ts';
import type { ProcessIdentity } from '../../core/process-identity.ts';
import type { Listener } from '../../os/os.ts';
import type { DaemonContext } from '../context.ts';
import { machineFacts } from './lease-facts.ts';
import type { Session } from './sessions.ts';

const AGENT = 10;
const PARENTS: Readonly<Record<number, number>> = { 31: 30, 30: 10, 41: 40, 40: 1, 10: 1 };

const identity = (pid: number): ProcessIdentity => ({ pid, startTicks: '1', bootId: 'b', pidNamespace: '' });

function ancestors(pid: number): number[] {
  const chain = [pid];
  for (let at = PARENTS[pid]; at !== undefined; at = PARENTS[at]) chain.push(at);
  return chain;
}

function instance(id: string, pid: number, life: ProcessLife): InstanceEntry {
  return {
    instance: {
      instanceId: id,
      workingDirectory: '/app',
      template: null,
      pid,
      process: identity(pid),
      ttlMs: 1,
      metadata: { agent: 'claude', session_id: id },
      registeredAt: 0,
    },
    pulse: { heardAt: 0, process: life },
  };
}

interface Given {
  readonly instanceId?: string | null;
  readonly projectPath?: string;
  readonly holder?: number | null;
  /** Who listens on the port; nobody unless given. */
  readonly server?: number;
}

/** What is said of a lease to the session `mine` in `/app`, with its agent in process 10. */
async function factOf({ instanceId = null, projectPath = '/app', holder = null, server }: Given) {
  const entry: LeaseEntry = {
    lease: {
      lockId: 'l',
      protocol: 'tcp',
      port: 3000,
      count: 1,
      serviceType: 'dev',
      serviceName: 'web',
      instanceId,
      projectPath,
      pid: holder,
      process: holder === null ? null : identity(holder),
      singleton: false,
      fence: 1,
      ttlMs: 1,
      allocatedAt: 0,
    },
    vitals: NEW_VITALS,
  };
  const known = [
    instance('mine', AGENT, 'alive'),
    instance('other', 40, 'alive'),
    instance('former', 50, 'dead'),
  ];
  const listeners: Listener[] = server === undefined ? [] : [listenerOf(server)];
  const state = {
    leases: () => [entry],
    instances: () => known,
    instance: (id: string) => known.find((each) => each.instance.instanceId === id),
  };
  const context = {
    coordinator: { query: async (read: (reading: unknown) => unknown) => read({ state }) },
    portTable: { listeners: async () => listeners },
    processes: { ancestors, life: () => 'alive' },
    processNames: {
      facts: (pid: number) => ({ pid, parent: null, group: null, name: 'node', command: 'node' }),
    },
  } as unknown as DaemonContext;
  const session: Session = {
    sight: {
      agent: 'claude',
      sessionId: 'mine',
      process: identity(AGENT),
      project: '/app',
      isContinued: false,
    },
    project: { path: '/app', directory: '/app', isLinkedWorktree: false },
    entry: known[0],
  };
  const { leases, processes } = await machineFacts(context, session, { processes: true });
  const [lease] = leases;
  assert.ok(lease !== undefined);
  return { ...lease, named: processes.map(({ pid }) => pid) };
}

function listenerOf(pid: number): Listener {
  return {
    protocol: 'tcp',
    port: 3000,
    addresses: ['127.0.0.1'],
    pid,
    process: null,
    command: null,
    user: null,
    cwd: null,
    container: null,
  };
}

describe('what an agent may know of a lease', () => {
  it("is whose it is: its instance's, its process's, or nobody's in the same checkout", async () => {
    assert.equal((await factOf({ instanceId: 'mine' })).isOwn, true);
    assert.equal((await factOf({ projectPath: '/other', server: 31 })).isOwn, true);
    assert.equal((await factOf({})).isOwn, true);
    assert.equal((await factOf({ instanceId: 'former' })).isOwn, true);
    assert.equal((await factOf({ instanceId: 'forgotten' })).isOwn, true);
  });

  it('is that others hold it, in the same checkout too', async () => {
    assert.equal((await factOf({ instanceId: 'other', server: 41 })).isOwn, false);
    assert.equal((await factOf({ projectPath: '/other' })).isOwn, false);
    assert.equal((await factOf({ instanceId: 'former', projectPath: '/other' })).isOwn, false);
  });

  it("is an agent's who started it, though the lease names no session", async () => {
    const typed = await factOf({ holder: 41, server: 41 });
    assert.deepEqual([typed.isOwn, typed.session], [false, 'claude other']);
    const own = await factOf({ holder: 30, server: 31 });
    assert.deepEqual([own.isOwn, own.session], [true, 'claude mine']);
    const terminal = await factOf({ holder: 60, server: 60 });
    assert.deepEqual([terminal.isOwn, terminal.session], [true, null]);
  });

  it('is its session, and the processes from the holder to the server', async () => {
    const fact = await factOf({ instanceId: 'other', holder: 40, server: 41 });
    assert.equal(fact.session, 'claude other');
    assert.deepEqual([fact.pids, fact.named, fact.isActive], [[40, 41], [40, 41], true]);
    assert.deepEqual((await factOf({ holder: null, server: 41 })).pids, [41]);
    assert.equal((await factOf({})).isActive, false);
  });
});
