// Owns the pass of observation: it looks at listeners and processes and reports what it saw as one command.

import type { ListenerSight, ObserveCommand } from '../core/command.ts';
import type { ProcessLife, Protocol } from '../core/lease.ts';
import type { StateView } from '../core/state.ts';
import type { Listener, PortTable, ProcessTable } from '../os/os.ts';
import type { Scheduler } from './scheduler.ts';
import { sightOf } from './sighting.ts';

interface Eyes {
  readonly ports: PortTable;
  readonly processes: ProcessTable;
  readonly scheduler: Scheduler;
}

/**
 * Looks at the given leases and instances, and reports a slice of them at a time: each report says what was true of
 * the holder that the lease has in that very turn.
 *
 * @param lockIds the leases to look at; one that was granted later is not judged by an older table
 * @param maxAgeMs how old the table of listeners may be
 * @param slice how many leases and instances are looked at before other work gets its turn
 */
export async function observe(
  eyes: Eyes,
  state: StateView,
  lockIds: readonly string[],
  maxAgeMs: number,
  slice: number,
  report: (seen: ObserveCommand) => Promise<unknown>,
): Promise<void> {
  const seen = await listenersOf(eyes.ports, state, lockIds, maxAgeMs);
  const reports: Promise<unknown>[] = [report(lookAtInstances(eyes, state))];
  for (let at = 0; at < lockIds.length; at += slice) {
    if (at > 0) await turn(eyes.scheduler);
    reports.push(report(lookAtLeases(eyes, state, lockIds.slice(at, at + slice), seen)));
  }
  await Promise.all(reports);
}

function lookAtLeases(
  eyes: Eyes,
  state: StateView,
  lockIds: readonly string[],
  seen: ByPort | null,
): ObserveCommand {
  const listeners = new Map<string, ListenerSight>();
  const holders = new Map<string, ProcessLife>();
  for (const lockId of lockIds) {
    const lease = state.lease(lockId)?.lease;
    if (lease === undefined) continue;
    if (lease.process !== null) holders.set(lockId, eyes.processes.life(lease.process));
    // A table that could not be read says nothing, which is not "nobody listens".
    if (seen === null) continue;
    const own: Listener[] = [];
    for (let port = lease.port; port < lease.port + lease.count; port++) {
      own.push(...(seen[lease.protocol].get(port) ?? []));
    }
    listeners.set(lockId, sightOf(lease, own, eyes.processes));
  }
  return { kind: 'observe', listeners, holders, instances: new Map() };
}

function lookAtInstances(eyes: Eyes, state: StateView): ObserveCommand {
  const instances = new Map<string, ProcessLife>();
  for (const { instance } of state.instances()) {
    if (instance.process !== null) instances.set(instance.instanceId, eyes.processes.life(instance.process));
  }
  return { kind: 'observe', listeners: new Map(), holders: new Map(), instances };
}

type ByPort = Record<Protocol, Map<number, Listener[]>>;

async function listenersOf(
  table: PortTable,
  state: StateView,
  lockIds: readonly string[],
  maxAgeMs: number,
): Promise<ByPort | null> {
  const ports = new Set<number>();
  for (const lockId of lockIds) {
    const lease = state.lease(lockId)?.lease;
    if (lease === undefined) continue;
    for (let port = lease.port; port < lease.port + lease.count; port++) ports.add(port);
  }
  if (ports.size === 0) return null;
  const listeners = await table.listeners({ ports, maxAgeMs });
  if (listeners === null) return null;
  const byPort: ByPort = { tcp: new Map(), udp: new Map() };
  for (const listener of listeners) {
    const others = byPort[listener.protocol].get(listener.port);
    if (others === undefined) byPort[listener.protocol].set(listener.port, [listener]);
    else others.push(listener);
  }
  return byPort;
}

function turn(scheduler: Scheduler): Promise<void> {
  return new Promise((resolve) => scheduler.defer(resolve));
}
