// Owns the table of processes where there is no /proc, as on macOS, read from `ps`.

import { execFileSync } from 'node:child_process';
import type { ProcessLife } from '../core/lease.ts';
import type { ProcessIdentity } from '../core/process-identity.ts';
import type { ProcessTable, ProcessTree } from './os.ts';
import { type PsRow, parsePs } from './parse-ps.ts';
import { signalZero } from './signal-zero.ts';

const TIMEOUT_MS = 2_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
/** One run of `ps` answers all that is asked within so long: it costs milliseconds, and the callers wait. */
const MAX_AGE_MS = 100;

/** All processes by pid; null when `ps` could not say. */
type Snapshot = ReadonlyMap<number, PsRow> | null;

/**
 * A table by `ps`. Tested against the `ps` of Linux alone; nobody has run it on macOS yet.
 *
 * Its identities are coarser than those of /proc: a start is known to the second, and there are no pid namespaces. A
 * working directory and another process's environment cannot be read.
 *
 * @param listProcesses what `ps -axo pid=,ppid=,stat=,lstart=` prints; throws where it fails
 * @param readBootId a name of this boot, the same until the machine starts again, or empty where there is none
 */
export function createPosixProcessTable(
  listProcesses: () => string = runPs,
  readBootId: () => string = bootSession,
): ProcessTable & ProcessTree {
  let snapshot: Snapshot = null;
  let readAt = Number.NEGATIVE_INFINITY;
  let knownBootId: string | null = null;

  function processes(maxAgeMs: number): Snapshot {
    if (performance.now() - readAt > maxAgeMs) {
      snapshot = read(listProcesses);
      readAt = performance.now();
    }
    return snapshot;
  }

  function find(pid: number): PsRow | null {
    // A process younger than the snapshot is not in it.
    return processes(MAX_AGE_MS)?.get(pid) ?? processes(0)?.get(pid) ?? null;
  }

  function bootId(): string {
    knownBootId ??= readBootId();
    return knownBootId;
  }

  function identify(pid: number): ProcessIdentity | null {
    if (signalZero(pid) === 'none') return null;
    const row = find(pid);
    return row === null || row.isZombie ? null : toIdentity(row);
  }

  function toIdentity(row: PsRow): ProcessIdentity {
    return { pid: row.pid, startTicks: row.start, bootId: bootId(), pidNamespace: '' };
  }

  function life(identity: ProcessIdentity): ProcessLife {
    if (identity.bootId !== bootId()) return bootId() === '' || identity.bootId === '' ? 'unknown' : 'dead';
    if (identity.pidNamespace !== '') return 'unknown';
    if (signalZero(identity.pid) === 'none') return 'dead';
    const row = find(identity.pid);
    if (row === null) return 'unknown';
    return !row.isZombie && row.start === identity.startTicks ? 'alive' : 'dead';
  }

  function ancestors(pid: number): readonly number[] {
    const chain: number[] = [];
    for (let next = pid; next !== 0; ) {
      const row = find(next);
      if (row === null || chain.includes(next)) return [];
      chain.push(next);
      next = row.parentPid;
    }
    return chain;
  }

  function descendants(pid: number): readonly ProcessIdentity[] {
    const rows = [...(processes(0)?.values() ?? [])];
    const found: PsRow[] = [];
    let parents = new Set([pid]);
    while (parents.size > 0) {
      const children = rows.filter((row) => parents.has(row.parentPid) && row.pid !== row.parentPid);
      found.push(...children);
      parents = new Set(children.map((row) => row.pid));
    }
    return found.filter((row) => !row.isZombie).map(toIdentity);
  }

  return { identify, life, ancestors, cwd: () => null, descendants, withEnvironment: () => [] };
}

function read(listProcesses: () => string): Snapshot {
  try {
    const rows = parsePs(listProcesses());
    return rows.length === 0 ? null : new Map(rows.map((row) => [row.pid, row]));
  } catch {
    return null;
  }
}

function runPs(): string {
  return run('/bin/ps', ['-axo', 'pid=,ppid=,stat=,lstart=']);
}

/** macOS names each boot; its boot time would not do, since that moves with the wall clock. */
function bootSession(): string {
  try {
    return run('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']).trim();
  } catch {
    return '';
  }
}

function run(path: string, words: readonly string[]): string {
  return execFileSync(path, words, {
    // The start is printed as local time: another time zone would make another process of it.
    env: { LC_ALL: 'C', TZ: 'UTC' },
    cwd: '/',
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: MAX_OUTPUT_BYTES,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
