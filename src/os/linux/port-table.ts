// Owns the table of listeners on Linux: one reading at a time, shared by all who ask, with details for those asked for.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Listener, PortTable } from '../os.ts';
import { type ProcessDetails, processDetails } from './process-details.ts';
import { findSocketOwners } from './socket-owners.ts';
import type { SocketOwner, SocketRow } from './socket-row.ts';
import { createSocketSource, type SocketSource } from './socket-source.ts';
import { createUserNames } from './user-names.ts';

const DEFAULT_MAX_AGE_MS = 200;
/** Looking into a process takes some 50 µs: other work gets its turn after this many. */
const PROCESSES_PER_TURN = 32;

/** One reading of the table. What was looked up for it is kept with it, and forgotten with it. */
interface Snapshot {
  readonly rows: readonly SocketRow[];
  readonly hasOwners: boolean;
  /** By inode, for sources that do not know the owners; null: looked for and not found. */
  readonly owners: Map<string, SocketOwner | null>;
  readonly details: Map<number, ProcessDetails>;
}

/** A socket together with the one process that it is attributed to. */
interface Attributed {
  readonly row: SocketRow;
  readonly owner: SocketOwner | null;
}

interface Reading {
  /** When it began: what it shows is no older. */
  readonly beganAt: number;
  readonly result: Promise<Snapshot | null>;
  done: boolean;
}

/**
 * The listeners of this machine by `ss`, or by /proc where there is no `ss`.
 *
 * A reading never waits for a lock and disturbs no socket; at most one child process runs at a time.
 */
export function createLinuxPortTable(source: SocketSource = createSocketSource()): PortTable {
  const userName = createUserNames();
  let latest: Reading | null = null;

  async function snapshot(maxAgeMs: number): Promise<Snapshot | null> {
    const askedAt = performance.now();
    // Who finds a reading under way that began too early waits for its end, and then shares the next one.
    while (latest !== null && latest.beganAt < askedAt - maxAgeMs && !latest.done) await latest.result;
    if (latest === null || latest.beganAt < askedAt - maxAgeMs) latest = begin();
    return latest.result;
  }

  function begin(): Reading {
    const reading: Reading = {
      beganAt: performance.now(),
      done: false,
      result: source()
        .catch(() => null)
        .then((read) => {
          reading.done = true;
          return read === null ? null : { ...read, owners: new Map(), details: new Map() };
        }),
    };
    return reading;
  }

  return {
    async listeners({ ports, maxAgeMs = DEFAULT_MAX_AGE_MS } = {}) {
      const read = await snapshot(maxAgeMs);
      if (read === null) return null;
      const rows = ports === undefined ? read.rows : read.rows.filter((row) => ports.has(row.port));
      const groups = groupByProcess(await attribute(read, rows));
      const listeners: Listener[] = [];
      for (const [index, group] of groups.entries()) {
        if (index % PROCESSES_PER_TURN === PROCESSES_PER_TURN - 1) await nextTurn();
        listeners.push(toListener(read, group, userName));
      }
      return listeners;
    },
    async sockets({ maxAgeMs = DEFAULT_MAX_AGE_MS } = {}) {
      const read = await snapshot(maxAgeMs);
      if (read === null) return null;
      const attributed = await attribute(read, read.rows);
      return attributed.map(({ row: { protocol, port }, owner }) => ({
        protocol,
        port,
        pid: owner?.pid ?? null,
      }));
    },
  };
}

/** Finds the owner of each row, in the reading itself or by its inode. */
async function attribute(read: Snapshot, rows: readonly SocketRow[]): Promise<Attributed[]> {
  if (read.hasOwners) return rows.map((row) => ({ row, owner: mainOwner(row.owners) }));
  const inodes = rows.map((row) => row.inode).filter((inode) => inode !== null);
  const wanted = new Set(inodes.filter((inode) => !read.owners.has(inode)));
  const found = await findSocketOwners(wanted);
  for (const inode of wanted) read.owners.set(inode, found.get(inode) ?? null);
  return rows.map((row) => ({ row, owner: (row.inode !== null && read.owners.get(row.inode)) || null }));
}

/**
 * The process that a socket of several is attributed to: the lowest pid, which most often is the parent of the
 * others; the service manager, which may hold a socket for its service, only when there is no other.
 */
function mainOwner(owners: readonly SocketOwner[]): SocketOwner | null {
  const rank = (owner: SocketOwner) =>
    owner.pid === 1 || owner.process === 'systemd' ? Infinity : owner.pid;
  return owners.reduce<SocketOwner | null>(
    (best, owner) => (best === null || rank(owner) < rank(best) ? owner : best),
    null,
  );
}

/** The rows of one port that belong to one process, or, where it is not known, to one user. */
function groupByProcess(rows: readonly Attributed[]): Attributed[][] {
  const groups = new Map<string, Attributed[]>();
  for (const entry of rows) {
    const { row, owner } = entry;
    const id = `${row.protocol} ${row.port} ${owner === null ? `uid ${row.uid}` : owner.pid}`;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [entry]);
    else group.push(entry);
  }
  return [...groups.values()];
}

function toListener(
  read: Snapshot,
  group: readonly Attributed[],
  userName: (uid: number) => string,
): Listener {
  const [first] = group;
  if (first === undefined) throw new Error('a listener has at least one socket');
  const { row, owner } = first;
  return {
    protocol: row.protocol,
    port: row.port,
    addresses: [...new Set(group.map((entry) => entry.row.address))],
    pid: owner?.pid ?? null,
    ...detailsOf(read, owner),
    user: row.uid === null ? null : userName(row.uid),
    container: null,
  };
}

function detailsOf(read: Snapshot, owner: SocketOwner | null): ProcessDetails {
  if (owner === null) return { process: null, command: null, cwd: null };
  const known = read.details.get(owner.pid);
  if (known !== undefined) return known;
  const found = processDetails(owner.pid);
  const details = { ...found, process: found.process ?? owner.process };
  read.details.set(owner.pid, details);
  return details;
}
