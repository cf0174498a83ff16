// Owns the handlers that grant leases: one, or a batch of them.

import { leaseJson } from '../../api/lease-json.ts';
import type { AllocateAnswer, BatchAnswer } from '../../api/schemas.ts';
import type { AllocateReply } from '../../core/reply.ts';
import { actorOf } from '../actor.ts';
import type { DaemonContext, Handler } from '../context.ts';
import { allocateCommand, refuse } from './command.ts';

export const allocate: Handler<'allocate'> = async (context, { body }, reply) => {
  const begun = context.history.begin();
  const command = allocateCommand(context, body);
  const outcome = await context.coordinator.submit<'allocate'>(
    command instanceof Promise ? await command : command,
    actorOf(reply, body.instance_id),
  );
  if (begun !== null) context.history.end(begun);
  if (!outcome.ok) {
    context.tally.refused(body.service_type, outcome.refusal.code);
    return refuse(reply, outcome.refusal);
  }
  countGrant(context, outcome.reply);
  if (!outcome.reply.existing) reply.code(201);
  return allocateAnswer(outcome.reply);
};

export const allocateBatch: Handler<'allocateBatch'> = async (context, { body }, reply) => {
  const allocations = await Promise.all(
    body.allocations.map((request, index) => allocateCommand(context, request, `allocations[${index}].`)),
  );
  // The instance of a batch is that of all its requests.
  const instances = new Set(allocations.map(({ request }) => request.instanceId));
  const actor = actorOf(reply, instances.size === 1 ? allocations[0]?.request.instanceId : null);
  const outcome = await context.coordinator.submit<'batch'>({ kind: 'batch', allocations }, actor);
  if (!outcome.ok) {
    for (const { service_type: type } of body.allocations) context.tally.refused(type, outcome.refusal.code);
    return refuse(reply, outcome.refusal);
  }
  const granted = outcome.reply.allocations;
  for (const each of granted) countGrant(context, each);
  if (granted.some((each) => !each.existing)) reply.code(201);
  return { success: true, allocations: granted.map(allocateAnswer) } satisfies BatchAnswer;
};

/** Counts a request for a port that got one. */
export function countGrant({ tally }: DaemonContext, { snapshot, existing, skipped }: AllocateReply): void {
  tally.granted(snapshot.lease.serviceType, existing, skipped.length);
}

export function allocateAnswer(reply: AllocateReply): AllocateAnswer {
  const { snapshot, existing, message, skipped, autoAllocated: range } = reply;
  return {
    success: true,
    ...leaseJson(snapshot),
    existing,
    message,
    ...(skipped.length === 0 ? {} : { skipped: skipped.map(({ port, holder }) => ({ port, holder })) }),
    ...(range === undefined
      ? {}
      : { auto_allocated: { service_type: range.name, start: range.start, end: range.end } }),
  };
}
