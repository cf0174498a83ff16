// Owns the changes of instances: registration, by hand or by a first allocation, and the heartbeat in every request.

import type { Catalogue } from './catalogue.ts';
import type { Change } from './change.ts';
import type { AllocateRequest, Moment } from './command.ts';
import type { Instance, InstanceEntry, Pulse } from './instance.ts';
import type { StateView } from './state.ts';

/** `main` for a main checkout, `features` for a linked worktree (contract, "Instances"). */
export function defaultTemplate(isLinkedWorktree: boolean): string {
  return isLinkedWorktree ? 'features' : 'main';
}

/** The template of the instance that a request names, known or about to be registered by it; null for none. */
export function templateOf(state: StateView, request: AllocateRequest): string | null {
  if (request.instanceId === null) return null;
  const known = state.instance(request.instanceId);
  return known === undefined ? defaultTemplate(request.linkedWorktree) : known.instance.template;
}

/** Puts `instance`, new or over an older registration, and counts as a heartbeat. */
export function registration(state: StateView, instance: Instance, now: number): Change[] {
  const before = state.instance(instance.instanceId);
  const life = instance.process === null ? 'none' : 'alive';
  return [
    { table: 'instance', id: instance.instanceId, before: before?.instance ?? null, after: instance },
    {
      table: 'pulse',
      id: instance.instanceId,
      before: before?.pulse ?? null,
      after: { heardAt: now, process: life },
    },
  ];
}

/**
 * A sign of life of a registered instance; none of an unknown one. Who speaks in the name of an instance whose process
 * is dead goes on without that process.
 */
export function heartbeat(entry: InstanceEntry | undefined, now: number): Change[] {
  if (entry === undefined) return [];
  const { instance, pulse } = entry;
  const id = instance.instanceId;
  if (pulse.process !== 'dead') {
    return pulse.heardAt === now
      ? []
      : [{ table: 'pulse', id, before: pulse, after: { ...pulse, heardAt: now } }];
  }
  const after: Pulse = { heardAt: now, process: 'none' };
  return [
    { table: 'instance', id, before: instance, after: { ...instance, pid: null, process: null } },
    { table: 'pulse', id, before: pulse, after },
  ];
}

/** The instance that an allocation names: registered by its first one, heard at every later one. */
export function instanceOfAllocation(
  state: StateView,
  request: AllocateRequest,
  catalogue: Pick<Catalogue, 'instanceTtlMs'>,
  moment: Moment,
): Change[] {
  const { instanceId, projectPath } = request;
  if (instanceId === null) return [];
  const known = state.instance(instanceId);
  if (known !== undefined) return heartbeat(known, moment.now);
  const instance: Instance = {
    instanceId,
    workingDirectory: projectPath,
    template: defaultTemplate(request.linkedWorktree),
    pid: null,
    process: null,
    ttlMs: catalogue.instanceTtlMs,
    metadata: {},
    registeredAt: Math.round(moment.wall),
  };
  return registration(state, instance, moment.now);
}
