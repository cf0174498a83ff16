// Owns the handlers of a lease's life after its grant: renewed, held, released.

import { leaseJson } from '../../api/lease-json.ts';
import type { ReleaseAnswer } from '../../api/schemas.ts';
import type { RenewAnswer } from '../../api/schemas-renew.ts';
import { actorOf } from '../actor.ts';
import type { Handler } from '../context.ts';
import { directory, identify, milliseconds, refuse } from './command.ts';

export const renew: Handler<'renew'> = async (context, { params, body }, reply) => {
  const pid = body?.pid ?? null;
  const outcome = await context.coordinator.submit<'renew'>(
    {
      kind: 'renew',
      lockId: params.lock_id,
      ttlMs: milliseconds(body?.ttl_seconds),
      pid,
      process: identify(context, pid),
      fence: body?.fence ?? null,
      claim: body?.claim ?? false,
    },
    actorOf(reply),
  );
  if (!outcome.ok) return refuse(reply, outcome.refusal);
  return { success: true, ...leaseJson(outcome.reply.snapshot) } satisfies RenewAnswer;
};

export const hold: Handler<'hold'> = async (context, { params }, reply) => {
  const outcome = await context.coordinator.hold(params.lock_id, actorOf(reply));
  if (!outcome.ok) return refuse(reply, outcome.refusal);
  reply.hijack();
  context.tally.request('hold', reply.statusCode);
  context.holds.open(reply.raw, params.lock_id, outcome.reply);
  return reply;
};

export const release: Handler<'release'> = async (context, { params, query }, reply) => {
  const caller = directory(query.project_path, 'project_path');
  const outcome = await context.coordinator.submit<'release'>(
    {
      kind: 'release',
      lockId: params.lock_id,
      fence: query.fence ?? null,
      callerInstanceId: query.instance_id ?? null,
      callerProjectPath: caller instanceof Promise ? await caller : caller,
      force: query.force ?? false,
    },
    actorOf(reply, query.instance_id),
  );
  if (!outcome.ok) return refuse(reply, outcome.refusal);
  const { lockId, port, count } = outcome.reply.snapshot.lease;
  const what = count === 1 ? `Port ${port}` : `Ports ${port}–${port + count - 1}`;
  return {
    success: true,
    lock_id: lockId,
    port,
    message: `${what} released`,
  } satisfies ReleaseAnswer;
};
