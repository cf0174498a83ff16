// Owns the row of the kernel's socket table: what `ss` and `/proc/net` both say of one socket that takes a port.

import type { Protocol } from '../core/lease.ts';
import { MAX_PORT } from '../core/port-range.ts';

/** A process that has the socket open. */
export interface SocketOwner {
  readonly pid: number;
  /** The name as the source gives it, for want of a better one. */
  readonly process: string | null;
}

export interface SocketRow {
  readonly protocol: Protocol;
  readonly port: number;
  /** Bare, with its scope behind a `%`; `::` for the wildcard of either kind, IPv4 where it was mapped into IPv6. */
  readonly address: string;
  /** Whom the socket belongs to; null when the source does not say. */
  readonly uid: number | null;
  /** The socket's inode, by which `/proc/PID/fd` names it; null when it has none any more. */
  readonly inode: string | null;
  /** Empty when none can be seen. */
  readonly owners: readonly SocketOwner[];
}

/**
 * The one owner that a source names of a socket; none where it says nobody, or a number that is no process's: such a row
 * was damaged on its way, and a wrong owner would be taken for a stranger.
 *
 * @param pid its digits
 * @param name empty where the source gives none
 */
export function ownersNamed(pid: string | undefined, name: string): readonly SocketOwner[] {
  const number = Number(pid ?? 0);
  return isPid(number) ? [{ pid: number, process: name === '' ? null : name }] : [];
}

/** A pid is no more than 32 bits wide on any system. */
export function isPid(number: number): boolean {
  return Number.isInteger(number) && number > 0 && number <= 0xffff_ffff;
}

export function isPort(number: number): boolean {
  return Number.isInteger(number) && number >= 0 && number <= MAX_PORT;
}

/** The form of an address that people know: no brackets, no mapping. */
export function plainAddress(address: string): string {
  if (address === '*') return '::';
  return address.replace(/[[\]]/g, '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+)/i, '');
}

export interface SocketReading {
  readonly rows: readonly SocketRow[];
  /** Whether the owners were looked up as well; those that may not be seen are missing even then. */
  readonly hasOwners: boolean;
}

/** Reads the sockets that take a port; null when it cannot. */
export type SocketSource = () => Promise<SocketReading | null>;
