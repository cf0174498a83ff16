// Owns the core's one entrance: a state, a command and a moment go in, a decision comes out.

import { decideAllocate } from './allocate.ts';
import { audited, numbered } from './audit-facts.ts';
import { decideBatch } from './batch.ts';
import type { AllocateCommand, Command, Decision, Moment, Observed } from './command.ts';
import { decideForget } from './forgetting.ts';
import { decideInstanceHeartbeat, decideRegister, decideRetire } from './instance-commands.ts';
import { leaseKey } from './lease.ts';
import { decideAbandon, decideHold, decideRelease, decideRenew } from './lease-commands.ts';
import { decideObserve } from './observe.ts';
import { decideUndoRange } from './range-commands.ts';
import { decideConsolidate } from './range-consolidation.ts';
import { decideSettleRanges } from './range-settling.ts';
import type { Replies } from './reply.ts';
import { type Behaviors, decideMarkSingletons, singletonOf } from './singleton.ts';
import type { State } from './state.ts';
import { decideCleanup, decideSweep, decideWake } from './sweep.ts';

/**
 * Decides a command. Pure: it reads no clock, awaits nothing, and leaves `state` as it found it.
 *
 * @returns the answer or refusal with its changes, or what must be observed before it can be given
 */
export function decide<Kind extends Command['kind']>(
  state: State,
  command: Extract<Command, { kind: Kind }>,
  moment: Moment,
  observed: Observed,
): Decision<Replies[Kind]> {
  const decision = decideAny(state, command, moment, observed) as Decision<Replies[Kind]>;
  return audited(state, command, decision, moment, observed);
}

function decideAny(
  state: State,
  command: Command,
  moment: Moment,
  observed: Observed,
): Decision<Replies[Command['kind']]> {
  const { catalogue } = observed;
  switch (command.kind) {
    case 'allocate': {
      const lockId = observed.lockIds[0];
      if (lockId === undefined) throw new Error('an allocation needs a fresh lock id');
      return decideAllocate(state, command, moment, observed, lockId);
    }
    case 'batch':
      return decideBatch(state, command, moment, observed);
    case 'renew':
      return decideRenew(state, command, moment, catalogue);
    case 'release':
      return decideRelease(state, command, moment, catalogue);
    case 'hold':
      return decideHold(state, command, moment);
    case 'abandon':
      return decideAbandon(state, command, moment);
    case 'register':
      return decideRegister(state, command, moment, catalogue);
    case 'instance-heartbeat':
      return decideInstanceHeartbeat(state, command, moment);
    case 'retire':
      return decideRetire(state, command, moment);
    case 'observe':
      return decideObserve(state, command, moment, catalogue);
    case 'sweep':
      return decideSweep(state, command, moment, catalogue);
    case 'forget':
      return decideForget(state, command, moment, catalogue);
    case 'wake':
      return decideWake(state, moment);
    case 'cleanup':
      return decideCleanup(state, command, moment, catalogue);
    case 'undo-range':
      return decideUndoRange(state, command, moment, catalogue);
    case 'consolidate':
      return decideConsolidate(state, command, observed);
    case 'settle-ranges':
      return decideSettleRanges(state, command, catalogue);
    case 'mark-singletons':
      return decideMarkSingletons(state, catalogue);
    case 'record':
      return {
        kind: 'answer',
        reply: {},
        changes: numbered(command.facts, moment, observed.actor, state.lastAudit),
      };
  }
}

/**
 * What a command claims while it waits for a probe or a look: a second command with one of these claims waits for
 * the first, so that the same key, request id or singleton is never granted twice.
 */
export function claimsOf(command: Command, catalogue: Behaviors): readonly string[] {
  if (command.kind === 'allocate') return allocationClaims(command, catalogue);
  if (command.kind !== 'batch') return [];
  return [...new Set(command.allocations.flatMap((one) => allocationClaims(one, catalogue)))];
}

function allocationClaims(command: AllocateCommand, catalogue: Behaviors): string[] {
  const { request, requestId } = command;
  const claims: string[] = [];
  // Two ranges that are planned at once would be planned at one place.
  if (!catalogue.serviceTypes.has(request.serviceType)) claims.push('range');
  const singleton = singletonOf(catalogue, request);
  if (singleton !== null) claims.push(`singleton\0${singleton.name}`);
  const key = leaseKey(request);
  if (key !== null && request.serviceName !== null) claims.push(`key\0${key}`);
  if (requestId !== null) claims.push(`request\0${requestId}`);
  return claims;
}
