// Owns the pass of observation: it looks at listeners and processes and reports what it saw as one command.

import type { ListenerSight, ObserveCommand } from '../core/command.ts';
import type { InstanceEntry } from '../core/instance.ts';
import type { LeaseEntry, ProcessLife, Protocol } from '../core/lease.ts';
import type { Listener, PortTable, ProcessTable } from '../os/os.ts';
import type { Scheduler } from './scheduler.ts';
import { sightOf } from './sighting.ts';

interface Eyes {
  readonly ports: PortTable;
  readonly processes: ProcessTable;
  readonly scheduler: Scheduler;
}

/**
 * Looks at the given leases and instances.
 *
 * @param maxAgeMs how old the table of listeners may be
 * @param slice after how many processes other work gets its turn
 */
export async function observe(
  eyes: Eyes,
  leases: readonly LeaseEntry[],
  instances: readonly InstanceEntry[],
  maxAgeMs: number,
  slice: number,
): Promise<ObserveCommand> {
  const seen = await listenersOf(eyes.ports, leases, maxAgeMs);
  const listeners = new Map<string, ListenerSight>();
  const holders = new Map<string, ProcessLife>();
  for (const [index, { lease }] of leases.entries()) {
    if (index % slice === slice - 1) await turn(eyes.scheduler);
    if (lease.process !== null) holders.set(lease.lockId, eyes.processes.life(lease.process));
    // A table that could not be read says nothing, which is not "nobody listens".
    if (seen === null) continue;
    const own: Listener[] = [];
    for (let port = lease.port; port < lease.port + lease.count; port++) {
      own.push(...(seen[lease.protocol].get(port) ?? []));
    }
    listeners.set(lease.lockId, sightOf(lease, own, eyes.processes));
  }
  const lives = new Map<string, ProcessLife>();
  for (const { instance } of instances) {
    if (instance.process !== null) lives.set(instance.instanceId, eyes.processes.life(instance.process));
  }
  return { kind: 'observe', listeners, holders, instances: lives };
}

type ByPort = Record<Protocol, Map<number, Listener[]>>;

async function listenersOf(
  table: PortTable,
  leases: readonly LeaseEntry[],
  maxAgeMs: number,
): Promise<ByPort | null> {
  if (leases.length === 0) return null;
  const ports = new Set<number>();
  for (const { lease } of leases) {
    for (let port = lease.port; port < lease.port + lease.count; port++) ports.add(port);
  }
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
