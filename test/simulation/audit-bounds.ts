// Owns the auditor's regular look at the world: what keeps each lease, and whether one that is over ends within a bound.

import type { Auditor } from './auditor.ts';
import { isListening, type LeaseRecord, SEEN_AFTER_MS, socketsOf, touch } from './ledger.ts';
import type { World } from './world.ts';

/** A dead holder's lease, or one whose term is over, is gone this long (ms) after nothing keeps the daemon from it. */
const END_BOUND_MS = 45_000;
const LOOK_EVERY_MS = 1000;

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

function isDaemonWell({ weather, daemon }: World): boolean {
  if (daemon === null || daemon.coordinator === null || daemon.gate.isStopped) return false;
  return weather.storeFault === null && weather.table === 'good' && weather.canIdentify;
}

function watch(world: World, auditor: Auditor, record: LeaseRecord): void {
  const { machine } = world;
  const { now } = auditor;
  const { process } = record.lease;
  const healthyMs = auditor.healthySince === null ? -1 : now - auditor.healthySince;
  const sockets = socketsOf(record, machine);
  if (sockets.length > 0) touch(record, now);
  if (sockets.some(({ since }) => now - since >= SEEN_AFTER_MS)) record.seenAt = now;
  if (healthyMs >= SEEN_AFTER_MS) {
    if (isListening(record, machine, now)) record.listenedAt = now;
    const isAlive = process !== null && process.pidNamespace === 'ours' && machine.isAlive(process);
    if (record.holds > 0 || isAlive || record.listenedAt === now) record.keptAt = now;
  }
  checkBound(world, auditor, record, healthyMs);
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

function isOverForCertain(
  { machine }: World,
  { now, floor, disturbedAt }: Auditor,
  record: LeaseRecord,
): boolean {
  const { process, pid, ttlMs } = record.lease;
  if (record.holds > 0 || socketsOf(record, machine).length > 0) return false;
  if (process !== null) {
    if (process.pidNamespace !== 'ours' || machine.isAlive(process)) return false;
    if (now - record.lastCallAt > LOOK_EVERY_MS) return true;
  }
  if (pid !== null && process === null) return false;
  // A table that lied may have shown a listener, after which the daemon rightly counts a full term.
  const from = Math.max(
    record.termFrom,
    record.keptAt,
    record.lastCallAt,
    record.touchedAt,
    disturbedAt,
    floor,
  );
  return now - from > ttlMs;
}
