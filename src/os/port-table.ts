// Owns the table of listeners: one reading at a time, shared by all who ask, with details for those asked for.

import type { ContainerLookup } from './containers/lookup.ts';
import { isContainerProxy } from './containers/proxy.ts';
import type { Listener, PortOwner, PortTable } from './os.ts';
import { forEachInTurns } from './pace.ts';
import type { SocketOwner, SocketReading, SocketRow, SocketSource } from './socket-row.ts';

const DEFAULT_MAX_AGE_MS = 200;

/** What people want to know of a process; null where it cannot be known. */
export type ProcessDetails = Pick<Listener, 'process' | 'command' | 'cwd'> & {
  /** Left out where the socket's own user is the better answer. */
  readonly user?: string | null;
};

/** What a system's table is made of. None of it throws. */
export interface PortTableParts {
  readonly source: SocketSource;
  /** The owners of sockets by inode, for a source that does not know them. */
  findOwners(inodes: ReadonlySet<string>): Promise<ReadonlyMap<string, SocketOwner>>;
  /** The details of processes; who has ended meanwhile is missing. */
  details(pids: readonly number[]): Promise<ReadonlyMap<number, ProcessDetails>>;
  userName(uid: number): string;
  readonly containers: ContainerLookup;
}

/** One reading of the table. What was looked up for it is kept with it, and forgotten with it. */
interface Snapshot extends SocketReading {
  /** By inode, for sources that do not know the owners; null: looked for and not found. */
  readonly owners: Map<string, SocketOwner | null>;
  readonly details: Map<number, ProcessDetails>;
}

/** The sockets of one process on one port, or of one user where the process is not known. */
interface Group {
  readonly row: SocketRow;
  readonly owner: SocketOwner | null;
  readonly addresses: string[];
}

interface Reading {
  /** When it began: what it shows is no older. */
  readonly beganAt: number;
  readonly result: Promise<Snapshot | null>;
  done: boolean;
}

/** A table that never waits for a lock, disturbs no socket, and has at most one reading under way. */
export function createPortTableOf(parts: PortTableParts): PortTable {
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
      result: parts
        .source()
        .catch(() => null)
        .then((read) => {
          reading.done = true;
          return read === null ? null : { ...read, owners: new Map(), details: new Map() };
        }),
    };
    return reading;
  }

  async function findOwners(read: Snapshot, rows: readonly SocketRow[]): Promise<void> {
    if (read.hasOwners) return;
    const wanted = new Set<string>();
    for (const { inode } of rows) if (inode !== null && !read.owners.has(inode)) wanted.add(inode);
    const found = await parts.findOwners(wanted);
    for (const inode of wanted) read.owners.set(inode, found.get(inode) ?? null);
  }

  async function findDetails(read: Snapshot, groups: readonly Group[]): Promise<void> {
    const pids = new Set(groups.map(({ owner }) => owner?.pid).filter((pid) => pid !== undefined));
    const wanted = [...pids].filter((pid) => !read.details.has(pid));
    const found = await parts.details(wanted);
    for (const pid of wanted) read.details.set(pid, found.get(pid) ?? UNKNOWN);
  }

  return {
    async listeners({ ports, maxAgeMs = DEFAULT_MAX_AGE_MS } = {}) {
      const read = await snapshot(maxAgeMs);
      if (read === null) return null;
      const rows = ports === undefined ? read.rows : read.rows.filter(({ port }) => ports.has(port));
      await findOwners(read, rows);
      const groups = await groupByProcess(read, rows);
      const published = groups.filter(({ row, owner }) => mayBeProxy(row, owner)).map(({ row }) => row);
      const [containers] = await Promise.all([parts.containers(published), findDetails(read, groups)]);
      const listeners: Listener[] = [];
      await forEachInTurns(groups, (group) => {
        const container = containers.get(`${group.row.protocol} ${group.row.port}`) ?? null;
        listeners.push(listenerOf(group, read.details, container, parts.userName));
      });
      return listeners;
    },
    async sockets({ maxAgeMs = DEFAULT_MAX_AGE_MS } = {}) {
      const read = await snapshot(maxAgeMs);
      if (read === null) return null;
      await findOwners(read, read.rows);
      const sockets: PortOwner[] = [];
      await forEachInTurns(read.rows, (row) => {
        const owner = ownerOf(read, row);
        // A proxy's process says nothing about the program behind the port.
        const pid = owner === null || isContainerProxy(owner.process) ? null : owner.pid;
        sockets.push({ protocol: row.protocol, port: row.port, pid });
      });
      return sockets;
    },
  };
}

const UNKNOWN: ProcessDetails = { process: null, command: null, cwd: null };

function ownerOf(read: Snapshot, row: SocketRow): SocketOwner | null {
  if (read.hasOwners) return mainOwner(row.owners);
  return (row.inode !== null && read.owners.get(row.inode)) || null;
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

async function groupByProcess(read: Snapshot, rows: readonly SocketRow[]): Promise<Group[]> {
  const groups = new Map<string, Group>();
  await forEachInTurns(rows, (row) => {
    const owner = ownerOf(read, row);
    const id = `${row.protocol} ${row.port} ${owner === null ? `uid ${row.uid}` : owner.pid}`;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, { row, owner, addresses: [row.address] });
    else if (!group.addresses.includes(row.address)) group.addresses.push(row.address);
  });
  return [...groups.values()];
}

/** What publishes a container's port belongs to root, whom only root may look at, or has a name that is known. */
function mayBeProxy(row: SocketRow, owner: SocketOwner | null): boolean {
  return owner === null ? row.uid === 0 : isContainerProxy(owner.process);
}

function listenerOf(
  { row, owner, addresses }: Group,
  allDetails: ReadonlyMap<number, ProcessDetails>,
  container: string | null,
  userName: (uid: number) => string,
): Listener {
  const details = (owner !== null && allDetails.get(owner.pid)) || UNKNOWN;
  return {
    protocol: row.protocol,
    port: row.port,
    addresses,
    pid: owner?.pid ?? null,
    process: details.process ?? owner?.process ?? null,
    command: details.command,
    user: details.user ?? (row.uid === null ? null : userName(row.uid)),
    // The directory that a proxy works in is not that of the program behind the port.
    cwd: container !== null || isContainerProxy(owner?.process ?? null) ? null : details.cwd,
    container,
  };
}
