// Owns the search for servers that opened another port than their lease's: listeners in the tree of the command that holds it.

import type { LeaseEntry } from '../core/lease.ts';
import type { StateView } from '../core/state.ts';
import type { PortOwner, PortTable, ProcessTable } from '../os/os.ts';
import { type Scheduler, turn } from './scheduler.ts';

/** Of a program with more ports than this the lowest are shown: drift goes out with every answer about its lease. */
const MAX_SHOWN = 20;
/** The way up from a process costs some 100 µs: other work gets its turn after this many. */
const PROCESSES_PER_TURN = 32;
/**
 * Ports of helpers, which are not instead of anything: inspectors of Node (9229, and the next ones for its children),
 * the reload socket of Vite in other servers (24678), LiveReload (35729).
 */
const HELPERS = [
  [9_229, 9_249],
  [24_678, 24_678],
  [35_729, 35_729],
] as const;
/** One process may have ten thousands. */
const SOCKETS_PER_TURN = 1_000;

interface Eyes {
  readonly ports: Pick<PortTable, 'sockets'>;
  readonly processes: Pick<ProcessTable, 'ancestors'>;
  readonly scheduler: Scheduler;
  /** A process that is nobody's server, although it may be below a holder: the first run on a machine starts the daemon. */
  readonly daemonPid?: number;
}

/** Ports outside all leases, by the lease whose holder's processes listen there. */
export interface Strays {
  /** Ascending, and no more than are shown; empty where there are none. */
  of(entry: LeaseEntry): readonly number[];
}

const NONE: readonly number[] = [];

/**
 * Looks for listeners in the process trees of the holders of `leases` on ports that nobody leased. Only a held
 * connection says that a tree is one command: any other holder may be a session, with ports of its own and many
 * programs.
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
  const found = { tcp: new Map<number, Set<number>>(), udp: new Map<number, Set<number>>() };
  const commands = new Set<number>();
  for (const { lease, vitals } of leases)
    if (lease.process !== null && lease.pid !== null && vitals.holds > 0) commands.add(lease.pid);
  if (commands.size === 0) return { of: () => NONE };
  const sockets = await eyes.ports.sockets({ maxAgeMs });
  if (sockets === null) return null;
  let processes = 0;
  let looks = 0;
  for (const [pid, own] of byPid(sockets)) {
    if (pid === eyes.daemonPid) continue;
    let holders: readonly number[] | null = null;
    for (const { protocol, port } of own) {
      looks += 1;
      if (looks % SOCKETS_PER_TURN === 0) await turn(eyes.scheduler);
      if (isHelper(port) || state.leaseOn(protocol, port) !== undefined) continue;
      if (holders === null) {
        processes += 1;
        if (processes % PROCESSES_PER_TURN === 0) await turn(eyes.scheduler);
        holders = eyes.processes.ancestors(pid).filter((each) => commands.has(each));
      }
      if (holders.length === 0) break;
      for (const holder of holders) note(found[protocol], holder, port);
    }
  }
  const shown = { tcp: shownOf(found.tcp), udp: shownOf(found.udp) };
  return {
    of: ({ lease: { protocol, pid }, vitals }) =>
      pid === null || vitals.holds === 0 ? NONE : (shown[protocol].get(pid) ?? NONE),
  };
}

function isHelper(port: number): boolean {
  return HELPERS.some(([first, last]) => port >= first && port <= last);
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

function note(found: Map<number, Set<number>>, holder: number, port: number): void {
  const ports = found.get(holder);
  if (ports === undefined) found.set(holder, new Set([port]));
  else ports.add(port);
}

function shownOf(found: ReadonlyMap<number, ReadonlySet<number>>): Map<number, readonly number[]> {
  const shown = new Map<number, readonly number[]>();
  for (const [holder, ports] of found)
    shown.set(holder, Array.from(Uint16Array.from(ports).sort().subarray(0, MAX_SHOWN)));
  return shown;
}
