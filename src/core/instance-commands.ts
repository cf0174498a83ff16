// Owns the commands on instances: register, heartbeat, retire with everything they hold.

import type { Catalogue } from './catalogue.ts';
import type { Change } from './change.ts';
import type {
  Decision,
  InstanceHeartbeatCommand,
  Moment,
  RegisterCommand,
  RetireCommand,
} from './command.ts';
import { releaseChanges } from './ending.ts';
import type { Instance, InstanceEntry } from './instance.ts';
import { defaultTemplate, heartbeat, registration } from './instance-changes.ts';
import { snapshot } from './life.ts';
import { refusal } from './refusal.ts';
import { instanceNotFound } from './refusals.ts';
import type { InstanceReply, LeaseSnapshot, RetireReply } from './reply.ts';
import type { StateView } from './state.ts';

/** Registers an instance, or registers it anew: what is not given then stays as it was. */
export function decideRegister(
  state: StateView,
  command: RegisterCommand,
  moment: Moment,
  catalogue: Pick<Catalogue, 'templates' | 'instanceTtlMs'>,
): Decision<InstanceReply> {
  if (command.template !== null && !catalogue.templates.has(command.template)) {
    const known = [...catalogue.templates.keys()];
    const detail = `there is no instance template "${command.template}"`;
    const hint = `Use one of ${known.join(', ')}; \`styxy config instances\` shows where each starts.`;
    return {
      kind: 'refuse',
      refusal: refusal('INVALID_REQUEST', detail, hint, { field: 'template', known }),
      changes: [],
    };
  }
  const known = state.instance(command.instanceId);
  const before = known?.instance;
  const keepsProcess = command.pid === null && known?.pulse.process !== 'dead';
  const instance: Instance = {
    instanceId: command.instanceId,
    workingDirectory: command.workingDirectory ?? before?.workingDirectory ?? null,
    template: command.template ?? before?.template ?? defaultTemplate(command.linkedWorktree),
    pid: keepsProcess ? (before?.pid ?? null) : command.pid,
    process: keepsProcess ? (before?.process ?? null) : command.process,
    ttlMs: command.ttlMs ?? before?.ttlMs ?? catalogue.instanceTtlMs,
    metadata: { ...before?.metadata, ...command.metadata },
    registeredAt: before?.registeredAt ?? Math.round(moment.wall),
  };
  const changes = registration(state, instance, moment.now);
  const pulse = { heardAt: moment.now, process: instance.process === null ? 'none' : 'alive' } as const;
  return { kind: 'answer', reply: { entry: { instance, pulse }, created: known === undefined }, changes };
}

export function decideInstanceHeartbeat(
  state: StateView,
  command: InstanceHeartbeatCommand,
  moment: Moment,
): Decision<InstanceReply> {
  const entry = state.instance(command.instanceId);
  if (entry === undefined) {
    return { kind: 'refuse', refusal: instanceNotFound(command.instanceId), changes: [] };
  }
  const changes = heartbeat(entry, moment.now);
  return { kind: 'answer', reply: { entry: afterChanges(entry, changes), created: false }, changes };
}

function afterChanges(entry: InstanceEntry, changes: readonly Change[]): InstanceEntry {
  let { instance, pulse } = entry;
  for (const change of changes) {
    if (change.table === 'instance' && change.after !== null) instance = change.after;
    if (change.table === 'pulse' && change.after !== null) pulse = change.after;
  }
  return { instance, pulse };
}

/** Ends an instance and releases all its leases, cleanly: their owner asked for it. */
export function decideRetire(
  state: StateView,
  command: RetireCommand,
  moment: Moment,
): Decision<RetireReply> {
  const entry = state.instance(command.instanceId);
  if (entry === undefined) {
    return { kind: 'refuse', refusal: instanceNotFound(command.instanceId), changes: [] };
  }
  const released: LeaseSnapshot[] = [];
  const changes: Change[] = [];
  for (const lease of state.leasesOfInstance(command.instanceId)) {
    released.push(snapshot(state, lease, moment));
    changes.push(...releaseChanges(state, lease, 'instance-retired', moment.now));
  }
  changes.push(
    { table: 'pulse', id: command.instanceId, before: entry.pulse, after: null },
    { table: 'instance', id: command.instanceId, before: entry.instance, after: null },
  );
  return { kind: 'answer', reply: { instanceId: command.instanceId, released }, changes };
}
