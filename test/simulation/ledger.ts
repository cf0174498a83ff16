// Owns what the auditor knows of every lease that was ever committed: its row, its asks, its holders, when it was kept.

import type { ListenerSight } from '../../src/core/command.ts';
import type { Instance } from '../../src/core/instance.ts';
import { type Lease, leaseKey } from '../../src/core/lease.ts';
import type { Machine, Socket } from './machine.ts';

/** A listener counts as seen when it was there for this long (ms): the contract gives ten seconds. */
export const SEEN_AFTER_MS = 12_000;

export interface LeaseRecord {
  /** As it is in the store, or was at its end. */
  lease: Lease;
  readonly key: string | null;
  readonly bornAt: number;
  endedAt: number | null;
  /** When each of its ports got its socket, for those that had one at the birth. */
  readonly takenAtBirth: ReadonlyMap<number, number>;
  /** From when on the term counts at the earliest. */
  termFrom: number;
  /** The last moment at which a holder or its own listener renewed the term for certain. */
  keptAt: number;
  /** The last moment at which its own program was seen to listen for certain. */
  listenedAt: number;
  /** The last moment at which anybody had one of its ports. */
  touchedAt: number;
  /** The last moment at which anybody but a proven stranger had one of its ports. */
  ownAt: number;
  /** The last moment at which a proven stranger had one of its ports. */
  strangerAt: number;
  /** Who listens, as far as the evidence goes, and since when. */
  sight: Sight;
  sightSince: number;
  /** The last moment at which anybody had had one of its ports for long enough to be seen. */
  seenAt: number;
  everTouched: boolean;
  /** Open connections that hold it, and since when there is one. */
  holds: number;
  heldSince: number;
  holdClosedAt: number | null;
  /** When its instance last went on without a process that was dead. */
  instanceLeftAt: number;
  /** When it last got another holder process. */
  holderAt: number;
  /** The last moment at which somebody was told that the lease is theirs. */
  promisedAt: number;
  /** The same, for somebody who named no process, or another one than the lease had before. */
  adoptedAt: number;
  /** Calls that may end it: their ids, until they are refused. */
  readonly enders: Set<number>;
  /** Since when it is over and nothing kept the daemon from ending it. */
  overSince: number | null;
  lastCallAt: number;
}

export function newRecord(lease: Lease, machine: Machine, now: number, termFrom: number): LeaseRecord {
  const takenAtBirth = new Map<number, number>();
  const record: LeaseRecord = {
    lease,
    key: leaseKey(lease),
    bornAt: now,
    endedAt: null,
    takenAtBirth,
    termFrom,
    keptAt: Number.NEGATIVE_INFINITY,
    listenedAt: Number.NEGATIVE_INFINITY,
    touchedAt: Number.NEGATIVE_INFINITY,
    ownAt: Number.NEGATIVE_INFINITY,
    strangerAt: Number.NEGATIVE_INFINITY,
    sight: 'none',
    sightSince: now,
    seenAt: Number.NEGATIVE_INFINITY,
    everTouched: false,
    holds: 0,
    heldSince: now,
    holdClosedAt: null,
    instanceLeftAt: Number.NEGATIVE_INFINITY,
    holderAt: now,
    promisedAt: Number.NEGATIVE_INFINITY,
    adoptedAt: Number.NEGATIVE_INFINITY,
    enders: new Set(),
    overSince: null,
    lastCallAt: now,
  };
  for (const { port, since } of socketsOf(record, machine)) {
    takenAtBirth.set(port, Math.min(since, takenAtBirth.get(port) ?? since));
  }
  return record;
}

export function socketsOf({ lease }: LeaseRecord, machine: Machine): Socket[] {
  const found: Socket[] = [];
  for (let port = lease.port; port < lease.port + lease.count; port++) {
    found.push(...machine.socketsOn(lease.protocol, port));
  }
  return found;
}

export function coversPort({ lease }: LeaseRecord, protocol: string, port: number): boolean {
  return lease.protocol === protocol && port >= lease.port && port < lease.port + lease.count;
}

/**
 * Whether there is evidence against a listener: outside the holder's process tree, where one is known, and with a known
 * working directory outside the project (contract, "Life").
 */
export function isProvenStranger({ lease }: LeaseRecord, socket: Socket, machine: Machine): boolean {
  const process = machine.processes.get(socket.pid);
  if (lease.projectPath === null || !socket.isNamed || process === undefined || !process.isReadable)
    return false;
  if (process.cwd === lease.projectPath || process.cwd.startsWith(`${lease.projectPath}/`)) return false;
  if (lease.process === null) return true;
  const tree = machine.ancestors(socket.pid);
  if (tree.length === 0) return false;
  // Whoever has a dead holder's pid is not the holder, but in another pid namespace nobody knows who is dead.
  const isRecycled = lease.process.pidNamespace === 'ours' && !machine.isAlive(lease.process);
  return isRecycled || !tree.includes(lease.process.pid);
}

/** `shared`: the lease's own beside a stranger, on different addresses. */
export type Sight = ListenerSight | 'shared';

/** What listens on the lease's ports by the evidence that there is. */
export function sightOf(record: LeaseRecord, machine: Machine): Sight {
  const sockets = socketsOf(record, machine);
  if (sockets.length === 0) return 'none';
  const strangers = sockets.filter((socket) => isProvenStranger(record, socket, machine)).length;
  if (strangers === 0) return 'own';
  return strangers === sockets.length ? 'stranger' : 'shared';
}

/** Whether somebody listens who is no proven stranger. */
export function hasOwnListener(record: LeaseRecord, machine: Machine): boolean {
  return socketsOf(record, machine).some((socket) => !isProvenStranger(record, socket, machine));
}

/** Whether somebody listens who is a proven stranger. */
export function hasStranger(record: LeaseRecord, machine: Machine): boolean {
  return socketsOf(record, machine).some((socket) => isProvenStranger(record, socket, machine));
}

/** Whether the lease's own program, as far as anybody can tell, has listened for long enough to be seen. */
export function isListening(record: LeaseRecord, machine: Machine, now: number): boolean {
  return socketsOf(record, machine).some(
    (socket) => now - socket.since >= SEEN_AFTER_MS && !isProvenStranger(record, socket, machine),
  );
}

/** What the auditor knows of an instance. */
export interface InstanceRecord {
  row: Instance;
  /** When it was heard last for certain. */
  heardAt: number;
  /** When anybody last named it, heard or not. */
  namedAt: number;
}

/** Somebody has one of the lease's ports at this moment. */
export function touch(record: LeaseRecord, now: number): void {
  record.touchedAt = now;
  record.everTouched = true;
}
