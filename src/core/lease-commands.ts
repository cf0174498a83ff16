// Owns what a holder does with a lease after its grant: renew it, hold it by a connection, release it.

import { notedAt } from './audit.ts';
import type { Catalogue } from './catalogue.ts';
import type { Change } from './change.ts';
import type {
  AbandonCommand,
  Decision,
  HoldCommand,
  Moment,
  ReleaseCommand,
  RenewCommand,
} from './command.ts';
import { releaseChanges } from './ending.ts';
import { heartbeat } from './instance-changes.ts';
import type { Lease, LeaseEntry, Vitals } from './lease.ts';
import { hasLiveHolder, hasLiveProcess, hasProcessLeft, lifeAtGrant, snapshot } from './life.ts';
import { isSameProcess } from './process-identity.ts';
import { type Refusal, refusal } from './refusal.ts';
import { leaseInUse, leaseNotFound, listenerUnknown, staleFence } from './refusals.ts';
import type { LeaseReply } from './reply.ts';
import { type Behaviors, singletonOf } from './singleton.ts';
import { singletonInUse } from './singleton-messages.ts';
import type { StateView } from './state.ts';

/** Who a release says that it comes from. */
type Caller = Pick<ReleaseCommand, 'callerInstanceId' | 'callerProjectPath'>;

/** Begins the term anew, with another length or process where they are given. */
export function decideRenew(
  state: StateView,
  command: RenewCommand,
  moment: Moment,
  catalogue: Pick<Catalogue, 'maxTtlMs'>,
): Decision<LeaseReply> {
  const entry = state.lease(command.lockId);
  if (entry === undefined) return refuse(leaseNotFound(command.lockId));
  if (command.fence !== null && command.fence !== entry.lease.fence)
    return refuse(staleFence(entry, command.fence));
  if (command.ttlMs !== null && command.ttlMs > catalogue.maxTtlMs) {
    const detail = `ttl_seconds may be ${catalogue.maxTtlMs / 1000} at most`;
    return refuse(
      refusal('INVALID_REQUEST', detail, 'Renew again before the term is over.', { field: 'ttl_seconds' }),
    );
  }
  if (command.claim && isTakenFrom(entry, command.pid)) return refuse(leaseInUse(entry));
  const { lease, vitals } = entry;
  const renewed = renewedLease(entry, command);
  const changes: Change[] = [];
  if (renewed !== lease) changes.push({ table: 'lease', id: lease.lockId, before: lease, after: renewed });
  const hasHolderAnew = vitals.orphan || renewed.process !== lease.process || renewed.pid !== lease.pid;
  const after: Vitals = {
    ...vitals,
    renewedAt: moment.now,
    askedAt: moment.now,
    notedAt: notedAt(vitals, renewed !== lease, moment.now),
    process: hasHolderAnew ? lifeAtGrant(renewed) : vitals.process,
    orphan: false,
    missed: 0,
    missedAt: moment.now,
  };
  changes.push({ table: 'vitals', id: lease.lockId, before: vitals, after });
  const reply = { snapshot: snapshot(state, { lease: renewed, vitals: after }, moment) };
  return { kind: 'answer', reply, changes };
}

/**
 * Ends a lease by its holder's wish; somebody else's active lease needs `force` (contract, `DELETE /allocate`), a
 * singleton in whatever state (contract, "Singletons").
 */
export function decideRelease(
  state: StateView,
  command: ReleaseCommand,
  moment: Moment,
  catalogue: Behaviors,
): Decision<LeaseReply> {
  const entry = state.lease(command.lockId);
  if (entry === undefined) return refuse(leaseNotFound(command.lockId));
  if (command.fence !== null && command.fence !== entry.lease.fence)
    return refuse(staleFence(entry, command.fence));
  const denial = isCallers(entry.lease, command) ? null : denialOf(state, entry, command, catalogue);
  if (denial !== null && !command.force) return refuse(denial);
  const cause = denial === null ? 'released' : 'released-by-force';
  const caller = command.callerInstanceId === null ? undefined : state.instance(command.callerInstanceId);
  const changes = [...releaseChanges(state, entry, cause, moment.now), ...heartbeat(caller, moment.now)];
  return { kind: 'answer', reply: { snapshot: snapshot(state, entry, moment) }, changes };
}

/** Why somebody else may not release the lease without force; null where anybody may. */
function denialOf(
  state: StateView,
  entry: LeaseEntry,
  command: ReleaseCommand,
  catalogue: Behaviors,
): Refusal | null {
  if (singletonOf(catalogue, entry.lease) !== null && isKept(entry, command))
    return singletonInUse(state, entry);
  if (entry.vitals.state === 'active') return leaseInUse(entry);
  return entry.vitals.isUnseen && isMistrusted(entry.lease, command) ? listenerUnknown(entry) : null;
}

/**
 * Whether a singleton is kept from a caller that is not known to be its holder. Its lock id is told to everybody who
 * asks for it, so that it proves nothing; who names nobody is believed only where nothing speaks against it.
 */
function isKept(entry: LeaseEntry, caller: ReleaseCommand): boolean {
  return isNamed(caller) || entry.vitals.state === 'active' || hasLiveProcess(entry);
}

/**
 * Whether a caller may not know what the lease is used for: it named itself as somebody else than the holder, or nobody,
 * with a lock id that everybody is told.
 */
export function isMistrusted(lease: Lease, caller: Caller): boolean {
  return (isNamed(caller) || lease.singleton) && !isCallers(lease, caller);
}

function isNamed(caller: Caller): boolean {
  return caller.callerInstanceId !== null || caller.callerProjectPath !== null;
}

/** Whether the caller named itself as the lease's instance or project. */
function isCallers(lease: Lease, caller: Caller): boolean {
  return (
    (lease.instanceId !== null && lease.instanceId === caller.callerInstanceId) ||
    (lease.projectPath !== null && lease.projectPath === caller.callerProjectPath)
  );
}

/** Counts a holding connection in or out. The term begins anew at both. */
export function decideHold(state: StateView, command: HoldCommand, moment: Moment): Decision<LeaseReply> {
  const entry = state.lease(command.lockId);
  if (entry === undefined) return refuse(leaseNotFound(command.lockId));
  const { lease, vitals } = entry;
  const holds = Math.max(0, vitals.holds + command.delta);
  const isOpened = command.delta === 1;
  // A connection takes the place of a dead process for good: were the process kept, the next start would judge by it.
  const replacesDead = isOpened && vitals.process === 'dead';
  const held: Lease = replacesDead ? { ...lease, pid: null, process: null } : lease;
  const after: Vitals = {
    ...vitals,
    holds,
    renewedAt: moment.now,
    askedAt: moment.now,
    orphan: vitals.orphan && !isOpened,
    process: replacesDead ? 'none' : vitals.process,
  };
  const changes: Change[] = [{ table: 'vitals', id: lease.lockId, before: vitals, after }];
  if (replacesDead) changes.unshift({ table: 'lease', id: lease.lockId, before: lease, after: held });
  const reply = { snapshot: snapshot(state, { lease: held, vitals: after }, moment) };
  return { kind: 'answer', reply, changes };
}

/**
 * Marks a lease that its last holding connection left behind. Where nobody listens, the next sweep ends it; where its
 * program goes on, it stays as an orphan.
 */
export function decideAbandon(
  state: StateView,
  command: AbandonCommand,
  moment: Moment,
): Decision<Record<string, never>> {
  const entry = state.lease(command.lockId);
  const isLeft =
    entry !== undefined &&
    entry.vitals.askedAt === command.since &&
    entry.vitals.holds === 0 &&
    !hasLiveHolder(state, entry, moment.now);
  if (!isLeft) return { kind: 'answer', reply: {}, changes: [] };
  const { vitals } = entry;
  const after: Vitals = { ...vitals, orphan: true, state: command.listening ? 'active' : vitals.state };
  return {
    kind: 'answer',
    reply: {},
    changes: [{ table: 'vitals', id: command.lockId, before: vitals, after }],
  };
}

/** Whoever renews is the holder: a process that is dead by then is forgotten, a new one takes its place. */
function renewedLease({ lease, vitals }: LeaseEntry, command: RenewCommand): Lease {
  const ttlMs = command.ttlMs ?? lease.ttlMs;
  if (command.pid !== null && !(command.pid === lease.pid && isSameHolder(lease, command))) {
    return { ...lease, ttlMs, pid: command.pid, process: command.process };
  }
  const isDead = vitals.process === 'dead' || vitals.orphan;
  if (command.pid === null && isDead) return { ...lease, ttlMs, pid: null, process: null };
  return ttlMs === lease.ttlMs ? lease : { ...lease, ttlMs };
}

/** Whether `pid`, or a holder without one, would take the lease from whoever has it, or may have it. */
function isTakenFrom(entry: LeaseEntry, pid: number | null): boolean {
  if (pid !== null && pid === entry.lease.pid) return false;
  return entry.vitals.state === 'active' || hasProcessLeft(entry);
}

function isSameHolder(lease: Lease, command: RenewCommand): boolean {
  if (lease.process === null || command.process === null) return lease.process === command.process;
  return isSameProcess(lease.process, command.process);
}

function refuse<Reply>(value: ReturnType<typeof refusal>): Decision<Reply> {
  return { kind: 'refuse', refusal: value, changes: [] };
}
