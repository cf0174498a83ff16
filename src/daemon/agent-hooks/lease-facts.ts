// Owns what agents' decisions need to know of the machine: leases with branch, session and processes, whose they are.

import type { LeaseFact, ListenerFact, MachineFacts, ProcessFact } from '../../agents/machine-facts.ts';
import { sessionName } from '../../agents/session.ts';
import type { InstanceEntry } from '../../core/instance.ts';
import type { LeaseEntry } from '../../core/lease.ts';
import { blockPorts } from '../../core/port-range.ts';
import { isSameProcess } from '../../core/process-identity.ts';
import type { Listener } from '../../os/os.ts';
import type { DaemonContext } from '../context.ts';
import { gitBranch } from '../git-branch.ts';
import type { Session } from './sessions.ts';

interface Known {
  readonly entry: LeaseEntry;
  readonly instance: InstanceEntry | undefined;
}

/**
 * Takes a snapshot of the machine for a decision.
 *
 * @param needs.processes whether listeners and programs must be known: they cost a listing, and a look at each
 */
export async function machineFacts(
  context: DaemonContext,
  session: Session,
  needs: { readonly processes: boolean },
): Promise<MachineFacts> {
  const known = await context.coordinator.query(({ state }) =>
    Array.from(
      state.leases(),
      (entry): Known => ({
        entry,
        instance: entry.lease.instanceId === null ? undefined : state.instance(entry.lease.instanceId),
      }),
    ),
  );
  // A kill alone asks who listens: a server that is to be started meets leases.
  const listeners = needs.processes && known.length > 0 ? await listenersOn(context, known) : [];
  const leases = await Promise.all(known.map((each) => leaseFact(context, session, each, listeners)));
  const pids = needs.processes ? new Set(leases.flatMap(({ pids }) => pids)) : new Set<number>();
  return {
    leases,
    listeners: listeners.map(({ protocol, port, pid }): ListenerFact => ({ protocol, port, pid })),
    processes: [...pids].flatMap((pid): ProcessFact[] => {
      const facts = context.processNames.facts(pid);
      return facts === null ? [] : [facts];
    }),
  };
}

async function listenersOn(
  { portTable }: DaemonContext,
  known: readonly Known[],
): Promise<readonly Listener[]> {
  const ports = new Set(known.flatMap(({ entry }) => portsOf(entry)));
  return (await portTable.listeners({ ports, maxAgeMs: 0 })) ?? [];
}

/** The ports of a lease, and those on which its program listens instead. */
function portsOf({ lease, vitals }: LeaseEntry): number[] {
  return [...blockPorts(lease.port, lease.count), ...vitals.drift];
}

async function leaseFact(
  context: DaemonContext,
  session: Session,
  known: Known,
  listeners: readonly Listener[],
): Promise<LeaseFact> {
  const { lease, vitals } = known.entry;
  const seen = portsOf(known.entry);
  const servers = listeners.filter((each) => each.protocol === lease.protocol && seen.includes(each.port));
  const pids = pidsOf(context, known.entry, servers);
  return {
    lockId: lease.lockId,
    ports: blockPorts(lease.port, lease.count),
    protocol: lease.protocol,
    serviceType: lease.serviceType,
    serviceName: lease.serviceName,
    projectPath: lease.projectPath,
    branch: lease.projectPath === null ? null : await gitBranch(lease.projectPath),
    session: sessionName(known.instance?.instance.metadata),
    isOwn: isOwn(context, session, known, servers),
    isActive: servers.length > 0 || vitals.state === 'active',
    isHeld: vitals.holds > 0,
    pids,
    containers: [...new Set(servers.flatMap(({ container }) => container ?? []))],
  };
}

/** The listener's process, what stands above it up to the holder, and the holder. */
function pidsOf({ processes }: DaemonContext, { lease }: LeaseEntry, servers: readonly Listener[]): number[] {
  const holder =
    lease.process !== null && processes.life(lease.process) === 'alive' ? lease.process.pid : null;
  const above = servers.flatMap(({ pid }) => {
    if (pid === null) return [];
    const chain = processes.ancestors(pid);
    const end = holder === null ? -1 : chain.indexOf(holder);
    return end < 0 ? [pid] : chain.slice(0, end + 1).toReversed();
  });
  return [...new Set([...(holder === null ? [] : [holder]), ...above])];
}

/**
 * Whether a lease belongs to who asks: its instance's, its process's, or a predecessor's in the same checkout. What nobody's
 * session holds belongs to whoever works in that checkout.
 */
function isOwn(
  { processes }: DaemonContext,
  { entry, sight }: Session,
  { entry: { lease }, instance }: Known,
  servers: readonly Listener[],
): boolean {
  const { instanceId, projectPath } = lease;
  if (instanceId !== null && instanceId === entry?.instance.instanceId) return true;
  const agent = sight.process;
  if (agent !== null) {
    const other = instance?.instance.process ?? null;
    if (other !== null && isSameProcess(other, agent)) return true;
    if (servers.some(({ pid }) => pid !== null && processes.ancestors(pid).includes(agent.pid))) return true;
  }
  if (projectPath === null || projectPath !== sight.project) return false;
  return instance === undefined || instance.pulse.process === 'dead';
}
