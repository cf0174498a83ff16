// Owns the audit of allocations: durable before the answer, never a taken port, the right choice, refusals with reasons.

import type { Outcome } from '../../src/coordinator/contract.ts';
import { portId } from '../../src/core/change.ts';
import type { AllocateRequest } from '../../src/core/command.ts';
import { type Lease, leaseKey, type Protocol } from '../../src/core/lease.ts';
import type { PortRange } from '../../src/core/port-range.ts';
import type { AllocateReply } from '../../src/core/reply.ts';
import type { Auditor } from './auditor.ts';
import type { Call } from './call.ts';
import { coversPort, type LeaseRecord } from './ledger.ts';
import { CATALOGUE, OWN_PORT } from './weather.ts';
import type { World } from './world.ts';

/** A decision is on the disk within this time (ms), if it ever gets there. */
const COMMIT_MS = 2000;
/** A window longer than this (ms) tells too little about what was free at the moment of the decision. */
const LONGEST_WINDOW_MS = 8000;

export class AllocationAudit {
  /** By key: the port and size of its last grant; null where several leases of one key make it ambiguous. */
  readonly #former = new Map<string, { readonly port: number; readonly count: number } | null>();
  #hasForgotten = false;
  /** By lock id: the same, as it was when that lease was granted. */
  readonly #formerAtGrant = new Map<
    string,
    { readonly port: number; readonly count: number } | null | undefined
  >();
  readonly #inFlight: ReadonlyMap<number, Call>;
  /** Allocations that were answered lately, for overlaps. */
  readonly #recent: Call[] = [];
  readonly #world: World;
  readonly #auditor: Auditor;

  constructor(world: World, auditor: Auditor, inFlight: ReadonlyMap<number, Call>) {
    this.#world = world;
    this.#auditor = auditor;
    this.#inFlight = inFlight;
  }

  /** After a power cut nobody knows what the keys remember. */
  forget(): void {
    this.#former.clear();
    this.#hasForgotten = true;
  }

  done(call: Call): void {
    if (!isProbing(call.command.kind)) return;
    this.#recent.push(call);
    if (this.#recent.length > 50) this.#recent.shift();
  }

  granted({ lease, key }: LeaseRecord): void {
    if (key === null) return;
    const isAlone = this.#auditor.live().filter((other) => other.key === key).length === 1;
    // The judgement of this very grant compares with what was before.
    const known = this.#former.get(key);
    this.#formerAtGrant.set(lease.lockId, known === undefined && this.#hasForgotten ? null : known);
    this.#former.set(key, isAlone ? { port: lease.port, count: lease.count } : null);
  }

  judge(call: Call, request: AllocateRequest, outcome: Outcome<AllocateReply>): void {
    if (outcome.ok) this.judgeGrant(call, request, outcome.reply);
    else this.#judgeRefusal(call, request, outcome.refusal.code, outcome.refusal.fields);
  }

  judgeGrant(call: Call, request: AllocateRequest, reply: AllocateReply): void {
    const { lease } = reply.snapshot;
    const record = this.#auditor.records.get(lease.lockId);
    this.#check(
      4,
      record !== undefined,
      `${lease.lockId} on ${lease.port} was answered before it was durable`,
    );
    if (record === undefined) return;
    this.#auditor.promised(record, call, reply.existing ? request.pid : lease.pid);
    record.lastCallAt = this.#auditor.now;
    this.#check(
      4,
      record.lease.port === lease.port && record.lease.fence === lease.fence,
      `${lease.lockId} was answered otherwise than stored`,
    );
    if (reply.existing) this.#judgeExisting(call, request, record, reply);
    else this.#judgeNew(call, request, record, reply);
  }

  #judgeExisting(
    call: Call,
    request: AllocateRequest,
    record: LeaseRecord,
    { message }: AllocateReply,
  ): void {
    const { lease, key } = record;
    const hadEnded = record.endedAt !== null && record.endedAt < call.firstAt;
    this.#check('key', !hadEnded, `${lease.lockId} had ended and was given out as existing`);
    if (this.#world.configuration.wasOneSince(request, lease, call.firstAt)) {
      const isOwn = key !== null && leaseKey(request) === key;
      this.#check(
        14,
        isOwn || message.includes(String(lease.port)),
        `nobody was told where ${lease.lockId} runs`,
      );
    } else {
      this.#check('key', leaseKey(request) === key, `${lease.lockId} was given to another key`);
      this.#check('key', request.serviceName !== null, 'a lease without a name was matched');
      // An answer that is only repeated renews nothing.
      record.termFrom = Math.max(record.termFrom, call.firstAt);
    }
    this.#check('key', !request.fresh, `${lease.lockId} was given where a new one was asked`);
    this.#check('key', request.count === lease.count, `${lease.lockId} was given for another count`);
    const isOtherPort = request.exact && request.preferredPort !== lease.port;
    this.#check('key', !isOtherPort, `${lease.lockId} was given for another exact port`);
  }

  #judgeNew(call: Call, request: AllocateRequest, record: LeaseRecord, reply: AllocateReply): void {
    const { lease } = record;
    this.#check('key', record.bornAt >= call.firstAt, `${lease.lockId} was there before it was asked for`);
    for (const [port, since] of record.takenAtBirth) {
      this.#check(
        7,
        since >= call.firstAt || request.adopt === true,
        `${port} was granted though somebody had it since ${since / 1000}`,
      );
    }
    const ranges = this.#rangesSince(request.serviceType, call.firstAt);
    this.#check(
      16,
      ranges.length > 0,
      `${lease.lockId} was granted though ${lease.serviceType} has no range`,
    );
    const isInRange = ranges.some(
      ({ start, end }) => lease.port >= start && lease.port + lease.count - 1 <= end,
    );
    if (reply.autoAllocated !== undefined) this.#auditor.ranges.answered(call, reply.autoAllocated);
    // A former port out of range was this key's own wish when it got it.
    const was = this.#formerAtGrant.get(lease.lockId);
    const isFormer = was === null || (was?.port === lease.port && was.count >= lease.count);
    const isWished = isInRange || isFormer || lease.port === request.preferredPort;
    this.#check(2, isWished, `${lease.port}+${lease.count} is out of range and was not asked for`);
    this.#check(
      2,
      !request.exact || lease.port === request.preferredPort,
      `${lease.port} is not the exact port`,
    );
    this.#check('key', lease.count === request.count, `${lease.lockId} has not the size that was asked for`);
    this.#judgeRests(request, record, reply);
    this.#judgeNoMatch(call, request, record);
    this.#judgeSingle(call, reply.snapshot.lease);
    if (!this.#isClear(call)) return;
    const former = this.#formerAtGrant.get(lease.lockId);
    const wish = request.preferredPort;
    if (wish !== null) {
      const isFree = lease.port !== wish && this.#wasFree(call, request, wish, record);
      this.#check('choice', !isFree, `${lease.port} was granted though the wish ${wish} was free`);
    } else if (former !== undefined && former !== null && former.count === request.count) {
      const isFree = lease.port !== former.port && this.#wasFree(call, request, former.port, record);
      this.#check(
        12,
        !isFree,
        `${lease.lockId} got ${lease.port} though its key's former port ${former.port} was free`,
      );
    }
  }

  /** No port at rest is granted, and a port on which a stranger was met rests for a while (invariant 19). */
  #judgeRests(request: AllocateRequest, { lease, bornAt }: LeaseRecord, { skipped }: AllocateReply): void {
    const bound = request.exact ? null : this.#auditor.rests.boundAtGrant(lease.lockId);
    this.#check('rest', bound === null, `${bound} was granted to ${lease.lockId} though it rests`);
    const isFresh = this.#auditor.now - bornAt < CATALOGUE.conflictRestMs;
    for (const { port } of isFresh ? skipped : []) {
      const id = portId(lease.protocol, port);
      const isLeased = this.#auditor.isLeasedSince(lease.protocol, port, bornAt - COMMIT_MS);
      this.#check(
        19,
        isLeased || this.#world.disk.quarantines.has(id),
        `${id} was found taken and does not rest`,
      );
    }
  }

  /** A new lease is only for whom no live one matches. */
  #judgeNoMatch(call: Call, request: AllocateRequest, record: LeaseRecord): void {
    if (request.fresh || request.serviceName === null || record.key === null || record.lease.singleton)
      return;
    for (const other of this.#auditor.live()) {
      if (other === record || other.key !== record.key || other.lease.fence > record.lease.fence) continue;
      const hasOtherShape =
        other.lease.count !== request.count || (request.exact && request.preferredPort !== other.lease.port);
      // Somebody had its port: it may count as hijacked.
      if (hasOtherShape || other.everTouched || call.command.kind === 'batch') continue;
      this.#check(
        'key',
        false,
        `${record.lease.lockId} was granted though ${other.lease.lockId} has the same key`,
      );
    }
  }

  /** Of a singleton there is one, whoever asks, and one that a stranger pushed off its port has a successor (invariant 14). */
  #judgeSingle(call: Call, lease: Lease): void {
    const { configuration } = this.#world;
    const isSingle = configuration.isOneSince(lease, lease, call.firstAt);
    this.#check(14, lease.singleton || !isSingle, `${lease.lockId} is a singleton and does not say so`);
    for (const { lease: other, bornAt, strangerAt } of this.#auditor.live()) {
      if (!configuration.isOneSince(lease, other, call.firstAt) || other.lockId === lease.lockId) continue;
      const ran = bornAt < call.firstAt && !Number.isFinite(strangerAt);
      this.#check(14, !ran, `${lease.lockId} was granted though ${other.lockId} ran already`);
    }
  }

  #judgeRefusal(
    call: Call,
    request: AllocateRequest,
    code: string,
    fields: Readonly<Record<string, unknown>>,
  ): void {
    if (code === 'RANGE_EXHAUSTED' && this.#rangesSince(request.serviceType, call.firstAt).length === 0) {
      this.#auditor.ranges.judgeRefusal(call, request, this.#isClear(call));
    } else if (code === 'RANGE_EXHAUSTED' || code === 'PORT_UNAVAILABLE') {
      const { holders, holders_total: total } = fields;
      const names = Array.isArray(holders) && holders.length > 0 && holders.length <= 20;
      this.#check(13, names && Number(total) >= holders.length, `${code} names no holders`);
      if (this.#isClear(call)) this.#judgeExhausted(call, request, code);
    } else if (code === 'SINGLETON_HELD') {
      this.#judgeHeld(call, request, String(fields.lock_id));
    } else if (code === 'QUOTA_EXCEEDED') {
      this.#auditor.quotas.judgeRefusal(call, fields);
    } else if (code === 'UNKNOWN_SERVICE_TYPE') {
      const couldBe = this.#world.configuration
        .since(call.firstAt)
        .some((known) => known.autoAllocation === null && !known.serviceTypes.has(request.serviceType));
      this.#check(13, couldBe, `${request.serviceType} was not known`);
    } else {
      this.#check(13, code === 'INVALID_REQUEST', `an allocation was refused with ${code}`);
    }
  }

  /** Only a singleton that runs, and only whoever asks for another one or for one of another shape, is refused so. */
  #judgeHeld(call: Call, request: AllocateRequest, lockId: string): void {
    const record = this.#auditor.records.get(lockId);
    const ran =
      record !== undefined &&
      this.#world.configuration.wasOneSince(request, record.lease, call.firstAt) &&
      (record.endedAt ?? call.firstAt) >= call.firstAt;
    this.#check(14, ran, `${request.serviceType} was refused for ${lockId}, which did not run`);
    const isOther =
      request.fresh ||
      request.count !== record?.lease.count ||
      request.protocol !== record.lease.protocol ||
      (request.exact && request.preferredPort !== record.lease.port);
    this.#check(14, isOther, `${lockId} was kept from somebody who could have had it`);
  }

  /** The ranges that the type had, configured or by itself, at any time since then (virtual ms). */
  #rangesSince(name: string, at: number): PortRange[] {
    return [...this.#world.configuration.rangesSince(name, at), ...this.#auditor.ranges.since(name, at)];
  }

  /** The ports of a range that is gone are nobody's former ones. */
  rangeLeft({ start, end }: PortRange): void {
    for (const [key, former] of this.#former)
      if (former !== null && former.port >= start && former.port <= end) this.#former.set(key, null);
  }

  #judgeExhausted(call: Call, request: AllocateRequest, code: string): void {
    const [range, ...others] = this.#rangesSince(request.serviceType, call.firstAt);
    // The range that is configured and the one that was made are the same one, or else nobody knows which one counted.
    if (range === undefined || others.some((other) => other.start !== range.start || other.end !== range.end))
      return;
    const { start, end } = range;
    const first = request.exact ? (request.preferredPort ?? start) : start;
    const last = request.exact ? first : end - request.count + 1;
    for (let port = first; port <= last; port++) {
      this.#check(
        13,
        !this.#wasFree(call, request, port, null),
        `${code}, but ${port} was free all the time`,
      );
    }
  }

  /** Whether nothing happened around the call that makes "was free" hard to tell. */
  #isClear(call: Call): boolean {
    const { now, disturbedAt } = this.#auditor;
    if (now - call.firstAt > LONGEST_WINDOW_MS || disturbedAt >= call.firstAt) return false;
    const others = [...this.#inFlight.values()].filter(
      ({ id, command }) => id !== call.id && isProbing(command.kind),
    );
    return others.length === 0 && !this.#recent.some((other) => (other.answeredAt ?? now) >= call.firstAt);
  }

  /** Whether the block from `first` could be granted from before the call until its answer. */
  #wasFree(call: Call, request: AllocateRequest, first: number, except: LeaseRecord | null): boolean {
    for (let port = first; port < first + request.count; port++) {
      if (!this.#wasPortFree(call, request, port, except)) return false;
    }
    return first >= 1024 && first + request.count - 1 <= 65_535;
  }

  #wasPortFree(call: Call, request: AllocateRequest, port: number, except: LeaseRecord | null): boolean {
    const { protocol } = request;
    if (port === OWN_PORT || (protocol === 'tcp' && CATALOGUE.browserBlocked.has(port))) return false;
    if (!this.#world.machine.wasFreeSince(protocol, port, call.firstAt)) return false;
    for (const record of this.#auditor.records.values()) {
      const wasThere = record.endedAt === null || record.endedAt >= call.firstAt;
      if (record !== except && wasThere && coversPort(record, protocol, port)) return false;
    }
    return request.exact || !this.#rests(protocol, port, leaseKey(request));
  }

  /** Whether the store has a rest for the port that may bind this key. */
  #rests(protocol: Protocol, port: number, key: string | null): boolean {
    const rest = this.#world.disk.quarantines.get(`${protocol}:${port}`);
    return rest !== undefined && (rest.key === null || rest.key !== key);
  }

  #check(invariant: number | string, holds: boolean, message: string): void {
    if (!holds) this.#world.violation(invariant, message);
  }
}

/** Whether a command may keep others from a port while it is probed. */
function isProbing(kind: string): boolean {
  return kind === 'allocate' || kind === 'batch' || kind === 'consolidate';
}
