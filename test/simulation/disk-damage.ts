// Owns the damages of the simulated state file: what a store makes of a file with flipped bits, a cut or an empty one.

import { type DurableChange, portId } from '../../src/core/change.ts';
import type { Lease } from '../../src/core/lease.ts';
import { LOST_LEASES_NOTE } from '../../src/core/rebuild.ts';
import { fold } from '../property/audit-fold.ts';
import type { Disk } from './disk.ts';
import type { Random } from './random.ts';

/** Above every fence that a simulated world uses, and rising from one damage to the next: epoch milliseconds, as the store takes. */
const UNUSED_FENCE = 1_700_000_000_000;

/** Flipped bits: the sums of some leases' rows are wrong. The audit tells of each. */
export function flipLeases(disk: Disk, random: Random): void {
  const flipped = [...disk.leases.values()].filter(() => random.chance(0.4));
  for (const { lockId } of flipped) disk.leases.delete(lockId);
  disk.lost = new Map([...(disk.lost ?? []), ...flipped.map((lease) => [lease.lockId, lease] as const)]);
  for (const { lockId } of flipped) disk.setAside.push({ table: 'lease', id: lockId, reason: 'flipped' });
  // What a power cut undid of these would be rows that are not there.
  disk.sync();
}

/**
 * A file that was cut, or emptied: of each table rows are gone, of the audit its end. A copy is kept, fences begin above all
 * that were ever used, and what the rest of the audit tells of leases is believed, ended though they may be.
 *
 * @returns what is gone, the newest event first
 */
export function cutFile(disk: Disk, random: Random, now: number): readonly DurableChange[] {
  const share = random.pick([0.1, 0.5, 1]);
  const gone: DurableChange[] = [];
  const lose = <Id extends string | number, Row>(
    table: DurableChange['table'],
    rows: Map<Id, Row>,
    isGone: (id: Id) => boolean,
  ): void => {
    for (const [id, before] of [...rows].reverse()) {
      if (!isGone(id)) continue;
      rows.delete(id);
      gone.push({ table, id, before, after: null } as DurableChange);
    }
  };
  const byChance = (): boolean => share === 1 || random.chance(share);
  const lastEvent = Math.max(0, ...disk.audit.keys());
  const cutAt = share === 1 ? 0 : lastEvent - random.int(0, 30);
  lose('audit', disk.audit, (seq) => seq > cutAt);
  lose('lease', disk.leases, byChance);
  lose('key', disk.keys, byChance);
  lose('quarantine', disk.quarantines, byChance);
  lose('instance', disk.instances, byChance);
  lose('request', disk.requests, byChance);
  lose('range', disk.ranges, byChance);
  disk.wasCut = true;
  disk.notes.clear();
  disk.notes.set(LOST_LEASES_NOTE, 'then');
  disk.fenceCeiling = Math.max(disk.fenceCeiling, UNUSED_FENCE + now);
  disk.setAside.push({ table: 'store', id: 'state', reason: share === 1 ? 'emptied' : 'cut' });
  disk.lost = believed(disk);
  disk.sync();
  return gone;
}

/** The leases that the audit tells of and that may come back: none whose port or place a newer one has. */
function believed(disk: Disk): Map<string, Lease> {
  const told = fold([...disk.audit.values()].sort((a, b) => a.seq - b.seq));
  const covered = new Set([...disk.leases.values()].flatMap(portIds));
  const singles = new Set([...disk.leases.values()].flatMap(singleIds));
  const back = new Map<string, Lease>();
  for (const lease of [...told.values()].sort((a, b) => b.fence - a.fence)) {
    const [ports, names] = [portIds(lease), singleIds(lease)];
    if (disk.leases.has(lease.lockId) || ports.some((id) => covered.has(id))) continue;
    if (names.some((name) => singles.has(name))) continue;
    for (const id of ports) covered.add(id);
    for (const name of names) singles.add(name);
    back.set(lease.lockId, lease);
  }
  return back;
}

function portIds({ protocol, port, count }: Lease): string[] {
  return Array.from({ length: count }, (_, index) => portId(protocol, port + index));
}

function singleIds({ singleton, serviceType, serviceName }: Lease): string[] {
  return singleton ? [`${serviceType}\n${serviceName}`] : [];
}
