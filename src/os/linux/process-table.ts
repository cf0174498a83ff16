// Owns the table of processes on Linux, read from /proc.

import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessLife } from '../../core/lease.ts';
import type { ProcessIdentity } from '../../core/process-identity.ts';
import type { ProcessTable, ProcessTree } from '../os.ts';
import { signalZero } from '../signal-zero.ts';
import { hasEnded, type ProcessStat, parseStat } from './parse-stat.ts';
import { listPids } from './pids.ts';
import { processCwd } from './working-directory.ts';

/**
 * What a pid is relative to: this boot, and the pid namespace that we and our /proc are in. The observer's namespace
 * counts, since the number is the one that the observer sees, also of a process in a namespace of its own.
 */
interface Frame {
  readonly bootId: string;
  readonly pidNamespace: string;
}

/** `gone`: nothing there; `hidden`: there may be something that we may not see. */
type Look = ProcessStat | 'gone' | 'hidden';

/**
 * The processes of this machine. Every method reads /proc synchronously: some 20 µs for one process, some
 * milliseconds for the two of `ProcessTree`, which look at all.
 *
 * @param proc where the kernel shows its processes
 */
export function createLinuxProcessTable(proc = '/proc'): ProcessTable & ProcessTree {
  let knownFrame: Frame | null = null;

  // Neither boot nor namespace changes while we live, so a frame that was read once stays true.
  function frame(): Frame | null {
    knownFrame ??= readFrame(proc);
    return knownFrame;
  }

  function identify(pid: number): ProcessIdentity | null {
    const here = frame();
    const stat = look(proc, pid);
    if (here === null || typeof stat === 'string' || hasEnded(stat)) return null;
    return { pid, startTicks: stat.startTicks, bootId: here.bootId, pidNamespace: here.pidNamespace };
  }

  function life(identity: ProcessIdentity): ProcessLife {
    const here = frame();
    if (here === null) return 'unknown';
    if (identity.bootId !== here.bootId) return 'dead';
    if (identity.pidNamespace !== here.pidNamespace) return 'unknown';
    const stat = look(proc, identity.pid);
    if (stat === 'hidden') return 'unknown';
    if (stat === 'gone' || hasEnded(stat)) return 'dead';
    return stat.startTicks === identity.startTicks ? 'alive' : 'dead';
  }

  function ancestors(pid: number): readonly number[] {
    if (frame() === null) return [];
    const chain: number[] = [];
    // A pid that comes up twice was recycled while we looked.
    for (let next = pid; next !== 0; ) {
      const stat = look(proc, next);
      if (typeof stat === 'string' || chain.includes(next)) return [];
      chain.push(next);
      next = stat.parentPid;
    }
    return chain;
  }

  function descendants(pid: number): readonly ProcessIdentity[] {
    const children = new Map<number, number[]>();
    for (const other of frame() === null ? [] : listPids(proc)) {
      const stat = look(proc, other);
      if (typeof stat === 'string') continue;
      const siblings = children.get(stat.parentPid);
      if (siblings === undefined) children.set(stat.parentPid, [other]);
      else siblings.push(other);
    }
    const pids = [pid];
    // The list grows while it is walked: level by level, parents before children.
    for (const parent of pids) pids.push(...(children.get(parent) ?? []));
    return pids
      .slice(1)
      .map(identify)
      .filter((identity) => identity !== null);
  }

  function withEnvironment(name: string, value: string): readonly ProcessIdentity[] {
    const entry = Buffer.from(`\0${name}=${value}\0`);
    return (frame() === null ? [] : listPids(proc))
      .filter((pid) => pid !== process.pid && hasInEnvironment(proc, pid, entry))
      .map(identify)
      .filter((identity) => identity !== null);
  }

  return { identify, life, ancestors, cwd: (pid) => processCwd(pid, proc), descendants, withEnvironment };
}

/** @returns null when /proc is not mounted, or shows another namespace's processes under other numbers than ours */
function readFrame(proc: string): Frame | null {
  try {
    if (readlinkSync(join(proc, 'self')) !== String(process.pid)) return null;
    const bootId = readFileSync(join(proc, 'sys/kernel/random/boot_id'), 'latin1').trim();
    const namespace = /^pid:\[(\d+)\]$/.exec(readlinkSync(join(proc, 'self/ns/pid')))?.[1];
    return namespace === undefined ? null : { bootId, pidNamespace: namespace };
  } catch {
    return null;
  }
}

function look(proc: string, pid: number): Look {
  try {
    return parseStat(readFileSync(`${proc}/${pid}/stat`, 'latin1')) ?? 'hidden';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT' && code !== 'ESRCH') return 'hidden';
    // A /proc mounted with `hidepid` has no entry for other users' processes; the kernel's word is the last.
    return signalZero(pid) === 'none' ? 'gone' : 'hidden';
  }
}

/** Whether the environment that the process was started with has `entry`, which has a NUL at both ends. */
function hasInEnvironment(proc: string, pid: number, entry: Buffer): boolean {
  try {
    const environment = readFileSync(`${proc}/${pid}/environ`);
    return environment.includes(entry) || environment.indexOf(entry.subarray(1)) === 0;
  } catch {
    return false;
  }
}
