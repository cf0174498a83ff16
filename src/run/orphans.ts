// Owns the end of servers whose holder is gone: only of what is proven to be the server that the lease was for.

import type { CheckAnswer, LeaseJson } from '../api/schemas.ts';
import type { CleanupAnswer } from '../api/schemas-cleanup.ts';
import { type Client, expectOk } from '../client/client.ts';
import { isSameProcess, type ProcessIdentity } from '../core/process-identity.ts';
import type { Processes } from './members.ts';
import type { Spare } from './own-daemon.ts';
import { sendSignal } from './signals.ts';
import { endTree } from './tree-ending.ts';

export type OrphanedLease = CleanupAnswer['orphans'][number];

/** What became of one server. */
export interface OrphanVerdict {
  readonly lease: LeaseJson;
  /** The process that listens; null when the system does not say. */
  readonly pid: number | null;
  /** `left`: it is not proven to be the one; `stuck`: it could not be ended. */
  readonly verdict: 'would-end' | 'ended' | 'left' | 'stuck';
  /** The pids of what was ended, or would be. */
  readonly processes: readonly number[];
}

export interface OrphanEnding {
  /** Only says what would be ended. */
  readonly isDryRun: boolean;
  readonly spare: Spare;
}

/** The variable by which processes that `styxy run` started know their lease. */
const LEASE_VARIABLE = 'STYXY_LOCK_ID';

/**
 * Ends the server of an orphaned lease with all its processes: SIGTERM first, SIGKILL for what does not go.
 *
 * @throws StyxyError DAEMON_UNREACHABLE
 */
export async function endOrphan(
  client: Client,
  processes: Processes,
  orphan: OrphanedLease,
  { isDryRun, spare }: OrphanEnding,
): Promise<OrphanVerdict> {
  const { server, ...lease } = orphan;
  const path = `/check/${lease.port}?protocol=${lease.protocol}`;
  const check = expectOk(await client.request<CheckAnswer>('GET', path));
  const pid = check.system_usage?.pid ?? null;
  // Ending those before it took its time: somebody may have come back for it, or adopted it.
  const isOrphan = check.allocated_to?.lock_id === lease.lock_id && check.allocated_to.orphan;
  if (!isOrphan) return { lease, pid, verdict: 'left', processes: [] };
  const marked = processes.withEnvironment(LEASE_VARIABLE, lease.lock_id);
  const listener = pid === null ? null : provenListener(processes, pid, orphan, marked);
  if (listener === null) return { lease, pid, verdict: 'left', processes: [] };
  const roots = [listener, ...wrappersOf(processes, listener, marked)];
  const members: ProcessIdentity[] = [];
  const find = (): readonly ProcessIdentity[] => {
    for (const root of roots) {
      if (processes.life(root) !== 'alive') continue;
      for (const each of [root, ...processes.descendants(root.pid)]) {
        if (each.pid !== process.pid && !members.some((known) => isSameProcess(known, each)))
          members.push(each);
      }
    }
    return spare(members);
  };
  const pids = find().map((each) => each.pid);
  if (isDryRun) return { lease, pid, verdict: 'would-end', processes: pids };
  const left = await endTree({
    find,
    life: processes.life,
    signal: sendSignal,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
  return { lease, pid, verdict: left.length === 0 ? 'ended' : 'stuck', processes: pids };
}

/** The process that listens now, where it is the one that the daemon saw serve, or carries the lease's own mark. */
function provenListener(
  processes: Processes,
  pid: number,
  { server }: OrphanedLease,
  marked: readonly ProcessIdentity[],
): ProcessIdentity | null {
  if (server !== null && server.pid === pid) {
    const { start_ticks: startTicks, boot_id: bootId, pid_namespace: pidNamespace } = server;
    const seen = { pid, startTicks, bootId, pidNamespace };
    if (processes.life(seen) === 'alive') return seen;
  }
  return marked.find((each) => each.pid === pid) ?? null;
}

/** What the server was started through, such as npm and a shell: the way up from it, as far as the mark goes. */
function wrappersOf(
  processes: Processes,
  listener: ProcessIdentity,
  marked: readonly ProcessIdentity[],
): ProcessIdentity[] {
  const wrappers: ProcessIdentity[] = [];
  for (const pid of processes.ancestors(listener.pid).slice(1)) {
    const wrapper = marked.find((each) => each.pid === pid);
    if (wrapper === undefined) break;
    wrappers.push(wrapper);
  }
  return wrappers;
}
