// Owns the search for servers that opened another port than their lease's: listeners of the holder's own processes.

import type { Lease, LeaseEntry, Protocol } from '../core/lease.ts';
import type { StateView } from '../core/state.ts';
import type { PortOwner, PortTable, ProcessTable } from '../os/os.ts';
import { type Scheduler, turn } from './scheduler.ts';

/** The way up from a process costs some 100 µs: other work gets its turn after this many. */
const PROCESSES_PER_TURN = 32;

interface Eyes {
  readonly ports: Pick<PortTable, 'sockets'>;
  readonly processes: Pick<ProcessTable, 'ancestors'>;
  readonly scheduler: Scheduler;
  /** A process that is nobody's server, although it may be below a holder: the first run on a machine starts the daemon. */
  readonly daemonPid?: number;
}

/** Ports outside all leases, by the holder whose processes listen there. */
export interface Strays {
  /** Ascending; empty where there are none. */
  of(lease: Lease): readonly number[];
}

const NONE: readonly number[] = [];

/**
 * Looks for listeners of the holders of `leases` on ports that nobody leased. Under a held connection the whole tree of
 * the holder counts: that is one command. Any other holder may be a session with many programs, so only what it listens
 * on itself is meant.
 *
 * @param maxAgeMs how old the table of listeners may be
 * @returns null where the table cannot be read
 */
export async function findStrays(
  eyes: Eyes,
  state: StateView,
  leases: readonly LeaseEntry[],
  maxAgeMs: number,
): Promise<Strays | null> {
  const found = { tcp: new Map<number, number[]>(), udp: new Map<number, number[]>() };
  const strays: Strays = {
    of: ({ protocol, pid }) => (pid === null ? NONE : (found[protocol].get(pid) ?? NONE)),
  };
  const holders = leases.filter(({ lease }) => lease.process !== null);
  if (holders.length === 0) return strays;
  const alone = new Set(holders.map(({ lease }) => lease.pid));
  const commands = new Set(holders.filter(({ vitals }) => vitals.holds > 0).map(({ lease }) => lease.pid));
  const sockets = await eyes.ports.sockets({ maxAgeMs });
  if (sockets === null) return null;
  let looks = 0;
  for (const [pid, own] of byPid(sockets)) {
    if (pid === eyes.daemonPid) continue;
    const outside = own.filter(({ protocol, port }) => state.leaseOn(protocol, port) === undefined);
    if (outside.length === 0) continue;
    if (alone.has(pid)) note(found, pid, outside);
    if (commands.size === 0) continue;
    looks += 1;
    if (looks % PROCESSES_PER_TURN === 0) await turn(eyes.scheduler);
    for (const holder of eyes.processes.ancestors(pid))
      if (commands.has(holder)) note(found, holder, outside);
  }
  return strays;
}

function byPid(sockets: readonly PortOwner[]): Map<number, PortOwner[]> {
  const groups = new Map<number, PortOwner[]>();
  for (const socket of sockets) {
    if (socket.pid === null) continue;
    const group = groups.get(socket.pid);
    if (group === undefined) groups.set(socket.pid, [socket]);
    else group.push(socket);
  }
  return groups;
}

function note(
  found: Record<Protocol, Map<number, number[]>>,
  holder: number,
  sockets: readonly PortOwner[],
): void {
  for (const { protocol, port } of sockets) {
    const ports = found[protocol].get(holder) ?? [];
    if (!ports.includes(port)) ports.push(port);
    found[protocol].set(
      holder,
      ports.sort((a, b) => a - b),
    );
  }
}
