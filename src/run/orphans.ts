// Owns the end of servers whose holder is gone: only of what is proven to be the server that the lease was for.

import type { CheckAnswer, LeaseJson } from '../api/schemas.ts';
import type { CleanupAnswer } from '../api/schemas-cleanup.ts';
import { type Client, expectOk } from '../client/client.ts';
import { proveServer } from '../os/orphan-server.ts';
import type { Processes } from './members.ts';
import type { Spare } from './own-daemon.ts';

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
  const seen = server === null ? null : identityOf(server);
  const proven =
    !isOrphan || pid === null
      ? null
      : proveServer(processes, { lockId: lease.lock_id, server: seen, pid }, spare);
  if (proven === null) return { lease, pid, verdict: 'left', processes: [] };
  const pids = proven.members().map((each) => each.pid);
  if (isDryRun) return { lease, pid, verdict: 'would-end', processes: pids };
  const left = await proven.end();
  return { lease, pid, verdict: left.length === 0 ? 'ended' : 'stuck', processes: pids };
}

function identityOf({ pid, start_ticks: startTicks, boot_id: bootId, pid_namespace: pidNamespace }: Server) {
  return { pid, startTicks, bootId, pidNamespace };
}

type Server = NonNullable<OrphanedLease['server']>;
