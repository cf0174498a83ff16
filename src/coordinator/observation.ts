// Owns the pass of observation: it looks at listeners and processes and reports what it saw as one command.

import type { Catalogue } from '../core/catalogue.ts';
import type { ListenerSight, ObserveCommand } from '../core/command.ts';
import type { LeaseEntry, ProcessLife, Protocol } from '../core/lease.ts';
import { endReason } from '../core/life.ts';
import type { ProcessIdentity } from '../core/process-identity.ts';
import type { StateView } from '../core/state.ts';
import type { Listener, PortTable, ProcessTable } from '../os/os.ts';
import { findStrays, type Strays } from './drift.ts';
import { type Scheduler, turn } from './scheduler.ts';
import { serverOf, sightOf } from './sighting.ts';

interface Eyes {
  readonly ports: PortTable;
  readonly processes: ProcessTable;
  readonly scheduler: Scheduler;
  readonly daemonPid?: number;
}

/** Who is looked at. A lease that was granted later is not judged by an older table. */
export interface Subjects {
  readonly lockIds: readonly string[];
  readonly instanceIds: readonly string[];
}

/**
 * Looks at the given leases and instances, and reports a slice of them at a time: each report says what was true of
 * the holder that the lease has in that very turn.
 *
 * @param maxAgeMs how old the table of listeners may be
 * @param slice how many leases or instances are looked at before other work gets its turn
 */
export async function observe(
  eyes: Eyes,
  state: StateView,
  { lockIds, instanceIds }: Subjects,
  maxAgeMs: number,
  slice: number,
  report: (seen: ObserveCommand) => Promise<unknown>,
): Promise<void> {
  const seen = await listenersOf(eyes.ports, state, lockIds, maxAgeMs);
  const strays = await findStrays(eyes, state, doubtful(state, lockIds), maxAgeMs);
  const reports: Promise<unknown>[] = [];
  const tell = (seen: ObserveCommand): Promise<void> => {
    const told = report(seen);
    // Its failure is thrown when all is seen; until then nobody listens to it.
    told.catch(() => {});
    reports.push(told);
    return turn(eyes.scheduler);
  };
  for (const ids of slices(instanceIds, slice)) await tell(lookAtInstances(eyes, state, ids));
  for (const ids of slices(lockIds, slice)) await tell(lookAtLeases(eyes, state, ids, seen, strays));
  await Promise.all(reports);
}

function lookAtLeases(
  eyes: Eyes,
  state: StateView,
  lockIds: readonly string[],
  seen: ByPort | null,
  strays: Strays | null,
): ObserveCommand {
  const listeners = new Map<string, ListenerSight>();
  const holders = new Map<string, ProcessLife>();
  const drifts = new Map<string, readonly number[]>();
  const servers = new Map<string, ProcessIdentity>();
  for (const lockId of lockIds) {
    const entry = state.lease(lockId);
    if (entry === undefined) continue;
    const { lease } = entry;
    const life = lease.process === null ? 'unknown' : eyes.processes.life(lease.process);
    if (lease.process !== null) holders.set(lockId, life);
    if (seen === null) {
      // A table that could not be read says nothing, which is not "nobody listens".
      listeners.set(lockId, 'unknown');
      continue;
    }
    const own: Listener[] = [];
    for (let port = lease.port; port < lease.port + lease.count; port++) {
      own.push(...(seen[lease.protocol].get(port) ?? []));
    }
    const sight = sightOf(entry, own, eyes.processes);
    listeners.set(lockId, sight);
    if (life !== 'alive') continue;
    // What has part of a stranger's port does not serve its own.
    const server = sight === 'stranger' ? null : serverOf(entry, own, eyes.processes);
    if (server !== null) servers.set(lockId, server);
    if (strays === null) continue;
    const drift = server === null ? strays.of(entry) : [];
    if (drift.length > 0 || entry.vitals.drift.length > 0) drifts.set(lockId, drift);
  }
  return { kind: 'observe', listeners, holders, instances: new Map(), drifts, servers };
}

/** The leases whose holder may be listening elsewhere: every one that was not proven to serve its own port. */
function doubtful(state: StateView, lockIds: readonly string[]): LeaseEntry[] {
  const entries: LeaseEntry[] = [];
  for (const lockId of lockIds) {
    const entry = state.lease(lockId);
    if (entry !== undefined && (entry.vitals.state !== 'active' || entry.vitals.server === null))
      entries.push(entry);
  }
  return entries;
}

function lookAtInstances(eyes: Eyes, state: StateView, instanceIds: readonly string[]): ObserveCommand {
  const instances = new Map<string, ProcessLife>();
  for (const instanceId of instanceIds) {
    const process = state.instance(instanceId)?.instance.process ?? null;
    if (process !== null) instances.set(instanceId, eyes.processes.life(process));
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

/** `ids` in pieces of `size`. */
export function* slices(ids: readonly string[], size: number): Generator<readonly string[]> {
  for (let at = 0; at < ids.length; at += size) yield ids.slice(at, at + size);
}

/** The lock ids of those leases that are meant. */
export function idsOf(leases: Iterable<LeaseEntry>): string[] {
  const ids: string[] = [];
  for (const { lease } of leases) ids.push(lease.lockId);
  return ids;
}

/** Those of the leases that are over at the coordinator time `now` (ms), by what was seen of them. */
export function overAmong(
  lockIds: readonly string[],
  state: StateView,
  catalogue: Catalogue,
  now: number,
): string[] {
  return lockIds.filter((lockId) => {
    const entry = state.lease(lockId);
    return entry !== undefined && endReason(state, entry, catalogue, now) !== null;
  });
}
