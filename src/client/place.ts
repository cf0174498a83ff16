// Owns where this process is: in which boot of the machine, and in which pid namespace.

import { readFileSync, readlinkSync } from 'node:fs';

/** What a pid is relative to. */
export interface Place {
  readonly bootId: string;
  readonly pidNamespace: string;
}

let known: Place | null = null;

/** The inode of this process's network namespace; null where it cannot be known. */
export function readNetNamespace(): string | null {
  if (process.platform !== 'linux') return null;
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/net'))?.[0] ?? null;
  } catch {
    return null;
  }
}

/** @returns null where it cannot be known: not on Linux, or /proc is missing or another namespace's */
export function readPlace(): Place | null {
  // Neither changes while a process lives.
  known ??= look();
  return known;
}

function look(): Place | null {
  try {
    if (readlinkSync('/proc/self') !== String(process.pid)) return null;
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    const pidNamespace = /\[(\d+)\]$/.exec(readlinkSync('/proc/self/ns/pid'))?.[1];
    return pidNamespace === undefined ? null : { bootId, pidNamespace };
  } catch {
    return null;
  }
}
