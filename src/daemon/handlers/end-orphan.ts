// Owns the handler that ends a server whose holder is gone, and releases its lease.

import type { EndOrphanAnswer } from '../../api/schemas-dashboard.ts';
import { isOrphan } from '../../core/life.ts';
import { isSameProcess, type ProcessIdentity } from '../../core/process-identity.ts';
import { StyxyError } from '../../errors.ts';
import { proveServer } from '../../os/orphan-server.ts';
import { actorOf } from '../actor.ts';
import type { DaemonContext, Handler } from '../context.ts';
import { refuse } from './command.ts';

export const endOrphan: Handler<'endOrphan'> = async (context, { params, body }, reply) => {
  const lockId = params.lock_id;
  const entry = await context.coordinator.query(({ state, now }) => {
    const found = state.lease(lockId);
    return found === undefined ? null : { ...found, isOrphan: isOrphan(state, found, now) };
  });
  if (entry === null) {
    throw new StyxyError('LEASE_NOT_FOUND', `There is no lease ${JSON.stringify(lockId.slice(0, 80))}`);
  }
  const { lease, vitals } = entry;
  const pid = await listenerOf(context, lease.protocol, lease.port);
  const answer = (
    verdict: EndOrphanAnswer['verdict'],
    processes: readonly ProcessIdentity[],
    message: string,
  ): EndOrphanAnswer => ({
    success: true,
    lock_id: lockId,
    port: lease.port,
    verdict,
    pid,
    processes: processes.map((each) => each.pid),
    message,
  });
  if (!entry.isOrphan) return answer('left', [], `The server on port ${lease.port} has a holder, or is gone`);
  const proven =
    pid === null
      ? null
      : proveServer(context.processes, { lockId, server: vitals.server, pid }, sparing(context));
  const members = proven?.members() ?? [];
  if (proven === null || members.length === 0)
    return answer(
      'left',
      [],
      `Nothing proves that the process on port ${lease.port} is the server of this lease`,
    );
  if (body?.dry_run === true)
    return answer('would-end', members, `The server on port ${lease.port} would be ended`);
  const left = await proven.end();
  if (left.length > 0) return answer('stuck', left, `The server on port ${lease.port} does not end`);
  const outcome = await context.coordinator.submit<'release'>(
    {
      kind: 'release',
      lockId,
      fence: lease.fence,
      callerInstanceId: null,
      callerProjectPath: null,
      force: true,
    },
    actorOf(reply),
  );
  // Nobody listens any more: the watch, or the connection of a wrapper, may have ended it first.
  if (!outcome.ok && outcome.refusal.code !== 'LEASE_NOT_FOUND') return refuse(reply, outcome.refusal);
  return answer('ended', members, `The server on port ${lease.port} was ended, and its lease released`);
};

async function listenerOf(
  { portTable }: DaemonContext,
  protocol: string,
  port: number,
): Promise<number | null> {
  const listeners = await portTable.listeners({ ports: new Set([port]), maxAgeMs: 0 });
  return listeners?.find((each) => each.protocol === protocol && each.port === port)?.pid ?? null;
}

/** The daemon itself may be below a server that once started it, and it is nobody's leftover. */
function sparing({ processes }: DaemonContext) {
  return (found: readonly ProcessIdentity[]): readonly ProcessIdentity[] => {
    const own = processes.descendants(process.pid);
    return found.filter(
      (each) => each.pid !== process.pid && !own.some((child) => isSameProcess(child, each)),
    );
  };
}
