// Owns the auditor: it watches the store, the world and what clients are answered, and knows what must always hold.

import { isDeepStrictEqual } from 'node:util';
import type { DurableChange } from '../../src/core/change.ts';
import type { Lease, Protocol } from '../../src/core/lease.ts';
import { knownName, singletonName } from '../../src/core/lease.ts';
import { AnswerAudit } from './audit-answers.ts';
import { describeRecord, watchLeases } from './audit-bounds.ts';
import { excuseForEnd, excuseForInstance, isByWish, type Together } from './audit-endings.ts';
import { LogAudit } from './audit-log.ts';
import { QuotaAudit } from './audit-quotas.ts';
import { RangeAudit } from './audit-ranges.ts';
import { type Ending, RestAudit } from './audit-rests.ts';
import { watchStates } from './audit-states.ts';
import type { Call } from './call.ts';
import {
  coversPort,
  type InstanceRecord,
  isProvenStranger,
  type LeaseRecord,
  newRecord,
  SEEN_AFTER_MS,
  touch,
} from './ledger.ts';
import type { Socket } from './machine.ts';
import { CATALOGUE, OWN_PORT } from './weather.ts';
import type { World } from './world.ts';

/** What happened in a world, in numbers. */
export interface Counts {
  grants: number;
  ends: number;
  answers: number;
  refusals: number;
  faults: number;
  lost: number;
}

/** A decision is on the disk within this time (ms), if it ever gets there. */
const COMMIT_MS = 1000;
/** A decision waits this long (ms) for its commit to begin at most: by a probe and a look. */
const DECISION_MS = 2000;

export class Auditor {
  /** Every lease that was ever committed, by lock id. */
  readonly records = new Map<string, LeaseRecord>();
  readonly instances = new Map<string, InstanceRecord>();
  readonly answers: AnswerAudit;
  readonly rests: RestAudit;
  readonly log: LogAudit;
  readonly ranges: RangeAudit;
  readonly quotas: QuotaAudit;
  /** No silence and no term counts from before this moment: a start, or the end of a sleep. */
  floor = 0;
  /** Since when the daemon can see and do everything; null while it cannot. */
  healthySince: number | null = null;
  /** Until when something that was asked in bad weather may still be on its way. */
  lateUntil = 0;
  /** The last moment at which something disturbed the daemon. */
  disturbedAt = 0;
  /** The last moment at which the daemon could read the table of listeners. */
  tableReadAt = 0;
  maxFence = 0;
  failedCommits = 0;
  /** By lock id: leases whose port was probed, and how many commits they have to turn out to be over. */
  readonly #suspects = new Map<string, number>();
  /** When the last gap began, and the floor until then. */
  #gap = { atMs: 0, floor: 0 };
  #commitBeganAt = 0;
  /** When the daemon did nothing (virtual ms): it was stopped, or the machine slept. */
  readonly #pauses: { readonly from: number; readonly until: number }[] = [];
  readonly #world: World;
  readonly counts: Counts = { grants: 0, ends: 0, answers: 0, refusals: 0, faults: 0, lost: 0 };

  constructor(world: World) {
    this.#world = world;
    this.answers = new AnswerAudit(world, this);
    this.rests = new RestAudit(world);
    this.log = new LogAudit(world);
    this.ranges = new RangeAudit(world, this);
    this.quotas = new QuotaAudit(world, this);
    watchLeases(world, this);
    watchStates(world, this);
  }

  get now(): number {
    return this.#world.timeline.now;
  }

  /**
   * Somebody who named `pid` was told that the lease is theirs, by a daemon that could see who is dead: an older holder's
   * death does not end it any more. An allocation also vouches for the instance.
   */
  promised(record: LeaseRecord, call: Call, pid: number | null): void {
    // While a program listens or a connection is held, the lease is its holder's, whoever asks.
    const isUsed = record.holds > 0 || call.sentAt - record.touchedAt < 2 * SEEN_AFTER_MS;
    if (isUsed || this.healthySince === null || this.healthySince > call.firstAt) return;
    if (call.command.kind !== 'renew') record.promisedAt = Math.max(record.promisedAt, call.sentAt);
    if (pid === null && record.holderAt < call.sentAt) {
      record.adoptedAt = Math.max(record.adoptedAt, call.sentAt);
    }
  }

  live(): LeaseRecord[] {
    return [...this.records.values()].filter(({ endedAt }) => endedAt === null);
  }

  isLeased({ protocol, port }: Socket): boolean {
    return this.live().some((record) => coversPort(record, protocol, port));
  }

  /** Whether a lease covers the port, or did since that moment. */
  isLeasedSince(protocol: Protocol, port: number, since: number): boolean {
    const isThere = (record: LeaseRecord): boolean => (record.endedAt ?? this.now) >= since;
    return [...this.records.values()].some((record) => coversPort(record, protocol, port) && isThere(record));
  }

  /** Whether one lease has had this port all the time since then (simulated ms), and has it now. */
  isLeasedThrough(protocol: Protocol, port: number, since: number): boolean {
    return [...this.records.values()].some(
      (record) => coversPort(record, protocol, port) && record.endedAt === null && record.bornAt <= since,
    );
  }

  daemonStarts(): void {
    this.log.judge();
    this.woke(0);
  }

  /** For how long (ms) something that began at `from` has counted, by rules that know of sleeps and starts. */
  elapsedSince(from: number): number {
    const { atMs, floor } = this.#gap;
    const sinceGap = this.now - Math.max(from, this.floor);
    // What was decided before a sleep may be committed right after it.
    return this.now - this.floor > COMMIT_MS ? sinceGap : Math.max(sinceGap, atMs - Math.max(from, floor));
  }

  daemonDied(): void {
    this.disturbed();
    for (const record of this.live()) {
      record.holds = 0;
      record.holdClosedAt = null;
    }
  }

  /** The daemon slept or was stopped for long enough to notice. */
  woke(gapMs: number): void {
    this.#gap = { atMs: this.now - gapMs, floor: this.floor };
    this.floor = this.now;
    this.disturbed();
  }

  /** The daemon slept or was stopped until now, be it noticed or not. */
  paused(gapMs: number): void {
    this.#pauses.push({ from: this.now - gapMs, until: this.now });
  }

  /** The earliest moment (virtual ms) at which what is committed now can have been decided. */
  #decidedSince(): number {
    let since = this.#commitBeganAt - DECISION_MS;
    for (const { from, until } of this.#pauses.toReversed())
      if (until >= since && from <= this.#commitBeganAt) since -= until - from;
    return since;
  }

  disturbed(): void {
    this.disturbedAt = this.now;
    this.healthySince = null;
    this.#suspects.clear();
  }

  /** A candidate is probed: no live lease may be on it (invariant 21). */
  probed(protocol: Protocol, ports: readonly number[]): void {
    for (const record of this.live()) {
      const hit = ports.find((port) => coversPort(record, protocol, port));
      // Its end may be decided already: one commit may be under way, and the next one says so.
      if (hit !== undefined) this.#suspects.set(record.lease.lockId, 2);
    }
  }

  commitBegins(): void {
    this.#commitBeganAt = this.now;
  }

  /** What was decided to end goes on living. */
  commitFails(): void {
    this.failedCommits += 1;
    this.#suspects.clear();
  }

  /** Judges changes that are about to be on the disk. */
  commits(changes: readonly DurableChange[]): void {
    const gone = new Set(changes.flatMap((c) => (c.table === 'instance' && c.after === null ? [c.id] : [])));
    const endings: Ending[] = [];
    this.log.commits(changes);
    const successors = new Set(changes.flatMap((change) => singletonOf(change) ?? []));
    for (const change of changes) {
      if (change.table === 'instance') this.#instanceChanges(change.id, change.after);
      if (change.table !== 'lease') continue;
      if (change.after === null) endings.push(...this.#ends(change.id, { gone, successors }));
      else if (change.before === null && this.#world.disk.lost?.has(change.id) === true)
        this.#returns(change.after);
      else if (change.before === null) this.#grants(change.after);
      else this.#updates(change.after);
    }
    this.rests.commits(changes, endings, this.#commitBeganAt - COMMIT_MS);
    this.ranges.commits(changes);
  }

  /** Judges the disk after a commit. */
  committed(): void {
    const owners = new Map<string, string>();
    const singles = new Map<string, string>();
    for (const { lease } of this.live()) {
      for (let port = lease.port; port < lease.port + lease.count; port++) {
        const id = `${lease.protocol}:${port}`;
        this.#check(1, !owners.has(id), `${id} has two leases: ${owners.get(id)} and ${lease.lockId}`);
        owners.set(id, lease.lockId);
      }
      if (!lease.singleton) continue;
      const name = singletonName(lease.serviceType, lease.serviceName);
      this.#check(14, !singles.has(name), `${name} runs twice: ${singles.get(name)} and ${lease.lockId}`);
      singles.set(name, lease.lockId);
    }
    for (const [lockId, commits] of this.#suspects) {
      const isLive = this.records.get(lockId)?.endedAt === null;
      if (!isLive) this.#suspects.delete(lockId);
      else this.#suspects.set(lockId, commits - 1);
      this.#check(21, !isLive || commits > 1, `a port under the live lease ${lockId} was probed`);
    }
  }

  /** A power cut undid commits that had not been synced: what clients were told of them is void. */
  powerWasCut(undone: readonly DurableChange[]): void {
    for (const change of undone) {
      if (change.table === 'lease') {
        const record = this.records.get(change.id);
        if (change.after === null) this.records.delete(change.id);
        else if (record !== undefined)
          Object.assign(record, { lease: change.after, endedAt: null, holds: 0 });
      }
      if (change.table === 'instance' && change.after === null) this.instances.delete(change.id);
      else if (change.table === 'instance') this.#instanceChanges(change.id, change.after);
    }
    this.log.undone(undone);
    this.ranges.undo(undone);
    this.answers.forget();
    this.rests.forget();
  }

  /** The state file was cut: what clients were told of what is gone is void, and what ended may be back. */
  storeWasCut(gone: readonly DurableChange[]): void {
    const { disk, machine } = this.#world;
    const former = new Map(this.records);
    this.powerWasCut(gone);
    this.log.cut(former.keys());
    for (const { lease } of this.live())
      if (!disk.leases.has(lease.lockId)) this.records.delete(lease.lockId);
    for (const [lockId, lease] of disk.lost ?? []) {
      const record = former.get(lockId);
      const isSame = record?.endedAt === null && isDeepStrictEqual(record.lease, lease);
      this.records.set(lockId, isSame ? record : newRecord(lease, machine, this.now, this.now));
    }
  }

  socketChanged(socket: Socket): void {
    for (const record of this.live()) {
      if (!coversPort(record, socket.protocol, socket.port)) continue;
      touch(record, this.now);
      if (isProvenStranger(record, socket, this.#world.machine)) record.strangerAt = this.now;
      record.sightSince = this.now;
    }
  }

  heard(instanceId: string | null): void {
    const record = instanceId === null ? undefined : this.instances.get(instanceId);
    if (record !== undefined) record.heardAt = this.now;
  }

  /** This lease was lost, and the audit told of it. */
  #returns(lease: Lease): void {
    const record = this.records.get(lease.lockId);
    const isSame = record?.endedAt === null && isDeepStrictEqual(record.lease, lease);
    this.#check(15, isSame, `${lease.lockId} came back from the audit as another one`);
    this.#world.log(`${lease.lockId} is back`);
  }

  #grants(lease: Lease): void {
    const { disk, machine } = this.#world;
    this.counts.grants += 1;
    this.#world.log(
      `commit ${lease.lockId} ${lease.protocol} ${lease.port}+${lease.count} fence ${lease.fence}`,
    );
    this.#check(3, lease.fence > this.maxFence, `fence ${lease.fence} after ${this.maxFence}`);
    this.#check(
      3,
      lease.fence <= disk.fenceCeiling,
      `fence ${lease.fence} above the promised ${disk.fenceCeiling}`,
    );
    this.maxFence = Math.max(this.maxFence, lease.fence);
    for (let port = lease.port; port < lease.port + lease.count; port++) {
      this.#check(2, port !== OWN_PORT, "the daemon's own port was granted");
      this.#check(
        2,
        lease.protocol !== 'tcp' || !CATALOGUE.browserBlocked.has(port),
        `blocked port ${port} granted`,
      );
    }
    const record = newRecord(lease, machine, this.now, this.#decidedSince());
    this.records.set(lease.lockId, record);
    this.quotas.granted(lease, this.#decidedSince());
    this.heard(lease.instanceId);
    this.answers.granted(record);
  }

  #updates(lease: Lease): void {
    const record = this.records.get(lease.lockId);
    this.#check(1, record?.endedAt === null, `${lease.lockId} changed after its end`);
    if (record === undefined) return;
    this.#check(3, record.lease.fence === lease.fence, `${lease.lockId} changed its fence`);
    if (record.lease.process?.startTicks !== lease.process?.startTicks) {
      record.holderAt = this.now;
      record.adoptedAt = Number.NEGATIVE_INFINITY;
    }
    // Another instance takes the place of one that is over only by asking, and its answer is still on its way.
    if (record.lease.instanceId !== lease.instanceId) record.lastCallAt = this.now;
    record.lease = lease;
  }

  #ends(lockId: string, together: Together): Ending[] {
    const record = this.records.get(lockId);
    this.counts.ends += 1;
    if (record === undefined || record.endedAt !== null) {
      this.#check(1, false, `${lockId} ended without being live`);
      return [];
    }
    const excuse = excuseForEnd(this.#world, record, together);
    this.#check(
      9,
      excuse !== null,
      `${lockId} on ${record.lease.port} ended without a reason: ${describeRecord(this.#world, record)}`,
    );
    this.#world.log(`commit end of ${lockId}: ${excuse}`);
    record.endedAt = this.now;
    if (!isByWish(excuse)) return [{ record, kind: 'forced' }];
    const other = excuseForEnd(this.#world, { ...record, enders: new Set() }, together);
    return [{ record, kind: other === null ? 'clean' : 'unsure' }];
  }

  #instanceChanges(id: string, after: InstanceRecord['row'] | null): void {
    const record = this.instances.get(id);
    if (after === null) {
      if (record === undefined) return;
      const excuse = excuseForInstance(this.#world, id);
      this.#check(9, excuse !== null, `instance ${id} was forgotten without a reason`);
      this.instances.delete(id);
    } else if (record === undefined) {
      this.instances.set(id, { row: after, heardAt: this.now, namedAt: this.now });
    } else {
      const { process } = record.row;
      if (process !== null && after.process === null && !this.#world.machine.isAlive(process))
        for (const lease of this.live()) if (lease.lease.instanceId === id) lease.instanceLeftAt = this.now;
      record.row = after;
      record.heardAt = this.now;
    }
  }

  #check(invariant: number, holds: boolean, message: string): void {
    if (!holds) this.#world.violation(invariant, message);
  }

  begin(call: Call): void {
    this.answers.begin(call);
  }
}

/** The name of the singleton that a change grants, or null. */
function singletonOf(change: DurableChange): string | null {
  if (change.table !== 'lease' || change.before !== null || change.after?.singleton !== true) return null;
  return knownName(change.after);
}
