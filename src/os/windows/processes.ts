// Owns the table of processes on Windows, read by PowerShell in the background. Not yet run there.

import { join } from 'node:path';
import type { ProcessIdentity } from '../../core/process-identity.ts';
import type { ProcessTable, ProcessTree } from '../os.ts';
import { programOutput } from '../program-output.ts';
import { signalZero } from '../signal-zero.ts';
import { PROCESS_QUERY, parseCimProcesses, type WindowsProcess } from './parse-processes.ts';

/** PowerShell alone takes half a second to start. */
const TIMEOUT_MS = 10_000;
const MAX_AGE_MS = 2_000;

/** The folder of Windows' own programs, whatever the path says. */
export function system32(): string {
  return join(process.env.SystemRoot ?? 'C:\\Windows', 'System32');
}

/** All processes; null when they cannot be known. */
export async function listWindowsProcesses(): Promise<WindowsProcess[] | null> {
  const powershell = join(system32(), 'WindowsPowerShell', 'v1.0', 'powershell.exe');
  const words = ['-NoProfile', '-NonInteractive', '-Command', PROCESS_QUERY];
  const text = await programOutput(powershell, words, { timeoutMs: TIMEOUT_MS });
  return text === null ? null : parseCimProcesses(text);
}

/**
 * A table that answers at once from the last reading, and begins another one when that is old. What is not in it is
 * unknown, except where the system says by itself that there is no such process.
 *
 * There are no pid namespaces; a boot needs no name, since starts are told by the wall clock.
 */
export function createWindowsProcessTable(
  list: () => Promise<readonly WindowsProcess[] | null> = listWindowsProcesses,
): ProcessTable & ProcessTree {
  let byPid: ReadonlyMap<number, WindowsProcess> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  let isReading = false;

  function find(pid: number): WindowsProcess | null {
    if (!isReading && performance.now() - readAt > MAX_AGE_MS) void read();
    return byPid.get(pid) ?? null;
  }

  async function read(): Promise<void> {
    isReading = true;
    try {
      const processes = await list();
      byPid = new Map((processes ?? []).map((each) => [each.pid, each]));
    } catch {
      byPid = new Map();
    } finally {
      readAt = performance.now();
      isReading = false;
    }
  }

  function identify(pid: number): ProcessIdentity | null {
    const found = find(pid);
    if (found?.start == null || signalZero(pid) === 'none') return null;
    return { pid, startTicks: found.start, bootId: '', pidNamespace: '' };
  }

  function ancestors(pid: number): readonly number[] {
    const chain: number[] = [];
    for (let next = find(pid); next !== null; next = find(next.parentPid)) {
      // A parent that has ended leaves its number to others: who is in the chain already is no parent.
      if (chain.includes(next.pid)) break;
      chain.push(next.pid);
    }
    return chain;
  }

  function descendants(pid: number): readonly ProcessIdentity[] {
    find(pid);
    const pids = [pid];
    // The list grows while it is walked: level by level, parents before children.
    for (const parent of pids) {
      for (const each of byPid.values())
        if (each.parentPid === parent && !pids.includes(each.pid)) pids.push(each.pid);
    }
    return pids
      .slice(1)
      .map(identify)
      .filter((identity) => identity !== null);
  }

  return {
    identify,
    life(identity) {
      if (signalZero(identity.pid) === 'none') return 'dead';
      const found = find(identity.pid);
      if (found?.start == null) return 'unknown';
      return found.start === identity.startTicks ? 'alive' : 'dead';
    },
    ancestors,
    cwd: () => null,
    descendants,
    withEnvironment: () => [],
  };
}
