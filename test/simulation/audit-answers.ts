// Owns the audit of answers: what clients were told must be true, durable, the same again, and no better port was free.

import type { Outcome } from '../../src/coordinator/contract.ts';
import type { Command } from '../../src/core/command.ts';
import { leaseKey } from '../../src/core/lease.ts';
import type { AllocateReply } from '../../src/core/reply.ts';
import { AllocationAudit } from './audit-allocations.ts';
import type { Auditor } from './auditor.ts';
import type { Answer, Call } from './call.ts';
import {
  type InstanceRecord,
  isListening,
  isProvenStranger,
  type LeaseRecord,
  sightOf,
  socketsOf,
} from './ledger.ts';
import { CATALOGUE } from './weather.ts';
import type { World } from './world.ts';

export class AnswerAudit {
  readonly inFlight = new Map<number, Call>();
  readonly allocations: AllocationAudit;
  /** By request id: the first answer, as text. */
  readonly #doubtfulIds = new Set<string>();
  readonly #firstAnswers = new Map<
    string,
    { readonly body: string; readonly answer: string; readonly at: number }
  >();
  /** By request id: when it was sent for the first time. */
  readonly #firstSent = new Map<string, number>();
  readonly #world: World;
  readonly #auditor: Auditor;

  constructor(world: World, auditor: Auditor) {
    this.#world = world;
    this.#auditor = auditor;
    this.allocations = new AllocationAudit(world, auditor, this.inFlight);
  }

  /** A power cut may have undone what was answered. */
  forget(): void {
    // Whether the daemon still knows these, and since when, nobody can say after a power cut.
    for (const requestId of this.#firstAnswers.keys()) this.#doubtfulIds.add(requestId);
    this.#firstAnswers.clear();
    this.allocations.forget();
  }

  granted(record: LeaseRecord): void {
    this.allocations.granted(record);
  }

  isRetiring(instanceId: string): boolean {
    for (const { command } of this.inFlight.values()) {
      if (command.kind === 'retire' && command.instanceId === instanceId) return true;
    }
    return false;
  }

  /** Whether somebody asks to take the range of a type back, and by force. */
  undoUnderWay(serviceType: string): 'forced' | 'mild' | null {
    let found: 'forced' | 'mild' | null = null;
    for (const { command } of this.inFlight.values()) {
      if (command.kind === 'undo-range' && command.serviceType === serviceType && found !== 'forced')
        found = command.force ? 'forced' : 'mild';
    }
    return found;
  }

  isConsolidating(): boolean {
    return [...this.inFlight.values()].some(({ command }) => command.kind === 'consolidate' && command.apply);
  }

  cleanupUnderWay(): 'forced' | 'mild' | null {
    let found: 'forced' | 'mild' | null = null;
    for (const { command } of this.inFlight.values()) {
      if (command.kind === 'cleanup' && !command.dryRun && found !== 'forced')
        found = command.force ? 'forced' : 'mild';
    }
    return found;
  }

  begin(call: Call): void {
    this.inFlight.set(call.id, call);
    const requestId = call.command.kind === 'allocate' ? call.command.requestId : null;
    if (requestId !== null) {
      call.firstAt = this.#firstSent.get(requestId) ?? call.firstAt;
      this.#firstSent.set(requestId, call.firstAt);
    }
    const record = this.#recordOf(call.command);
    if (record === undefined) return;
    record.lastCallAt = this.#auditor.now;
    const { command } = call;
    if (command.kind !== 'release') return;
    if (command.fence === null || command.fence === record.lease.fence) record.enders.add(call.id);
  }

  /** The client got this answer, or lost it. */
  end(call: Call, answer: Answer<unknown>): void {
    const { counts, now } = this.#auditor;
    call.answeredAt = now;
    for (const instance of this.#instancesOf(call.command)) instance.namedAt = now;
    const record = this.#recordOf(call.command);
    if (record !== undefined) record.lastCallAt = now;
    if (answer.kind === 'outcome') {
      counts[answer.outcome.ok ? 'answers' : 'refusals'] += 1;
      if (answer.outcome.ok) this.#heard(call);
      this.#judge(call, answer.outcome);
      if (!answer.outcome.ok) record?.enders.delete(call.id);
    } else {
      counts[answer.kind === 'fault' ? 'faults' : 'lost'] += 1;
      if (answer.kind === 'fault') record?.enders.delete(call.id);
      else for (const asked of this.#recordsOfKeys(call.command)) asked.lastCallAt = now;
    }
    this.inFlight.delete(call.id);
    this.allocations.done(call);
  }

  #judge(call: Call, outcome: Outcome<unknown>): void {
    const { command } = call;
    switch (command.kind) {
      case 'allocate': {
        const isRepeated = this.#compareWithFirst(call, outcome);
        if (!isRepeated) this.allocations.judge(call, command.request, outcome as Outcome<AllocateReply>);
        break;
      }
      case 'batch':
        if (outcome.ok) this.#judgeBatch(call, outcome.reply as { allocations: readonly AllocateReply[] });
        break;
      case 'undo-range':
        this.#auditor.ranges.judgeUndo(call, command.serviceType, outcome.ok ? null : outcome.refusal);
        break;
      case 'renew':
      case 'release':
        this.#judgeFence(call, command, outcome);
        break;
      default:
        break;
    }
  }

  #judgeBatch(call: Call, { allocations }: { allocations: readonly AllocateReply[] }): void {
    const { command } = call;
    if (command.kind !== 'batch') return;
    this.#check('none', allocations.length === command.allocations.length, 'a batch was granted in part');
    for (const [index, { request }] of command.allocations.entries()) {
      const reply = allocations[index];
      if (reply !== undefined) this.allocations.judgeGrant(call, request, reply);
    }
  }

  /** The same request id gets the same answer for a day, whatever happened meanwhile (invariant 6). */
  #compareWithFirst(call: Call, outcome: Outcome<unknown>): boolean {
    const { command } = call;
    if (command.kind !== 'allocate' || command.requestId === null) return false;
    if (this.#doubtfulIds.has(command.requestId)) return true;
    // What the daemon finds out by itself is no part of what the client said.
    const { process: _process, linkedWorktree: _linked, ...said } = command.request;
    const body = JSON.stringify({ ...said, ttlMs: said.ttlMs ?? CATALOGUE.defaultTtlMs });
    const answer = JSON.stringify(outcome);
    const first = this.#firstAnswers.get(command.requestId);
    const isFirst = first === undefined || this.#auditor.now - first.at > 86_000_000;
    // A refusal for another body is no first answer: that one was lost, or is still on its way. Nor is any for a mistake.
    if (isFirst && !outcome.ok && outcome.refusal.code === 'INVALID_REQUEST') return true;
    const isMistake = !outcome.ok && outcome.refusal.code === 'UNKNOWN_SERVICE_TYPE';
    if (isMistake && (isFirst || call.sentAt <= first.at)) return false;
    if (isFirst) {
      this.#firstAnswers.set(command.requestId, { body, answer, at: this.#auditor.now });
      return false;
    }
    if (first.body === body) {
      this.#check(
        6,
        first.answer === answer,
        `request ${command.requestId} got another answer: ${first.answer} / ${answer}`,
      );
    } else {
      const isRefused = !outcome.ok && outcome.refusal.code === 'INVALID_REQUEST';
      this.#check(6, isRefused, `request ${command.requestId} was accepted with another body`);
    }
    return true;
  }

  #judgeFence(
    call: Call,
    command: Extract<Command, { kind: 'renew' | 'release' }>,
    outcome: Outcome<unknown>,
  ): void {
    const record = this.#auditor.records.get(command.lockId);
    if (record === undefined) return;
    const { lease } = record;
    const isStale = command.fence !== null && command.fence !== lease.fence;
    const wasLive = record.bornAt <= call.firstAt && record.endedAt === null;
    if (outcome.ok) {
      this.#check(
        5,
        !isStale,
        `a ${command.kind} with the stale fence ${command.fence} was accepted for ${lease.lockId}`,
      );
      const hadEnded = record.endedAt !== null && record.endedAt < call.sentAt;
      this.#check(
        5,
        !hadEnded || call.firstAt < call.sentAt,
        `a ${command.kind} of ${lease.lockId} came after its end and was accepted`,
      );
      this.#judgeDone(call, command, record);
      return;
    }
    const { code } = outcome.refusal;
    this.#check(9, code !== 'LEASE_NOT_FOUND' || !wasLive, `live lease ${lease.lockId} was not found`);
    this.#check(5, code !== 'STALE_FENCE' || isStale, `the right fence of ${lease.lockId} was called stale`);
    if (command.kind !== 'release' || code !== 'LEASE_IN_USE') return;
    this.#check(
      'release',
      !isCallers(record, command) && !command.force,
      `${lease.lockId} was kept from its own holder`,
    );
  }

  #judgeDone(
    call: Call,
    command: Extract<Command, { kind: 'renew' | 'release' }>,
    record: LeaseRecord,
  ): void {
    if (command.kind === 'renew') {
      if (record.endedAt !== null) return;
      record.termFrom = Math.max(record.termFrom, call.sentAt);
      this.#auditor.promised(record, call, command.pid);
      return;
    }
    const gone = record.endedAt !== null;
    this.#check(4, gone, `${record.lease.lockId} was released before its end was durable`);
    const { machine } = this.#world;
    const isNamed = command.callerInstanceId !== null || command.callerProjectPath !== null;
    const wasListening = isNamed
      ? this.#listensSince(record, call.sentAt)
      : record.listenedAt >= call.sentAt - 1000 && isListening(record, machine, this.#auditor.now);
    const { configuration } = this.#world;
    const isSingle = configuration.isOneSince(record.lease, record.lease, call.sentAt);
    const isMine = isCallers(record, command) || command.force;
    this.#check(
      14,
      isMine || !isNamed || !isSingle,
      `the singleton ${record.lease.lockId} was released by somebody else`,
    );
    // Beside a stranger it may be hijacked, and then it is not active.
    const isShared = sightOf(record, machine) === 'shared';
    const isAllowed = isMine || isShared;
    this.#check(
      'release',
      isAllowed || !wasListening,
      `${record.lease.lockId}, active, was released by somebody else`,
    );
  }

  /** Whether a daemon that could see had to see its own program from `since` until now. */
  #listensSince(record: LeaseRecord, since: number): boolean {
    const { healthySince } = this.#auditor;
    const { machine } = this.#world;
    if (healthySince === null || healthySince > since) return false;
    return socketsOf(record, machine).some(
      (socket) => socket.since < since && !isProvenStranger(record, socket, machine),
    );
  }

  #heard({ command, sentAt }: Call): void {
    for (const record of this.#instancesOf(command)) record.heardAt = Math.max(record.heardAt, sentAt);
  }

  #instancesOf(command: Command): InstanceRecord[] {
    const ids: (string | null)[] = [];
    if (command.kind === 'allocate') ids.push(command.request.instanceId);
    if (command.kind === 'batch') for (const { request } of command.allocations) ids.push(request.instanceId);
    if (command.kind === 'release') ids.push(command.callerInstanceId);
    if (command.kind === 'instance-heartbeat' || command.kind === 'register') ids.push(command.instanceId);
    return ids.flatMap((id) => (id === null ? [] : (this.#auditor.instances.get(id) ?? [])));
  }

  /** The leases that an allocation may have been given: whoever lost its answer may have renewed one of them. */
  #recordsOfKeys(command: Command): LeaseRecord[] {
    const asks =
      command.kind === 'allocate' ? [command] : command.kind === 'batch' ? command.allocations : [];
    const keys = asks.flatMap(({ request }) => leaseKey(request) ?? []);
    return this.#auditor.live().filter(({ key }) => key !== null && keys.includes(key));
  }

  #recordOf(command: Command): LeaseRecord | undefined {
    return 'lockId' in command ? this.#auditor.records.get(command.lockId) : undefined;
  }

  #check(invariant: number | string, holds: boolean, message: string): void {
    if (!holds) this.#world.violation(invariant, message);
  }
}

function isCallers({ lease }: LeaseRecord, command: Extract<Command, { kind: 'release' }>): boolean {
  return (
    (lease.instanceId !== null && lease.instanceId === command.callerInstanceId) ||
    (lease.projectPath !== null && lease.projectPath === command.callerProjectPath)
  );
}
