// Owns the auditor's regular look at the world: what keeps each lease, and whether one that is over ends within a bound.

import { DEFAULT_TIMINGS } from '../../src/coordinator/timings.ts';
import { excuseForInstance } from './audit-endings.ts';
import type { Auditor } from './auditor.ts';
import {
  hasOwnListener,
  hasStranger,
  isListening,
  type LeaseRecord,
  SEEN_AFTER_MS,
  socketsOf,
  touch,
} from './ledger.ts';
import { CATALOGUE } from './weather.ts';
import type { World } from './world.ts';

/** A dead holder's lease, or one whose term is over, is gone this long (ms) after nothing keeps the daemon from it. */
const END_BOUND_MS = 30_000;
/** A lease whose last connection closed, and that nobody uses, is gone this long (ms) after it. */
const CLOSED_BOUND_MS = 2000;
const LOOK_EVERY_MS = 1000;
/** Three misses take this long at most (ms): each is counted by the first pass after an interval. */
const MISSED_MS = 3 * (CATALOGUE.missIntervalMs + DEFAULT_TIMINGS.passMs);
/** A process that ends this soon (ms) after its connections is looked at once more. */
const SECOND_LOOK_MS = 60;
/** A table of listeners that takes longer than this (ms) is a fault. */
const LATE_TABLE_MS = 100;

/** Looks at every live lease once a second of virtual time. */
export function watchLeases(world: World, auditor: Auditor): void {
  world.timeline.after(LOOK_EVERY_MS, () => {
    watchLeases(world, auditor);
    if (!isDaemonWell(world)) auditor.healthySince = null;
    else auditor.healthySince ??= auditor.now;
    for (const record of auditor.live()) watch(world, auditor, record);
  });
}

/** What is known of a lease, for a message. */
export function describeRecord({ machine, auditor }: World, record: LeaseRecord): string {
  const { lease } = record;
  const ago = (at: number): string =>
    Number.isFinite(at) ? `${((auditor.now - at) / 1000).toFixed(1)} s ago` : 'never';
  const life = lease.process === null ? 'unidentified' : machine.isAlive(lease.process) ? 'alive' : 'dead';
  return [
    `term ${lease.ttlMs / 1000} s from ${ago(record.termFrom)}`,
    `kept ${ago(record.keptAt)}`,
    `floor ${ago(auditor.floor)}`,
    `listened ${ago(record.listenedAt)}`,
    `touched ${ago(record.touchedAt)}`,
    `holds ${record.holds}`,
    `pid ${lease.pid} ${life}`,
    `instance ${lease.instanceId}`,
  ].join(', ');
}

function isDaemonWell({ weather, daemon, auditor }: World): boolean {
  if (daemon === null || daemon.coordinator === null || daemon.gate.isStopped) return false;
  if (auditor.now < auditor.lateUntil) return false;
  const canSee = weather.table === 'good' && weather.canIdentify && weather.tableDelayMs < LATE_TABLE_MS;
  return canSee && weather.storeFault === null;
}

function watch(world: World, auditor: Auditor, record: LeaseRecord): void {
  const { machine } = world;
  const { now } = auditor;
  const { process } = record.lease;
  const healthyMs = auditor.healthySince === null ? -1 : now - auditor.healthySince;
  const sockets = socketsOf(record, machine);
  if (sockets.length > 0) touch(record, now);
  if (hasOwnListener(record, machine)) record.ownAt = now;
  if (hasStranger(record, machine)) record.strangerAt = now;
  if (sockets.some(({ since }) => now - since >= SEEN_AFTER_MS)) record.seenAt = now;
  if (healthyMs >= SEEN_AFTER_MS) {
    if (isListening(record, machine, now)) record.listenedAt = now;
    const isAlive = process !== null && process.pidNamespace === 'ours' && machine.isAlive(process);
    if (record.holds > 0 || isAlive || record.listenedAt === now) record.keptAt = now;
  }
  checkClosed(world, auditor, record);
  checkBound(world, auditor, record, healthyMs);
}

/** A connection that closes, with no other holder and nobody listening, ends the lease at once (contract, "Life"). */
function checkClosed(world: World, auditor: Auditor, record: LeaseRecord): void {
  const { holdClosedAt, lease } = record;
  const { now, healthySince } = auditor;
  if (holdClosedAt === null || record.holds > 0 || now - holdClosedAt <= CLOSED_BOUND_MS) return;
  const isQuiet =
    Math.max(healthySince ?? now, record.lastCallAt, record.touchedAt + LOOK_EVERY_MS) < holdClosedAt;
  const isDead =
    lease.process !== null && lease.process.pidNamespace === 'ours' && !world.machine.isAlive(lease.process);
  // The process may be gone a moment after its connections.
  const wasDead = isDead && world.machine.diedAt(lease.process) < holdClosedAt + SECOND_LOOK_MS;
  if (!isQuiet || lease.instanceId !== null || (lease.pid !== null && !wasDead)) return;
  world.violation(8, `${lease.lockId} outlives its last connection: ${describeRecord(world, record)}`);
}

/** A lease that is over for certain ends within a bound (invariant 8). */
function checkBound(world: World, auditor: Auditor, record: LeaseRecord, healthyMs: number): void {
  if (healthyMs < 0 || !isOverForCertain(world, auditor, record)) {
    record.overSince = null;
    return;
  }
  record.overSince = Math.max(record.overSince ?? auditor.now, auditor.disturbedAt);
  if (auditor.now - record.overSince <= END_BOUND_MS) return;
  world.violation(8, `${record.lease.lockId} is over and does not end: ${describeRecord(world, record)}`);
}

function isOverForCertain(world: World, auditor: Auditor, record: LeaseRecord): boolean {
  const { machine } = world;
  const { now, floor, disturbedAt, healthySince } = auditor;
  const { process, pid, instanceId, ttlMs } = record.lease;
  // What a proven stranger does renews nothing.
  if (record.holds > 0 || hasOwnListener(record, machine)) return false;
  const isAskedFor = now - record.lastCallAt <= LOOK_EVERY_MS;
  if (process !== null) {
    if (process.pidNamespace !== 'ours' || machine.isAlive(process)) return false;
    if (!isAskedFor) return true;
  }
  if (pid !== null && process === null) return false;
  const instance = instanceId === null ? undefined : auditor.instances.get(instanceId);
  const isEnded = instanceId !== null && excuseForInstance(world, instanceId, record.promisedAt) !== null;
  if (isEnded && !isAskedFor && instance !== undefined && now - instance.namedAt > instance.row.ttlMs * 4)
    return true;
  // A table that lied may have shown a listener, after which the daemon rightly counts a full term.
  const seenFrom = Math.max(disturbedAt, healthySince ?? now);
  const from = Math.max(record.termFrom, record.keptAt, record.lastCallAt, record.ownAt, seenFrom, floor);
  // Only a lease that this daemon saw active misses its listener; a stranger's visit begins anew, and so does who asks again.
  const wasActive = record.listenedAt > Math.max(floor, record.lastCallAt, record.strangerAt);
  const isMissed = wasActive && now - Math.max(from, record.touchedAt) > MISSED_MS;
  return now - from > ttlMs || (isMissed && instanceId === null && pid === null);
}
