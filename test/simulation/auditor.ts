// Owns the auditor: it watches the store, the world and what clients are answered, and knows what must always hold.

import type { Coordinator } from '../../src/coordinator/contract.ts';
import type { DurableChange } from '../../src/core/change.ts';
import type { Lease, Protocol } from '../../src/core/lease.ts';
import { singletonName } from '../../src/core/lease.ts';
import { AnswerAudit } from './audit-answers.ts';
import { excuseForEnd, excuseForInstance } from './audit-endings.ts';
import type { Call } from './call.ts';
import {
  coversPort,
  type InstanceRecord,
  isListening,
  type LeaseRecord,
  newRecord,
  SEEN_AFTER_MS,
  socketsOf,
} from './ledger.ts';
import type { Socket } from './machine.ts';
import type { Gate } from './surroundings.ts';
import { CATALOGUE, OWN_PORT } from './weather.ts';
import type { World } from './world.ts';

/** A dead holder's lease, or one whose term is over, is gone this long (ms) after nothing keeps the daemon from it. */
const END_BOUND_MS = 45_000;
/** How often the auditor looks at the world (ms). */
const LOOK_EVERY_MS = 1000;

/** What happened in a world, in numbers. */
export interface Counts {
  grants: number;
  ends: number;
  answers: number;
  refusals: number;
  faults: number;
  lost: number;
}

export class Auditor {
  /** Every lease that was ever committed, by lock id. */
  readonly records = new Map<string, LeaseRecord>();
  readonly instances = new Map<string, InstanceRecord>();
  readonly answers: AnswerAudit;
  /** No silence and no term counts from before this moment: a start, or the end of a sleep. */
  floor = 0;
  /** Since when the daemon can see and do everything; null while it cannot. */
  healthySince: number | null = null;
  /** The last moment at which something disturbed the daemon. */
  disturbedAt = 0;
  maxFence = 0;
  /** By lock id: leases whose port was probed, and how many commits they have to turn out to be over. */
  readonly #suspects = new Map<string, number>();
  #commitBeganAt = 0;
  readonly #world: World;
  readonly counts: Counts = { grants: 0, ends: 0, answers: 0, refusals: 0, faults: 0, lost: 0 };

  constructor(world: World) {
    this.#world = world;
    this.answers = new AnswerAudit(world, this);
    this.#look();
  }

  get now(): number {
    return this.#world.timeline.now;
  }

  /** Somebody who named `pid` was told that the lease is theirs, by a daemon that could see who is dead. */
  promised(record: LeaseRecord, call: Call, pid: number | null): void {
    if (this.healthySince === null || this.healthySince > call.firstAt) return;
    record.promisedAt = Math.max(record.promisedAt, call.sentAt);
    // While a program listens, the lease is its holder's, whoever asks.
    const isUsed = call.sentAt - record.touchedAt < 2 * SEEN_AFTER_MS;
    if (pid === null && !isUsed && record.holderAt < call.sentAt)
      record.adoptedAt = Math.max(record.adoptedAt, call.sentAt);
  }

  live(): LeaseRecord[] {
    return [...this.records.values()].filter(({ endedAt }) => endedAt === null);
  }

  daemonStarts(): void {
    this.floor = this.now;
    this.disturbed();
  }

  daemonDied(): void {
    this.disturbed();
    for (const record of this.live()) {
      record.holds = 0;
      record.holdClosedAt = null;
    }
  }

  /** The daemon slept or was stopped for long enough to notice. */
  woke(): void {
    this.floor = this.now;
    this.disturbed();
  }

  disturbed(): void {
    this.disturbedAt = this.now;
    this.healthySince = null;
    this.#suspects.clear();
  }

  /** What a new daemon remembers is what the disk holds (invariant 15). */
  daemonServes(coordinator: Coordinator, gate: Gate): void {
    const stored = JSON.stringify([...this.#world.disk.leases.keys()].sort());
    coordinator
      .query(({ state }) => [...state.leases()].map(({ lease }) => lease))
      .then((leases) => {
        if (gate.isDead) return;
        this.#check(
          15,
          JSON.stringify(leases.map(({ lockId }) => lockId).sort()) === stored,
          'a start forgot leases',
        );
        for (const lease of leases) {
          const kept = this.#world.disk.leases.get(lease.lockId);
          if (kept === undefined) continue;
          this.#check(
            15,
            JSON.stringify(kept) === JSON.stringify(lease),
            `a start changed lease ${lease.lockId}`,
          );
        }
      });
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
    this.#suspects.clear();
  }

  /** Judges changes that are about to be on the disk. */
  commits(changes: readonly DurableChange[]): void {
    const gone = new Set(changes.flatMap((c) => (c.table === 'instance' && c.after === null ? [c.id] : [])));
    for (const change of changes) {
      if (change.table === 'instance') this.#instanceChanges(change.id, change.after);
      if (change.table !== 'lease') continue;
      if (change.after === null) this.#ends(change.id, gone);
      else if (change.before === null) this.#grants(change.after);
      else this.#updates(change.after);
    }
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
        else if (record !== undefined) Object.assign(record, { lease: change.after, endedAt: null });
      }
      if (change.table === 'instance' && change.after === null) this.instances.delete(change.id);
      else if (change.table === 'instance') this.#instanceChanges(change.id, change.after);
    }
    this.answers.forget();
  }

  bound(socket: Socket): void {
    for (const record of this.live()) {
      if (coversPort(record, socket.protocol, socket.port)) this.#touch(record);
    }
  }

  heard(instanceId: string | null): void {
    const record = instanceId === null ? undefined : this.instances.get(instanceId);
    if (record !== undefined) record.heardAt = this.now;
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
    // The decision was taken before its commit began, by a probe and a look at most.
    const record = newRecord(lease, machine, this.now, this.#commitBeganAt - 2000);
    this.records.set(lease.lockId, record);
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
    record.lease = lease;
  }

  #ends(lockId: string, instancesGone: ReadonlySet<string>): void {
    const record = this.records.get(lockId);
    this.counts.ends += 1;
    if (record === undefined || record.endedAt !== null) {
      this.#check(1, false, `${lockId} ended without being live`);
      return;
    }
    const excuse = excuseForEnd(this.#world, record, instancesGone);
    this.#check(
      9,
      excuse !== null,
      `${lockId} on ${record.lease.port} ended without a reason: ${this.describe(record)}`,
    );
    this.#world.log(`commit end of ${lockId}: ${excuse}`);
    record.endedAt = this.now;
  }

  #instanceChanges(id: string, after: InstanceRecord['row'] | null): void {
    const record = this.instances.get(id);
    if (after === null) {
      if (record === undefined) return;
      const excuse = excuseForInstance(this.#world, id);
      this.#check(9, excuse !== null, `instance ${id} was forgotten without a reason`);
      this.instances.delete(id);
    } else if (record === undefined) {
      this.instances.set(id, { row: after, heardAt: this.now });
    } else {
      record.row = after;
      record.heardAt = this.now;
    }
  }

  describe(record: LeaseRecord): string {
    const { lease } = record;
    const ago = (at: number): string =>
      Number.isFinite(at) ? `${((this.now - at) / 1000).toFixed(1)} s ago` : 'never';
    return [
      `term ${lease.ttlMs / 1000} s from ${ago(record.termFrom)}`,
      `kept ${ago(record.keptAt)}`,
      `floor ${ago(this.floor)}`,
      `listened ${ago(record.listenedAt)}`,
      `touched ${ago(record.touchedAt)}`,
      `holds ${record.holds}`,
      `pid ${lease.pid} ${lease.process === null ? 'unidentified' : this.#world.machine.isAlive(lease.process) ? 'alive' : 'dead'}`,
      `instance ${lease.instanceId}`,
    ].join(', ');
  }

  #look(): void {
    this.#world.timeline.after(LOOK_EVERY_MS, () => this.#look());
    const { weather, daemon } = this.#world;
    const isWell =
      daemon !== null &&
      daemon.coordinator !== null &&
      !daemon.gate.isStopped &&
      weather.storeFault === null &&
      weather.table === 'good' &&
      weather.canIdentify;
    if (!isWell) this.healthySince = null;
    else this.healthySince ??= this.now;
    for (const record of this.live()) this.#watch(record);
  }

  #watch(record: LeaseRecord): void {
    const { machine } = this.#world;
    const { lease } = record;
    const sinceHealthy = this.healthySince === null ? -1 : this.now - this.healthySince;
    const sockets = socketsOf(record, machine);
    if (sockets.length > 0) this.#touch(record);
    if (sockets.some(({ since }) => this.now - since >= SEEN_AFTER_MS)) record.seenAt = this.now;
    if (sinceHealthy >= SEEN_AFTER_MS) {
      if (isListening(record, machine, this.now)) record.listenedAt = this.now;
      const isAlive =
        lease.process !== null && lease.process.pidNamespace === 'ours' && machine.isAlive(lease.process);
      if (record.holds > 0 || isAlive || record.listenedAt === this.now) record.keptAt = this.now;
    }
    this.#checkBound(record, sinceHealthy);
  }

  /** A lease that is over for certain ends within a bound (invariant 8). */
  #checkBound(record: LeaseRecord, sinceHealthy: number): void {
    if (sinceHealthy < 0 || !this.#isOverForCertain(record)) {
      record.overSince = null;
      return;
    }
    record.overSince = Math.max(record.overSince ?? this.now, this.disturbedAt);
    const isLate = this.now - record.overSince > END_BOUND_MS;
    this.#check(8, !isLate, `${record.lease.lockId} is over and does not end: ${this.describe(record)}`);
  }

  #isOverForCertain(record: LeaseRecord): boolean {
    const { lease } = record;
    if (record.holds > 0 || socketsOf(record, this.#world.machine).length > 0) return false;
    const { process } = lease;
    if (process !== null) {
      if (process.pidNamespace !== 'ours' || this.#world.machine.isAlive(process)) return false;
      if (this.now - record.lastCallAt > 1000) return true;
    }
    if (lease.pid !== null && process === null) return false;
    const from = Math.max(record.termFrom, record.keptAt, record.lastCallAt, record.touchedAt, this.floor);
    return this.now - from > lease.ttlMs;
  }

  #touch(record: LeaseRecord): void {
    record.touchedAt = this.now;
    record.everTouched = true;
  }

  #check(invariant: number, holds: boolean, message: string): void {
    if (!holds) this.#world.violation(invariant, message);
  }

  begin(call: Call): void {
    this.answers.begin(call);
  }
}
