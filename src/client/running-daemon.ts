// Owns what `daemon.json` says of the running daemon, and whether that very process still runs.

import { readFileSync } from 'node:fs';
import type { Home } from '../home.ts';

/** What the daemon writes about itself (contract, "Where things live"). */
export interface DaemonInfo {
  readonly pid: number;
  readonly startTicks: string | null;
  readonly bootId: string | null;
  /** The TCP port of API and dashboard; null when it listens on none. */
  readonly port: number | null;
}

/** @returns null when there is no readable `daemon.json`. */
export function readDaemonInfo(home: Home): DaemonInfo | null {
  try {
    const said: unknown = JSON.parse(readFileSync(home.daemonInfo, 'utf8'));
    if (typeof said !== 'object' || said === null) return null;
    const { pid, start_ticks, boot_id, port } = said as Record<string, unknown>;
    if (typeof pid !== 'number' || !Number.isInteger(pid) || pid < 1) return null;
    return {
      pid,
      startTicks: start_ticks === undefined || start_ticks === null ? null : String(start_ticks),
      bootId: typeof boot_id === 'string' ? boot_id : null,
      port: typeof port === 'number' ? port : null,
    };
  } catch {
    return null;
  }
}

/**
 * Whether the process that `info` names still runs. A pid alone is not enough: it may have been given to another
 * program since, which must neither be sent our token nor be ended.
 */
export function isRunning(info: DaemonInfo): boolean {
  if (process.platform === 'linux') {
    const stat = procStat(info.pid);
    if (stat === null || stat.state === 'Z') return false;
    if (info.startTicks !== null && info.startTicks !== stat.startTicks) return false;
    return info.bootId === null || info.bootId === readBootId();
  }
  try {
    process.kill(info.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function procStat(pid: number): { state: string; startTicks: string } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name before the last parenthesis may itself hold parentheses and spaces.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startTicks: fields[19] ?? '' };
  } catch {
    return null;
  }
}

function readBootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return null;
  }
}
