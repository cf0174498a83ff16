// Owns the handler of a clean-up: what ended, what stays and why, and whose servers are orphans.

import { leaseJson } from '../../api/lease-json.ts';
import type { LeaseJson } from '../../api/schemas.ts';
import type { CleanupAnswer, ProcessJson } from '../../api/schemas-cleanup.ts';
import type { ProcessIdentity } from '../../core/process-identity.ts';
import type { KeptLease, LeaseSnapshot } from '../../core/reply.ts';
import { StyxyError } from '../../errors.ts';
import { actorOf } from '../actor.ts';
import type { Handler } from '../context.ts';
import { jsonInPieces, jsonList } from '../json-pieces.ts';
import { refuse } from './command.ts';

export const cleanup: Handler<'cleanup'> = async (context, { body }, reply) => {
  const force = body?.force ?? false;
  const dryRun = body?.dry_run ?? false;
  const outcome = await context.coordinator.submit<'cleanup'>(
    { kind: 'cleanup', force, dryRun },
    actorOf(reply),
  );
  if (!outcome.ok) return refuse(reply, outcome.refusal);
  const { cleaned, kept } = outcome.reply;
  if (force && cleaned.length === 0) expectSeen(kept);
  const head = { success: true, dry_run: dryRun, kept: kept.length } satisfies Partial<CleanupAnswer>;
  const orphans = kept.filter(({ reason }) => reason === 'orphan-listens');
  return jsonInPieces(reply, head, {
    cleaned: jsonList(cleaned, (piece) => JSON.stringify(piece.map(withReason))),
    stays: jsonList(kept, (piece) => JSON.stringify(piece.map(withReason))),
    orphans: jsonList(orphans, (piece) => JSON.stringify(piece.map(withServer))),
  } satisfies Partial<Record<keyof CleanupAnswer, unknown>>);
};

/**
 * Force was asked for and ended nothing, because nobody knows what it may end.
 *
 * @throws StyxyError PORTS_UNREADABLE
 */
function expectSeen(kept: readonly KeptLease[]): void {
  const unseen = kept.filter(({ reason }) => reason === 'listener-unknown').length;
  if (unseen === 0) return;
  const leases = unseen === 1 ? '1 lease' : `${unseen} leases`;
  throw new StyxyError(
    'PORTS_UNREADABLE',
    `the system does not say who listens on the ports of ${leases}, so none was ended`,
  );
}

function withReason<Reason>(judged: {
  snapshot: LeaseSnapshot;
  reason: Reason;
}): LeaseJson & { reason: Reason } {
  return { ...leaseJson(judged.snapshot), reason: judged.reason };
}

function withServer({ snapshot }: KeptLease): CleanupAnswer['orphans'][number] {
  const { server } = snapshot.vitals;
  return { ...leaseJson(snapshot), server: server === null ? null : processJson(server) };
}

function processJson({ pid, startTicks, bootId, pidNamespace }: ProcessIdentity): ProcessJson {
  return { pid, start_ticks: startTicks, boot_id: bootId, pid_namespace: pidNamespace };
}
