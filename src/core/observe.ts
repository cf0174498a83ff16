// Owns what an observation changes: the state of each lease from what was seen of its listener and its holder.

import type { Catalogue } from './catalogue.ts';
import type { Change } from './change.ts';
import type { Decision, ListenerSight, Moment, ObserveCommand } from './command.ts';
import type { LeaseEntry, ProcessLife, Vitals } from './lease.ts';
import { missesInRow, renewsItself } from './life.ts';
import { isSameProcess, type ProcessIdentity } from './process-identity.ts';
import type { ObserveReply } from './reply.ts';
import type { StateView } from './state.ts';

/** What misses are counted by: moments of coordinator time and a duration, all in ms. */
interface Counting {
  readonly now: number;
  readonly floor: number;
  readonly missIntervalMs: number;
}

/** Takes in one pass over listeners and processes. It ends nothing: the sweep does. */
export function decideObserve(
  state: StateView,
  command: ObserveCommand,
  moment: Moment,
  catalogue: Pick<Catalogue, 'missIntervalMs'>,
): Decision<ObserveReply> {
  const news: ObserveReply['news'][number][] = [];
  const changes: Change[] = [];
  const counting = { now: moment.now, floor: state.floor, missIntervalMs: catalogue.missIntervalMs };
  for (const lockId of new Set([...command.listeners.keys(), ...command.holders.keys()])) {
    const entry = state.lease(lockId);
    if (entry === undefined) continue;
    // What is decided again after a failed commit may have been seen of a process that the lease no longer names.
    const life = entry.lease.process === null ? undefined : command.holders.get(lockId);
    if (life === 'dead' && entry.vitals.holds > 0) changes.push(withoutProcess(entry));
    const seen = observed(entry, command.listeners.get(lockId), life, counting);
    const after = placed(seen, command.drifts?.get(lockId), command.servers?.get(lockId));
    if (after === entry.vitals) continue;
    changes.push({ table: 'vitals', id: lockId, before: entry.vitals, after });
    if (isNews(entry.vitals, after)) news.push({ lease: entry.lease, vitals: after });
  }
  for (const [instanceId, life] of command.instances) {
    const entry = state.instance(instanceId);
    if (entry === undefined || entry.instance.process === null || entry.pulse.process === life) continue;
    const after = { ...entry.pulse, process: life };
    changes.push({ table: 'pulse', id: instanceId, before: entry.pulse, after });
  }
  return { kind: 'answer', reply: { news }, changes };
}

/**
 * A dead process beside a connection that holds: it goes out of the lease for good, because after a restart it would be
 * all that is known of the holder until that connection is there again.
 */
function withoutProcess({ lease }: LeaseEntry): Change {
  return { table: 'lease', id: lease.lockId, before: lease, after: { ...lease, pid: null, process: null } };
}

function observed(
  entry: LeaseEntry,
  sight: ListenerSight | undefined,
  life: ProcessLife | undefined,
  counting: Counting,
): Vitals {
  const { vitals } = entry;
  const process = life === 'dead' && vitals.holds > 0 ? 'none' : (life ?? vitals.process);
  let next: Vitals = process === vitals.process ? vitals : { ...vitals, process };
  if (sight !== undefined) {
    const isUnseen = sight === 'unknown';
    if (isUnseen !== next.isUnseen) next = { ...next, isUnseen };
    next = sighted(next, sight, counting);
  }
  const orphan = isOrphan(vitals, next);
  if (orphan !== next.orphan) next = { ...next, orphan };
  // What renewed itself until now has a full term left from now on.
  const stops = renewsItself(entry) && !renewsItself({ lease: entry.lease, vitals: next });
  return stops ? { ...next, renewedAt: counting.now } : next;
}

/** Whether somebody who holds the lease would want to know. */
function isNews(before: Vitals, after: Vitals): boolean {
  const isServedNow = before.server === null && after.server !== null;
  return isServedNow || before.state !== after.state || before.drift !== after.drift;
}

/** Where the holder's program was seen: on its own port, and by which process, or on others. */
function placed(
  vitals: Vitals,
  drift: readonly number[] | undefined,
  server: ProcessIdentity | undefined,
): Vitals {
  const hasMoved = drift !== undefined && !isSameList(drift, vitals.drift);
  const isNew = server !== undefined && (vitals.server === null || !isSameProcess(server, vitals.server));
  if (!hasMoved && !isNew) return vitals;
  return { ...vitals, drift: hasMoved ? drift : vitals.drift, server: isNew ? server : vitals.server };
}

function isSameList(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}

/**
 * Holder dead, listener alive. A lease keeps the mark of a holder whose connection closed until the listener is gone
 * for good or somebody holds it again: that holder left nothing else behind that could be looked at.
 */
function isOrphan(before: Vitals, next: Vitals): boolean {
  if (next.holds > 0 || next.process === 'alive') return false;
  return before.orphan || (next.process === 'dead' && next.state === 'active');
}

function sighted(vitals: Vitals, sight: ListenerSight, { now, floor, missIntervalMs }: Counting): Vitals {
  // Who came and went meanwhile was seen by nobody, so that a row of misses begins anew.
  if (sight === 'unknown') return vitals.missed === 0 ? vitals : { ...vitals, missed: 0 };
  if (sight === 'own') {
    return vitals.state === 'active' && vitals.missed === 0
      ? vitals
      : { ...vitals, state: 'active', missed: 0 };
  }
  if (sight === 'stranger') {
    return vitals.state === 'hijacked' ? vitals : { ...vitals, state: 'hijacked', missed: 0 };
  }
  // A lease that was never active misses nothing: its program may still be starting.
  if (vitals.state === 'reserved') return vitals;
  if (vitals.state === 'hijacked') return { ...vitals, state: 'reserved', missed: 0 };
  const isDue = vitals.state === 'active' || now - vitals.missedAt >= missIntervalMs;
  const missed = missesInRow(vitals, floor) + 1;
  return isDue ? { ...vitals, state: 'idle', missed, missedAt: now } : vitals;
}
