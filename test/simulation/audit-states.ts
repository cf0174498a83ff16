// Owns the audit of what the daemon knows: after a start what the disk holds, and of each lease its state in time.

import type { Coordinator } from '../../src/coordinator/contract.ts';
import type { LeaseEntry, LeaseState } from '../../src/core/lease.ts';
import { remainingMs } from '../../src/core/life.ts';
import type { StateView } from '../../src/core/state.ts';
import type { Auditor } from './auditor.ts';
import { type LeaseRecord, type Sight, sightOf } from './ledger.ts';
import type { Gate } from './surroundings.ts';
import type { World } from './world.ts';

/** Within this time (ms) a listener is seen, where a connection holds the lease, and elsewhere (contract, "Life"). */
const SEEN_HELD_MS = 2000;
const SEEN_MS = 10_000;
const LOOK_EVERY_MS = 1000;

/** What a new daemon remembers is what the disk holds (invariant 15). */
export function auditStart(world: World, coordinator: Coordinator, gate: Gate): void {
  const { lost, leases: rows } = world.disk;
  const stored = JSON.stringify([...new Set([...(lost?.keys() ?? []), ...rows.keys()])].sort());
  const storedRanges = JSON.stringify([...world.disk.ranges.values()]);
  coordinator
    .query(({ state }) => ({
      leases: [...state.leases()].map(({ lease }) => lease),
      ranges: [...state.ranges()],
    }))
    .then(({ leases, ranges }) => {
      if (gate.isDead) return;
      if (JSON.stringify(ranges) !== storedRanges)
        world.violation(15, 'a start changed the automatic ranges');
      const remembered = JSON.stringify(leases.map(({ lockId }) => lockId).sort());
      if (remembered !== stored) world.violation(15, 'a start forgot leases');
      for (const lease of leases) {
        const kept = world.disk.leases.get(lease.lockId);
        if (kept !== undefined && JSON.stringify(kept) !== JSON.stringify(lease))
          world.violation(15, `a start changed lease ${lease.lockId}`);
      }
    });
}

/** Asks the daemon once a second for the state of every lease. */
export function watchStates(world: World, auditor: Auditor): void {
  world.timeline.after(LOOK_EVERY_MS, () => {
    watchStates(world, auditor);
    const { machine, daemon } = world;
    for (const record of auditor.live()) {
      const sight = sightOf(record, machine);
      if (sight === record.sight) continue;
      record.sight = sight;
      record.sightSince = auditor.now;
    }
    if (daemon?.coordinator == null || daemon.gate.isStopped) return;
    const { gate } = daemon;
    const judged = daemon.coordinator.query(({ state, now }) =>
      [...state.leases()].map((entry) => {
        const record = auditor.records.get(entry.lease.lockId);
        if (record === undefined || record.endedAt !== null) return null;
        return wrongIn(world, auditor, record, state, entry, remainingMs(state, entry, now));
      }),
    );
    judged.then(
      (wrong) => {
        for (const message of wrong) if (message !== null && !gate.isDead) world.violation('state', message);
      },
      () => {},
    );
  });
}

/** What is wrong with what the daemon shows of a lease, or null. */
function wrongIn(
  world: World,
  auditor: Auditor,
  record: LeaseRecord,
  state: StateView,
  { lease, vitals }: LeaseEntry,
  leftMs: number | null,
): string | null {
  const { now, healthySince } = auditor;
  const saw = (what: string): string =>
    `${lease.lockId} on ${lease.port} is ${vitals.state}${vitals.orphan ? ' and an orphan' : ''} although ${what}`;
  // A new holder that is being committed is shown before the auditor knows it.
  if (lease.process?.startTicks !== record.lease.process?.startTicks) return null;
  // Whatever the daemon can see: without a project there is no evidence against anybody.
  if (vitals.state === 'hijacked' && lease.projectPath === null)
    return saw('no project is known that its listener could be a stranger to');
  const quietMs = healthySince === null ? -1 : now - Math.max(healthySince, record.sightSince, record.bornAt);
  if (quietMs < 0) return null;
  const heldMs = record.holds > 0 ? now - record.heldSince : -1;
  const isSeen = quietMs >= SEEN_MS || (quietMs >= SEEN_HELD_MS && heldMs >= SEEN_HELD_MS);
  if (isSeen && !possibleStates(record.sight).includes(vitals.state))
    return saw(`${record.sight === 'none' ? 'nobody' : record.sight} listens for ${quietMs / 1000} s`);
  const renews = vitals.state === 'active' || vitals.holds > 0 || vitals.process === 'alive';
  if ((leftMs === null) !== renews) return saw(`its term has ${leftMs} ms left`);
  const heldAt = Math.max(record.heldSince, record.holdClosedAt ?? record.heldSince, record.lastCallAt);
  if (vitals.holds !== record.holds && Math.min(quietMs, now - heldAt) >= SEEN_HELD_MS)
    return saw(`${record.holds} connections hold it, and not ${vitals.holds}`);
  if (wrongMark(world, auditor, record, quietMs) === vitals.orphan) return saw(describeHolder(world, record));
  const drift = wrongDrift(world, auditor, record, state, vitals.drift);
  return drift === null ? null : saw(`its holder listens on [${vitals.drift}] as it says, and ${drift}`);
}

function possibleStates(sight: Sight): readonly LeaseState[] {
  if (sight === 'own') return ['active'];
  // It depends on who was seen first, and on the connections at that time.
  if (sight === 'shared') return ['active', 'hijacked'];
  // Whether somebody who came and went was seen, nobody knows here.
  return sight === 'stranger' ? ['hijacked'] : ['reserved', 'idle'];
}

/** The mark of an orphan that would be wrong now, or null where nobody can say. */
function wrongMark(world: World, auditor: Auditor, record: LeaseRecord, quietMs: number): boolean | null {
  const { machine } = world;
  const { process, pid, instanceId } = record.lease;
  if (record.holds > 0) return true;
  const isOurs = process !== null && process.pidNamespace === 'ours';
  const sinceMs = Math.min(quietMs, auditor.now - Math.max(record.holderAt, record.lastCallAt));
  if (sinceMs < SEEN_MS) return null;
  if (isOurs && machine.isAlive(process)) return true;
  if (record.sight !== 'own') return null;
  if (isOurs) return auditor.now - machine.diedAt(process) >= SEEN_MS ? false : null;
  const closedAt = pid === null && instanceId === null ? record.holdClosedAt : null;
  // Whoever asks for it after that is its holder.
  const isKnown =
    closedAt !== null && Math.max(record.lastCallAt, auditor.healthySince ?? auditor.now) < closedAt;
  return isKnown && auditor.now - closedAt >= SEEN_MS ? false : null;
}

/** What is wrong with the other ports on which a living holder is said to listen, or null. */
function wrongDrift(
  { machine }: World,
  auditor: Auditor,
  record: LeaseRecord,
  state: StateView,
  drift: readonly number[],
): string | null {
  const { process, protocol } = record.lease;
  const since = auditor.now - SEEN_MS;
  const { healthySince } = auditor;
  const { holderAt, bornAt, sightSince, lastCallAt } = record;
  const changedAt = Math.max(healthySince ?? auditor.now, holderAt, bornAt, sightSince, lastCallAt);
  if (process === null || process.pidNamespace !== 'ours' || !machine.isAlive(process) || changedAt > since)
    return null;
  const gone = drift.find((port) => machine.wasFreeSince(protocol, port, since));
  if (gone !== undefined) return `nobody listens on ${gone}`;
  // A grant or an end that is being committed is shown together with what follows from it.
  const isLeased = (port: number): boolean => state.leaseOn(protocol, port) !== undefined;
  const leased = drift.find((port) => isLeased(port) && auditor.isLeasedThrough(protocol, port, since));
  if (leased !== undefined) return `${leased} is leased`;
  if (record.holds === 0 && drift.length > 0 && (record.holdClosedAt ?? since) <= since)
    return 'no connection says that it is one command';
  // Under a held connection all below the holder is one command; where it serves its own port, nothing else counts.
  if (record.holds === 0 || record.heldSince > since || record.sight !== 'none') return null;
  const missing = machine
    .sockets()
    .find(
      (socket) =>
        socket.protocol === protocol &&
        socket.isNamed &&
        socket.since < since &&
        machine.ancestors(socket.pid).includes(process.pid) &&
        !drift.includes(socket.port) &&
        !isLeased(socket.port) &&
        !auditor.isLeasedSince(protocol, socket.port, since),
    );
  return missing === undefined ? null : `${missing.pid} listens on ${missing.port}`;
}

function describeHolder({ machine }: World, { lease, holds }: LeaseRecord): string {
  const life = lease.process === null ? 'no process' : machine.isAlive(lease.process) ? 'alive' : 'dead';
  return `its holder is ${holds} connections and ${life}`;
}
