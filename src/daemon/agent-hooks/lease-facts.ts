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
import { agentAbove } from './agent-above.ts';
import type { Session } from './sessions.ts';

interface Known {
  readonly entry: LeaseEntry;
  /** The one that the lease names, else that of the agent which started its program. */
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
  const { known, instances } = await context.coordinator.query(({ state }) => ({
    known: Array.from(
      state.leases(),
      (entry): Known => ({
        entry,
        instance: entry.lease.instanceId === null ? undefined : state.instance(entry.lease.instanceId),
      }),
    ),
    instances: [...state.instances()],
  }));
  // A kill alone asks who listens: a server that is to be started meets leases.
  const listeners = needs.processes && known.length > 0 ? await listenersOn(context, known) : [];
  const leases = await Promise.all(
    known.map((each) => leaseFact(context, session, each, { listeners, instances })),
  );
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

/** What was seen of the machine for all leases together. */
interface Seen {
  readonly listeners: readonly Listener[];
  readonly instances: readonly InstanceEntry[];
}

async function leaseFact(
  context: DaemonContext,
  session: Session,
  { entry, instance: named }: Known,
  { listeners, instances }: Seen,
): Promise<LeaseFact> {
  const { lease, vitals } = entry;
  const seen = portsOf(entry);
  const servers = listeners.filter((each) => each.protocol === lease.protocol && seen.includes(each.port));
  const pids = pidsOf(context, entry, servers);
  const instance = lease.instanceId === null ? agentAbove(context.processes, pids, instances) : named;
  return {
    lockId: lease.lockId,
    ports: blockPorts(lease.port, lease.count),
    protocol: lease.protocol,
    serviceType: lease.serviceType,
    serviceName: lease.serviceName,
    projectPath: lease.projectPath,
    branch: lease.projectPath === null ? null : await gitBranch(lease.projectPath),
    session: sessionName(instance?.instance.metadata),
    isOwn: isOwn(context, session, { entry, instance }, servers),
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
