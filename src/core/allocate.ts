// Owns the decision of an allocation: an existing lease, a port to probe, a grant, or a refusal.

import { planType, serviceTypeNamed, unprovenPorts } from './automatic-type.ts';
import type { ServiceType } from './catalogue.ts';
import { type AutomaticRange, type Change, type KeyMemory, portId } from './change.ts';
import type { AllocateCommand, AllocateRequest, Decision, Moment, Observed } from './command.ts';
import { forcedEndChanges, KEY_PRECISION_MS } from './ending.ts';
import { askedAgain, existingMessage, hasSameShape, matchingLease } from './existing.ts';
import { grantMessage, rangeMessage } from './grant-messages.ts';
import { heartbeat, instanceOfAllocation, templateOf } from './instance-changes.ts';
import { type Lease, type LeaseEntry, leaseKey, NEW_VITALS, type Vitals } from './lease.ts';
import { lifeAtGrant, snapshot } from './life.ts';
import { place } from './placement.ts';
import { blockPorts } from './port-range.ts';
import { restAfterConflict, restsAfterRefusal } from './quarantine.ts';
import { usedQuota } from './quota.ts';
import type { Refusal } from './refusal.ts';
import {
  noRoomForRange,
  portUnavailable,
  quotaExceeded,
  rangeExhausted,
  unknownServiceType,
  unusableRequest,
} from './refusals.ts';
import type { AllocateReply } from './reply.ts';
import { fingerprint, remembered, requestChange } from './request-memory.ts';
import { runningSingleton, type Singleton, singletonOf, unmarkOthers } from './singleton.ts';
import { joinedMessage, ownMessage, singletonHeld } from './singleton-messages.ts';
import { meetings, skippedPorts } from './skipped-ports.ts';
import type { StateView } from './state.ts';

/** Everything one decision looks at. */
interface Case {
  readonly state: StateView;
  readonly request: AllocateRequest;
  readonly requestId: string | null;
  readonly type: ServiceType;
  /** Whether its range is made by this very decision. */
  readonly isNewType: boolean;
  /** What is asked for, where the machine runs one of it. */
  readonly singleton: Singleton | null;
  readonly moment: Moment;
  readonly observed: Observed;
}

/**
 * Decides one allocation (contract, "Leases").
 *
 * @param lockId the id that a grant gets
 */
export function decideAllocate(
  state: StateView,
  command: AllocateCommand,
  moment: Moment,
  observed: Observed,
  lockId: string,
): Decision<AllocateReply> {
  const { request, requestId } = command;
  const first = remembered(state, command, observed.catalogue, moment);
  if (first !== null) return withHeartbeat(state, first, request, moment);
  const known = serviceTypeNamed(state, observed.catalogue, request.serviceType);
  const type = known ?? newType(state, request, observed, moment.now);
  if ('code' in type) {
    const refused = refuse(type);
    // A mistake in the request is no answer to remember; that there was no room is one.
    const isMistake = type.code === 'UNKNOWN_SERVICE_TYPE';
    const asked = { state, request, requestId, observed, moment };
    return withHeartbeat(state, isMistake ? refused : remember(asked, refused), request, moment);
  }
  const unusable = unusableRequest(request, type, observed.catalogue);
  if (unusable !== null) return refuse(unusable);

  if (known === undefined) {
    // A whole range is found free before it is made, though only one of its ports is granted now.
    const unproven = unprovenPorts(type.range, observed);
    if (unproven.length > 0) return { kind: 'probe', probes: unproven };
  }
  const singleton = singletonOf(observed.catalogue, request);
  const isNewType = known === undefined;
  const given: Case = { state, request, requestId, type, isNewType, singleton, moment, observed };
  const running = singleton === null ? undefined : runningSingleton(state, singleton);
  if (running !== undefined && running.vitals.state !== 'hijacked') return joinOrHeld(given, running);
  const match = matchingLease(state, request);
  if (match !== undefined) return existing(given, match, existingMessage(request, match.lease));

  const quota = usedQuota(state, request, observed.catalogue, running);
  if (quota !== null) {
    return withHeartbeat(state, remember(given, refuse(quotaExceeded(quota))), request, moment);
  }
  const placement = place(state, observed, request, type, templateOf(state, request), moment.now);
  if (placement.kind === 'look') return { kind: 'look', directories: placement.directories };
  if (placement.kind === 'none') {
    const met = meetings(observed, request, type);
    const rests = restsAfterRefusal(state, met, observed.catalogue, moment.now);
    return withHeartbeat(state, remember(given, refuse(noPort(given), rests)), request, moment);
  }
  const { protocol } = request;
  const ports = blockPorts(placement.port, request.count);
  const unproven = request.adopt ? [] : ports.filter((port) => !observed.clear.has(portId(protocol, port)));
  if (unproven.length > 0) return { kind: 'probe', probes: unproven.map((port) => ({ protocol, port })) };
  return grant(given, placement.port, lockId, running);
}

/** What becomes of a request for a singleton that runs. */
function joinOrHeld(given: Case, running: LeaseEntry): Decision<AllocateReply> {
  const { state, request, moment, observed } = given;
  const isOwn = leaseKey(request) !== null && leaseKey(request) === leaseKey(running.lease);
  const isHeld = request.fresh || !hasSameShape(request, running.lease);
  if (isOwn && !isHeld) return existing(given, running, ownMessage(state, running, request.preferredPort));
  const facts = observed.holders.get(running.lease.lockId);
  if (facts === undefined) return { kind: 'meet', entry: running };
  if (!isHeld) return existing(given, running, joinedMessage(state, running, facts));
  const refused = refuse(singletonHeld(state, request, running, facts));
  return withHeartbeat(state, remember(given, refused), request, moment);
}

/** The type that an unknown name gets, with a range that nobody has; or why it gets none. */
function newType(
  state: StateView,
  request: AllocateRequest,
  observed: Observed,
  now: number,
): ServiceType | Refusal {
  const { catalogue } = observed;
  const { serviceType } = request;
  if (catalogue.autoAllocation === null) return unknownServiceType(serviceType, catalogue);
  return (
    planType(state, observed, catalogue.autoAllocation, request, now) ??
    noRoomForRange(serviceType, catalogue.autoAllocation.policy)
  );
}

/** A request that is repeated, or refused because somebody holds what it wants, is a sign of life too. */
function withHeartbeat(
  state: StateView,
  decision: Decision<AllocateReply>,
  { instanceId }: AllocateRequest,
  moment: Moment,
): Decision<AllocateReply> {
  if ((decision.kind !== 'answer' && decision.kind !== 'refuse') || instanceId === null) return decision;
  return {
    ...decision,
    changes: [...decision.changes, ...heartbeat(state.instance(instanceId), moment.now)],
  };
}

function existing(given: Case, entry: LeaseEntry, message: string): Decision<AllocateReply> {
  const { state, request, singleton, observed, moment } = given;
  const changes: Change[] = instanceOfAllocation(state, request, observed.catalogue, moment);
  // A singleton that somebody else runs stays as its holder left it.
  const asked =
    leaseKey(request) === leaseKey(entry.lease) ? askedAgain(state, request, entry, moment.now) : entry;
  // The configuration may have made a singleton of it since it was granted, or taken that back.
  const isSingle = singleton !== null;
  const isMarked = asked.lease.singleton === isSingle;
  const after = isMarked ? asked : { ...asked, lease: { ...asked.lease, singleton: isSingle } };
  const { lockId } = entry.lease;
  if (singleton !== null) changes.push(...unmarkOthers(state, singleton, [lockId]));
  if (after.lease !== entry.lease) {
    changes.push({ table: 'lease', id: lockId, before: entry.lease, after: after.lease });
  }
  if (after.vitals !== entry.vitals) {
    changes.push({ table: 'vitals', id: lockId, before: entry.vitals, after: after.vitals });
  }
  const reply = { snapshot: snapshot(state, after, moment), existing: true, message, skipped: [] };
  return remember(given, { kind: 'answer', reply, changes });
}

function grant(
  given: Case,
  port: number,
  lockId: string,
  replaced: LeaseEntry | undefined,
): Decision<AllocateReply> {
  const { state, request, type, isNewType, singleton, moment, observed } = given;
  const { catalogue } = observed;
  const lease: Lease = {
    lockId,
    protocol: request.protocol,
    port,
    count: request.count,
    serviceType: type.name,
    serviceName: request.serviceName,
    instanceId: request.instanceId,
    projectPath: request.projectPath,
    pid: request.pid,
    process: request.process,
    singleton: singleton !== null,
    fence: state.lastFence + 1,
    ttlMs: request.ttlMs ?? catalogue.defaultTtlMs,
    allocatedAt: Math.round(moment.wall),
  };
  const vitals: Vitals = {
    ...NEW_VITALS,
    renewedAt: moment.now,
    askedAt: moment.now,
    process: lifeAtGrant(lease),
    state: request.adopt ? 'active' : 'reserved',
  };
  const skipped = skippedPorts(state, observed, request, type, port);
  const changes: Change[] = instanceOfAllocation(state, request, catalogue, moment);
  // A singleton that a stranger pushed off its port makes room for its successor.
  if (replaced !== undefined)
    changes.push(...forcedEndChanges(state, replaced, 'replaced', catalogue, moment.now));
  if (singleton !== null) changes.push(...unmarkOthers(state, singleton, [replaced?.lease.lockId ?? lockId]));
  const madeAt = Math.round(moment.wall);
  const range: AutomaticRange | null = isNewType ? { name: type.name, ...type.range, madeAt } : null;
  if (range !== null)
    changes.push({ table: 'range', id: type.name, before: state.range(type.name) ?? null, after: range });
  changes.push(
    { table: 'lease', id: lockId, before: null, after: lease },
    { table: 'vitals', id: lockId, before: null, after: vitals },
    ...keyChange(state, lease, moment.now),
  );
  for (const { port: taken, holder } of skipped) {
    // A port under a lease needs no rest: it is its holder's.
    if (state.leaseOn(request.protocol, taken) !== undefined) continue;
    const met = { protocol: request.protocol, port: taken, holder, serviceType: type.name };
    changes.push(restAfterConflict(state, met, catalogue, moment.now));
  }
  const reply: AllocateReply = {
    snapshot: snapshot(state, { lease, vitals }, moment),
    existing: false,
    message:
      grantMessage(request, lease, skipped, catalogue) +
      (range === null ? '' : rangeMessage(range, catalogue)),
    skipped,
    ...(range === null ? {} : { autoAllocated: range }),
  };
  return remember(given, { kind: 'answer', reply, changes });
}

function keyChange(state: StateView, lease: Lease, now: number): Change[] {
  const key = leaseKey(lease);
  // A second copy beside a running one does not move the key away from the port of the first.
  if (key === null || state.leasesOfKey(key).some(({ vitals }) => vitals.state !== 'hijacked')) return [];
  const before = state.keyMemory(key) ?? null;
  const isCurrent =
    before !== null &&
    before.port === lease.port &&
    before.count === lease.count &&
    now - before.usedAt < KEY_PRECISION_MS &&
    state.keyRemembering(lease.protocol, lease.port) === key;
  if (isCurrent) return [];
  const { protocol, port, count, projectPath } = lease;
  const after: KeyMemory = { protocol, port, count, projectPath, usedAt: now };
  return [{ table: 'key', id: key, before, after }];
}

function noPort({ state, observed, request, type, moment }: Case): Refusal {
  return request.exact
    ? portUnavailable(state, observed, request, moment.now)
    : rangeExhausted(state, observed, request, type, moment.now);
}

function refuse(refusal: Refusal, changes: readonly Change[] = []): Decision<AllocateReply> {
  return { kind: 'refuse', refusal, changes };
}

/** Adds the memory of the request id, so that a retry gets this very answer. */
function remember(
  given: Pick<Case, 'state' | 'request' | 'requestId' | 'observed' | 'moment'>,
  decision: Decision<AllocateReply>,
): Decision<AllocateReply> {
  if (given.requestId === null || (decision.kind !== 'answer' && decision.kind !== 'refuse')) return decision;
  const { state, requestId, request, observed, moment } = given;
  const answer =
    decision.kind === 'answer'
      ? ({ kind: 'reply', reply: decision.reply } as const)
      : ({ kind: 'refusal', refusal: decision.refusal } as const);
  const print = fingerprint(request, observed.catalogue);
  return {
    ...decision,
    changes: [...decision.changes, requestChange(state, requestId, print, answer, moment)],
  };
}
