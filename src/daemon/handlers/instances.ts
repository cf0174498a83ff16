// Owns the handlers of instances: register, heartbeat, retire, list.

import { randomBytes } from 'node:crypto';
import { leaseJson } from '../../api/lease-json.ts';
import type {
  InstanceAnswer,
  InstanceJson,
  InstancesAnswer,
  RetireAnswer,
} from '../../api/schemas-instance.ts';
import type { Reading } from '../../coordinator/contract.ts';
import { type InstanceEntry, isStale } from '../../core/instance.ts';
import { actorOf } from '../actor.ts';
import type { DaemonContext, Handler } from '../context.ts';
import { gitBranch } from '../git-branch.ts';
import { isLinkedWorktree } from '../linked-worktree.ts';
import { directory, identify, milliseconds, refuse } from './command.ts';

export const registerInstance: Handler<'registerInstance'> = async (context, { body }, reply) => {
  const pid = body?.pid ?? null;
  const workingDirectory = await directory(body?.working_directory, 'working_directory');
  const outcome = await context.coordinator.submit<'register'>(
    {
      kind: 'register',
      instanceId: body?.instance_id ?? `i-${randomBytes(8).toString('hex')}`,
      workingDirectory,
      linkedWorktree: workingDirectory !== null && (await isLinkedWorktree(workingDirectory)),
      template: body?.template ?? null,
      pid,
      process: identify(context, pid),
      ttlMs: milliseconds(body?.ttl_seconds),
      metadata: body?.metadata ?? {},
    },
    actorOf(reply, body?.instance_id),
  );
  if (!outcome.ok) return refuse(reply, outcome.refusal);
  const { entry, created } = outcome.reply;
  if (created) reply.code(201);
  return await answer(context, entry, created ? 'registered' : 'is registered');
};

export const heartbeatInstance: Handler<'heartbeatInstance'> = async (context, { params }, reply) => {
  const outcome = await context.coordinator.submit<'instance-heartbeat'>(
    {
      kind: 'instance-heartbeat',
      instanceId: params.id,
    },
    actorOf(reply, params.id),
  );
  if (!outcome.ok) return refuse(reply, outcome.refusal);
  return await answer(context, outcome.reply.entry, 'is alive');
};

export const retireInstance: Handler<'retireInstance'> = async (context, { params }, reply) => {
  const outcome = await context.coordinator.submit<'retire'>(
    { kind: 'retire', instanceId: params.id },
    actorOf(reply, params.id),
  );
  if (!outcome.ok) return refuse(reply, outcome.refusal);
  const { instanceId, released } = outcome.reply;
  const leases = released.length === 1 ? '1 lease' : `${released.length} leases`;
  return {
    success: true,
    instance_id: instanceId,
    released: released.map(leaseJson),
    message: `Instance ${instanceId} retired, ${leases} released`,
  } satisfies RetireAnswer;
};

export const listInstances: Handler<'listInstances'> = async (context) => {
  const directories = await context.coordinator.query(({ state }) =>
    Array.from(state.instances(), ({ instance }) => instance.workingDirectory),
  );
  const branches = new Map<string, string | null>();
  for (const path of new Set(directories)) if (path !== null) branches.set(path, await gitBranch(path));
  return await context.coordinator.query((reading): InstancesAnswer => {
    const instances = Array.from(reading.state.instances(), (entry) =>
      instanceJson(entry, branches.get(entry.instance.workingDirectory ?? '') ?? null, reading),
    );
    return { instances, count: instances.length };
  });
};

async function answer(context: DaemonContext, entry: InstanceEntry, what: string): Promise<InstanceAnswer> {
  const { workingDirectory } = entry.instance;
  const branch = workingDirectory === null ? null : await gitBranch(workingDirectory);
  return await context.coordinator.query((reading) => ({
    success: true,
    ...instanceJson(entry, branch, reading),
    message: `Instance ${entry.instance.instanceId} ${what}`,
  }));
}

function instanceJson(
  entry: InstanceEntry,
  branch: string | null,
  { state, now, wall }: Reading,
): InstanceJson {
  const { instance, pulse } = entry;
  return {
    instance_id: instance.instanceId,
    working_directory: instance.workingDirectory,
    branch,
    template: instance.template,
    pid: instance.pid,
    ttl_seconds: Math.round(instance.ttlMs / 1000),
    stale: isStale(entry, now, state.floor),
    leases: state.leasesOfInstance(instance.instanceId).length,
    metadata: { ...instance.metadata },
    registered_at: new Date(instance.registeredAt).toISOString(),
    last_seen_at: new Date(wall - Math.max(0, now - pulse.heardAt)).toISOString(),
  };
}
