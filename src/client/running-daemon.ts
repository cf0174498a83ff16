// Owns what `daemon.json` says of the running daemon, and what can be known of the process that it names.

import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import type { Home } from '../home.ts';
import { readPlace } from './place.ts';

/** What the daemon writes about itself (contract, "Where things live"). */
export interface DaemonInfo {
  readonly pid: number;
  readonly startTicks: string | null;
  readonly bootId: string | null;
  /** Inode of the pid namespace in which `pid` names it. */
  readonly pidNamespace: string | null;
  /** Inode of the network namespace whose ports it knows. */
  readonly netNamespace: string | null;
  /** The TCP port of API and dashboard; null when it listens on none. */
  readonly port: number | null;
  readonly version: string | null;
  readonly apiVersion: number | null;
  /** Whether a person or a service manager runs it, and not a client that needed it. */
  readonly isForeground: boolean;
}

/** `unknown` where the process cannot be seen from here: that is not `gone`. */
export type DaemonLife = 'running' | 'gone' | 'unknown';

/** @returns null when there is no readable `daemon.json`. */
export function readDaemonInfo(home: Home): DaemonInfo | null {
  try {
    const said: unknown = JSON.parse(readFileSync(home.daemonInfo, 'utf8'));
    if (typeof said !== 'object' || said === null) return null;
    const {
      pid,
      start_ticks,
      boot_id,
      pid_namespace,
      net_namespace,
      port,
      version,
      api_version,
      foreground,
    } = said as Record<string, unknown>;
    if (typeof pid !== 'number' || !Number.isInteger(pid) || pid < 1) return null;
    return {
      pid,
      startTicks: start_ticks === undefined || start_ticks === null ? null : String(start_ticks),
      bootId: textOrNull(boot_id),
      pidNamespace: textOrNull(pid_namespace),
      netNamespace: textOrNull(net_namespace),
      port: typeof port === 'number' ? port : null,
      version: textOrNull(version),
      apiVersion: typeof api_version === 'number' ? api_version : null,
      isForeground: foreground === true,
    };
  } catch {
    return null;
  }
}

/**
 * Whether the process that `info` names still runs. A pid alone is not enough: it may have been given to another
 * program since, which must neither be sent our token nor be ended.
 */
export function lifeOf(info: DaemonInfo): DaemonLife {
  if (process.platform !== 'linux') return lifeBySignal(info.pid);
  const here = readPlace();
  if (here === null) return 'unknown';
  if (info.bootId !== null && info.bootId !== here.bootId) return 'gone';
  if (info.pidNamespace !== null && info.pidNamespace !== here.pidNamespace) return 'unknown';
  const stat = readStat(info.pid);
  if (stat === null || stat.hasEnded) return 'gone';
  return info.startTicks === null || info.startTicks === stat.startTicks ? 'running' : 'gone';
}

export function isRunning(info: DaemonInfo): boolean {
  return lifeOf(info) === 'running';
}

export function isSameDaemon(a: DaemonInfo, b: DaemonInfo | null): boolean {
  return b !== null && a.pid === b.pid && a.startTicks === b.startTicks && a.bootId === b.bootId;
}

/**
 * Whether a signal to `info.pid` is certain to hit the daemon of this home: the very process that `daemon.json` names
 * runs, and it has the home's store open. Everything short of that is no proof.
 */
export function isProven(home: Home, info: DaemonInfo): boolean {
  if (process.platform !== 'linux' || info.startTicks === null || info.bootId === null) return false;
  return lifeOf(info) === 'running' && hasOpen(info.pid, home.store);
}

export interface ProcessStat {
  readonly state: string;
  readonly startTicks: string;
  readonly hasEnded: boolean;
}

/** @returns null when there is no such process, or it is hidden */
export function readStat(pid: number): ProcessStat | null {
  try {
    const fields = statFields(`/proc/${pid}/stat`);
    const [state = ''] = fields;
    // A process that is being killed is a zombie before its last thread has let go of its sockets and locks.
    const hasEnded = (state === 'Z' && Number(fields[17]) <= 1) || state === 'X';
    return { state, startTicks: fields[19] ?? '', hasEnded };
  } catch {
    return null;
  }
}

/** The fields of a `stat` file of /proc from the state on, which is the first of them. */
export function statFields(path: string): readonly string[] {
  const text = readFileSync(path, 'latin1');
  // The name before the last parenthesis may itself hold parentheses and spaces.
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function hasOpen(pid: number, path: string): boolean {
  try {
    const wanted = statSync(path);
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => isSameFile(`${folder}/${fd}`, wanted));
  } catch {
    return false;
  }
}

function isSameFile(path: string, { dev, ino }: Stats): boolean {
  try {
    const found = statSync(path);
    return found.ino === ino && found.dev === dev;
  } catch {
    return false;
  }
}

function lifeBySignal(pid: number): DaemonLife {
  try {
    process.kill(pid, 0);
    return 'running';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? 'running' : 'gone';
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
