// Owns who holds the lock of a home, by the kernel's own table of locks.

import { readFileSync, statSync } from 'node:fs';

/** @returns the pid of the process that has `path` locked; null where the kernel does not show it, as from a container */
export function lockHolder(path: string): number | null {
  if (process.platform !== 'linux') return null;
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return holderIn(readFileSync('/proc/locks', 'latin1'), dev, ino);
  } catch {
    return null;
  }
}

/** Reads lines such as `1: POSIX  ADVISORY  WRITE 6337 fe:00:402116 0 EOF`; one with an arrow waits for a lock. */
export function holderIn(locks: string, dev: bigint, ino: bigint): number | null {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
  const hex = (part: bigint): string => part.toString(16).padStart(2, '0');
  const file = `${hex(major)}:${hex(minor)}:${ino}`;
  for (const line of locks.split('\n')) {
    const [, kind, , , pid, where] = line.trim().split(/\s+/);
    if (kind === 'POSIX' && where === file && Number(pid) > 0) return Number(pid);
  }
  return null;
}
