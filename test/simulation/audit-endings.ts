// Owns the reasons for which a lease or an instance may end, judged by the world's truth and not by the daemon's.

import { knownName } from '../../src/core/lease.ts';
import type { Auditor } from './auditor.ts';
import {
  hasStranger,
  isListening,
  isProvenStranger,
  type LeaseRecord,
  SEEN_AFTER_MS,
  socketsOf,
} from './ledger.ts';
import { CATALOGUE } from './weather.ts';
import type { World } from './world.ts';

/** The auditor looks once a second, so what it saw last may be that old (ms). */
const LOOK_MS = 1000;
/** A clean-up is decided and committed within this time (ms). */
const CLEANUP_MS = 1500;
/** A term may end this much (ms) early: the rounding of one look. */
const TERM_SLACK_MS = 1100;

/** Every lease was looked at in vain after this long (ms) without a readable table: two passes, however late. */
const BLIND_AFTER_MS = 20_000;

const RELEASED = 'asked for';
const RETIRED = 'its instance was retired';

/** What is committed together with an end. */
export interface Together {
  /** The instances that are forgotten. */
  readonly gone: ReadonlySet<string>;
  /** The names of singletons that are granted. */
  readonly successors: ReadonlySet<string>;
}

/** Whether this excuse is somebody's wish, after which no port rests. */
export function isByWish(excuse: string | null): boolean {
  return excuse === RELEASED || excuse === RETIRED;
}

/** Why the lease may end now, or null when it must not. */
export function excuseForEnd(
  world: World,
  record: LeaseRecord,
  { gone, successors }: Together,
): string | null {
  const { auditor } = world;
  const { now } = auditor;
  const { lease } = record;
  if (record.enders.size > 0) return RELEASED;
  if (lease.instanceId !== null && auditor.answers.isRetiring(lease.instanceId)) return RETIRED;
  if (auditor.answers.undoUnderWay(lease.serviceType) === 'forced') return 'its range was undone by force';
  // It may have become a singleton since it was granted.
  const isHijacked = Number.isFinite(record.strangerAt) || hasStranger(record, world.machine);
  if (isHijacked && successors.has(knownName(lease))) return 'hijacked and taken over';
  // Whether a server goes on without its holder was not to be seen for long: the term alone may end it.
  if (isBlind(auditor)) return excuseByTerm(world, record);
  if (now - record.listenedAt <= LOOK_MS && isListening(record, world.machine, now)) return null;
  // A clean-up looks at every listener before it ends anything.
  const isSeenByCleanup =
    auditor.healthySince !== null &&
    auditor.healthySince < now - CLEANUP_MS &&
    socketsOf(record, world.machine).some(
      (socket) => socket.since < now - CLEANUP_MS && !isProvenStranger(record, socket, world.machine),
    );
  const cleanup = isSeenByCleanup ? null : auditor.answers.cleanupUnderWay();
  // A command that lives holds it: its server may be about to bind.
  if (cleanup === 'forced' && record.holds === 0) return 'cleaned up by force';
  if (lease.instanceId !== null && excuseForInstance(world, lease.instanceId, record.promisedAt) !== null) {
    return 'its instance has ended';
  }
  if (gone.has(lease.instanceId ?? '')) return 'its instance has ended';
  const holder = lifeOfHolder(world, record);
  if (holder === 'dead' && record.holds === 0 && isProvenAfterPromise(world, record))
    return 'its holder is dead';
  const byTerm = excuseByTerm(world, record);
  if (byTerm !== null) return byTerm;
  const isOrphan = record.holdClosedAt !== null && record.touchedAt >= record.holdClosedAt;
  if (isOrphan && record.holds === 0 && holder !== 'alive')
    return 'its last connection closed, then its listener went';
  if (record.holds > 0 || holder === 'alive' || holder === 'unknown') return null;
  if (record.holdClosedAt !== null && record.instanceLeftAt >= record.holdClosedAt)
    return 'its connection closed while its instance was over';
  if (hasLiveInstance(world, record)) return null;
  if (cleanup !== null) return 'cleaned up';
  if (record.holdClosedAt !== null) return 'its connection closed';
  const quietMs = now - Math.max(record.seenAt, record.bornAt);
  const missMs = 2 * CATALOGUE.missIntervalMs - TERM_SLACK_MS;
  // A listener that came this moment may have been missed.
  const isSeen = socketsOf(record, world.machine).some(({ since }) => now - since >= SEEN_AFTER_MS);
  if (record.everTouched && !isSeen && quietMs >= missMs) {
    return 'its listener is gone';
  }
  return null;
}

function isBlind({ now, floor, tableReadAt }: Auditor): boolean {
  return now - tableReadAt >= BLIND_AFTER_MS && now - floor >= BLIND_AFTER_MS;
}

function excuseByTerm(world: World, record: LeaseRecord): string | null {
  if (record.holds > 0 || lifeOfHolder(world, record) === 'alive') return null;
  const from = Math.max(record.termFrom, record.keptAt);
  const isOver = world.auditor.elapsedSince(from) >= record.lease.ttlMs - TERM_SLACK_MS;
  return isOver ? 'its term is over' : null;
}

/**
 * Why an instance may count as ended, or null.
 *
 * @param promisedAt a moment at which somebody was promised a lease in its name: an end before that is none
 */
export function excuseForInstance(
  world: World,
  id: string,
  promisedAt = Number.NEGATIVE_INFINITY,
): string | null {
  const { auditor, machine } = world;
  if (auditor.answers.isRetiring(id)) return 'retired';
  const record = auditor.instances.get(id);
  if (record === undefined) return 'not registered';
  const { row } = record;
  if (row.process !== null) {
    if (row.process.pidNamespace !== 'ours' || machine.isAlive(row.process)) return null;
    return machine.diedAt(row.process) >= promisedAt ? 'its process is dead' : null;
  }
  return auditor.elapsedSince(record.heardAt) >= 3 * row.ttlMs - TERM_SLACK_MS
    ? 'it missed its heartbeats'
    : null;
}

function lifeOfHolder(world: World, { lease }: LeaseRecord): 'none' | 'alive' | 'dead' | 'unknown' {
  // A pid that could not be identified when it was named is no holder that anybody could look at.
  if (lease.process === null) return 'none';
  if (lease.process.pidNamespace !== 'ours') return 'unknown';
  if (!world.machine.isAlive(lease.process)) return 'dead';
  // Where no process can be looked at, a living one is as unknown as any other.
  const { healthySince, now } = world.auditor;
  return healthySince !== null && now - healthySince >= SEEN_AFTER_MS ? 'alive' : 'unknown';
}

/** A lease that somebody else was promised after its holder's death is theirs now. */
function isProvenAfterPromise(world: World, { lease, adoptedAt }: LeaseRecord): boolean {
  return lease.process === null || world.machine.diedAt(lease.process) >= adoptedAt;
}

function hasLiveInstance(world: World, { lease }: LeaseRecord): boolean {
  return lease.instanceId !== null && excuseForInstance(world, lease.instanceId) === null;
}
