// Owns the decision of an allocation: an existing lease, a port to probe, a grant, or a refusal.

import type { ServiceType } from './catalogue.ts';
import { type Change, type KeyMemory, portId } from './change.ts';
import type {
  AllocateCommand,
  AllocateReply,
  AllocateRequest,
  Decision,
  Moment,
  Observed,
  SkippedPort,
} from './command.ts';
import { forcedEndChanges, KEY_PRECISION_MS } from './ending.ts';
import { describeLease } from './holder.ts';
import { isStale } from './instance.ts';
import { defaultTemplate, instanceOfAllocation } from './instance-changes.ts';
import { type Lease, type LeaseEntry, leaseKey, singletonName, type Vitals } from './lease.ts';
import { hasLiveProcess, lifeAtGrant, snapshot } from './life.ts';
import { place, portsOfGrant } from './placement.ts';
import { contains } from './port-range.ts';
import { restAfterConflict } from './quarantine.ts';
import type { Refusal } from './refusal.ts';
import {
  portUnavailable,
  rangeExhausted,
  singletonHeld,
  unknownServiceType,
  unusableRequest,
} from './refusals.ts';
import { fingerprint, remembered, requestChange } from './request-memory.ts';
import { NEW_VITALS, type StateView } from './state.ts';

/** Everything one decision looks at. */
interface Case {
  readonly state: StateView;
  readonly request: AllocateRequest;
  readonly requestId: string | null;
  readonly type: ServiceType;
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
  if (first !== null) return first;
  const type = observed.catalogue.serviceTypes.get(request.serviceType);
  if (type === undefined) return refuse(unknownServiceType(request.serviceType, observed.catalogue));
  const unusable = unusableRequest(request, type, observed.catalogue);
  if (unusable !== null) return refuse(unusable);

  const given: Case = { state, request, requestId, type, moment, observed };
  const single = type.instanceBehavior === 'single';
  const running = single ? state.singleton(singletonName(type.name, request.serviceName)) : undefined;
  if (running !== undefined && running.vitals.state !== 'hijacked') {
    if (request.fresh || !hasSameShape(request, running.lease)) {
      return remember(given, refuse(singletonHeld(running)));
    }
    return existing(
      given,
      running,
      `${type.name} runs once on this machine: ${describeLease(running)} has it`,
    );
  }
  const match = matchingLease(state, request);
  if (match !== undefined) return existing(given, match, existingMessage(request, match.lease));

  const placement = place(state, observed, request, type, templateOf(state, request), moment.now);
  if (placement.kind === 'look') return { kind: 'look', directories: placement.directories };
  if (placement.kind === 'none') return remember(given, refuse(noPort(given)));
  const { protocol } = request;
  const ports = portsOfGrant(request, placement.port);
  const unproven = ports.filter((port) => !observed.clear.has(portId(protocol, port)));
  if (unproven.length > 0) return { kind: 'probe', probes: unproven.map((port) => ({ protocol, port })) };
  return grant(given, placement.port, lockId, running);
}

/** The newest live lease that this request matches, if any (contract, "Key"). */
function matchingLease(state: StateView, request: AllocateRequest): LeaseEntry | undefined {
  const key = leaseKey(request);
  if (key === null || request.serviceName === null || request.fresh) return undefined;
  return state
    .leasesOfKey(key)
    .findLast(({ lease, vitals }) => vitals.state !== 'hijacked' && hasSameShape(request, lease));
}

function hasSameShape(request: AllocateRequest, lease: Lease): boolean {
  return request.count === lease.count && !(request.exact && request.preferredPort !== lease.port);
}

function existing(given: Case, entry: LeaseEntry, message: string): Decision<AllocateReply> {
  const { state, request, observed, moment } = given;
  const changes: Change[] = instanceOfAllocation(state, request, observed.catalogue, moment);
  // A singleton that somebody else runs stays as its holder left it.
  const after = leaseKey(request) === leaseKey(entry.lease) ? askedAgain(given, entry) : entry;
  const { lockId } = entry.lease;
  if (after.lease !== entry.lease) {
    changes.push({ table: 'lease', id: lockId, before: entry.lease, after: after.lease });
  }
  if (after.vitals !== entry.vitals) {
    changes.push({ table: 'vitals', id: lockId, before: entry.vitals, after: after.vitals });
  }
  const reply = { snapshot: snapshot(state, after, moment), existing: true, message, skipped: [] };
  return remember(given, { kind: 'answer', reply, changes });
}

/**
 * A lease that its key asked for again: the term begins anew, and where the former holder is dead or unknown the
 * asker takes its place, so that the lease does not end under the asker by the death of somebody before it.
 */
function askedAgain({ state, request, moment }: Case, entry: LeaseEntry): LeaseEntry {
  const { lease, vitals } = entry;
  const isDead = vitals.process === 'dead' || vitals.orphan;
  // While a program listens, the lease is its holder's or an orphan, whoever asks; and unknown is not dead.
  const isUnknown = lease.pid !== null && vitals.process === 'unknown';
  const isFree = !(hasLiveProcess(entry) || isUnknown || vitals.state === 'active');
  // A dead process goes out of the lease even while a connection holds it: the next start would judge by it.
  const takesOver = isFree
    ? isDead || (request.pid !== null && request.pid !== lease.pid)
    : vitals.process === 'dead' && vitals.state !== 'active';
  const instance = lease.instanceId === null ? undefined : state.instance(lease.instanceId);
  const isInstanceOver = instance !== undefined && isStale(instance, moment.now, state.floor);
  const ttlMs = request.ttlMs ?? lease.ttlMs;
  const isSame = ttlMs === lease.ttlMs && !takesOver && !isInstanceOver;
  const renewed: Lease = isSame
    ? lease
    : {
        ...lease,
        ttlMs,
        instanceId: isInstanceOver ? request.instanceId : lease.instanceId,
        pid: takesOver ? request.pid : lease.pid,
        process: takesOver ? request.process : lease.process,
      };
  return {
    lease: renewed,
    vitals: {
      ...vitals,
      renewedAt: moment.now,
      missed: 0,
      // Asked for anew, it waits for its program as after a grant.
      state: vitals.state === 'idle' ? 'reserved' : vitals.state,
      process: takesOver ? lifeAtGrant(renewed) : vitals.process,
      orphan: vitals.orphan && !takesOver,
    },
  };
}

function grant(
  given: Case,
  port: number,
  lockId: string,
  replaced: LeaseEntry | undefined,
): Decision<AllocateReply> {
  const { state, request, type, moment, observed } = given;
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
    singleton: type.instanceBehavior === 'single',
    fence: state.lastFence + 1,
    ttlMs: request.ttlMs ?? catalogue.defaultTtlMs,
    allocatedAt: Math.round(moment.wall),
  };
  const vitals: Vitals = { ...NEW_VITALS, renewedAt: moment.now, process: lifeAtGrant(lease) };
  const skipped = skippedPorts(observed, request, type);
  const changes: Change[] = instanceOfAllocation(state, request, catalogue, moment);
  // A singleton that a stranger pushed off its port makes room for its successor.
  if (replaced !== undefined) changes.push(...forcedEndChanges(state, replaced, catalogue, moment.now));
  changes.push(
    { table: 'lease', id: lockId, before: null, after: lease },
    { table: 'vitals', id: lockId, before: null, after: vitals },
    ...keyChange(state, lease, moment.now),
  );
  for (const { port: taken } of skipped) {
    changes.push(...restAfterConflict(state, request.protocol, taken, catalogue, moment.now));
  }
  const reply: AllocateReply = {
    snapshot: snapshot(state, { lease, vitals }, moment),
    existing: false,
    message: grantMessage(request, lease),
    skipped,
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

/** The ports that probes found taken and that this request could have had. */
function skippedPorts(observed: Observed, request: AllocateRequest, type: ServiceType): SkippedPort[] {
  const skipped: SkippedPort[] = [];
  for (const [id, holder] of observed.busy) {
    const [protocol, number] = id.split(':');
    const port = Number(number);
    const isWish =
      port >= (request.preferredPort ?? Infinity) && port < (request.preferredPort ?? 0) + request.count;
    if (protocol !== request.protocol || !(isWish || contains(type.range, port))) continue;
    skipped.push({ port, holder: holder ?? null });
  }
  return skipped;
}

function templateOf(state: StateView, request: AllocateRequest): string | null {
  if (request.instanceId === null) return null;
  const known = state.instance(request.instanceId);
  return known === undefined ? defaultTemplate(request.linkedWorktree) : known.instance.template;
}

function noPort({ state, observed, request, type, moment }: Case): Refusal {
  return request.exact
    ? portUnavailable(state, observed, request, moment.now)
    : rangeExhausted(state, observed, request, type, moment.now);
}

function existingMessage(request: AllocateRequest, lease: Lease): string {
  const wish = request.preferredPort;
  const kept = `${lease.serviceName ?? lease.serviceType} has port ${lease.port} already`;
  return wish === null || wish === lease.port
    ? kept
    : `${kept}; the wish for port ${wish} does not move it (release it first, or ask with "new")`;
}

function grantMessage(request: AllocateRequest, lease: Lease): string {
  const { port, count, protocol } = lease;
  const ports = count === 1 ? `port ${port}` : `ports ${port} to ${port + count - 1}`;
  const wish = request.preferredPort;
  const instead = wish === null || wish === port ? '' : `; port ${wish} is not to be had`;
  return `${protocol === 'udp' ? 'UDP ' : ''}${ports} granted${instead}`;
}

function refuse(refusal: Refusal): Decision<AllocateReply> {
  return { kind: 'refuse', refusal, changes: [] };
}

/** Adds the memory of the request id, so that a retry gets this very answer. */
function remember(given: Case, decision: Decision<AllocateReply>): Decision<AllocateReply> {
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
