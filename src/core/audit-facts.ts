// Owns what is recorded of a decision: derived from its changes, so that both commit together or not at all.

import { type Actor, type AuditFact, type AuditSubject, type EndCause, NO_SUBJECT } from './audit.ts';
import type { AuditEvent } from './audit-events.ts';
import { type Change, type DurableChange, isDurable } from './change.ts';
import type { Command, Decision, Moment, Observed } from './command.ts';
import type { Lease } from './lease.ts';
import type { StateView } from './state.ts';

/**
 * The same decision, with what the audit records of it.
 *
 * Facts about a decision that changes rows of the store become changes of the audit, and commit with them. What was
 * only seen or renewed changes nothing that is stored: such facts come as `notes`, to be recorded by a command of their
 * own, because a full disk must keep neither a renewal nor an observation from counting.
 */
export function audited<Reply>(
  state: StateView,
  command: Command,
  decision: Decision<Reply>,
  moment: Moment,
  { actor }: Pick<Observed, 'actor'>,
): Decision<Reply> {
  if (decision.kind !== 'answer' && decision.kind !== 'refuse') return decision;
  const { changes } = decision;
  const facts: AuditFact[] = [];
  let hasDurable = false;
  let updated: string | null = null;
  for (const change of changes) {
    hasDurable ||= isDurable(change);
    if (change.table === 'lease' && change.before !== null && change.after !== null) updated = change.id;
    // The row of a lease comes before its vitals, and says more.
    if (change.table !== 'vitals' || change.id !== updated) factsOf(facts, state, command, change);
  }
  if (facts.length === 0) return decision;
  if (!hasDurable) return { ...decision, notes: facts };
  return { ...decision, changes: [...changes, ...numbered(facts, moment, actor, state.lastAudit)] };
}

/** @param last the number of the last event so far */
export function numbered(
  facts: readonly AuditFact[],
  { now, wall }: Moment,
  actor: Actor,
  last: number,
): DurableChange[] {
  const at = Math.round(wall);
  const moment = Math.floor(now);
  return facts.map(({ event, reason, subject, lease }, index) => {
    const seq = last + index + 1;
    const after = { seq, at, moment, event, actor, reason, subject, lease };
    return { table: 'audit', id: seq, before: null, after };
  });
}

function factsOf(facts: AuditFact[], state: StateView, command: Command, change: Change): void {
  const add = (
    event: AuditEvent,
    reason: string | null,
    subject: AuditSubject,
    lease: Lease | null,
  ): void => {
    facts.push({ event, reason, subject, lease });
  };
  switch (change.table) {
    case 'lease': {
      const { before, after, cause = null } = change;
      if (after === null) {
        if (before !== null) add(endEvent(cause), cause, before, null);
      } else if (before === null) add('granted', null, after, after);
      else if (command.kind === 'observe') add('updated', 'process-gone', after, after);
      else if (command.kind === 'mark-singletons') add('updated', 'config-changed', after, after);
      // An asker for a singleton changes the marks of leases that are others'.
      else if (isMarkAlone(before, after)) add('updated', null, after, after);
      else add('renewed', null, after, after);
      break;
    }
    case 'vitals': {
      const { before, after } = change;
      const lease = state.lease(change.id)?.lease;
      if (before === null || after === null || lease === undefined) break;
      if (after.state === 'hijacked' && before.state !== 'hijacked') add('hijacked', null, lease, null);
      // Such a note may come after the end of the lease, and must not bring it back.
      if (after.notedAt !== before.notedAt) add('renewed', null, lease, null);
      break;
    }
    case 'instance': {
      const { before, after } = change;
      const instance = after ?? before;
      if (instance === null) break;
      const { instanceId, workingDirectory: projectPath } = instance;
      const subject = { ...NO_SUBJECT, instanceId, projectPath };
      if (before === null) add('instance_registered', null, subject, null);
      else if (after === null) {
        add('instance_ended', command.kind === 'retire' ? 'retired' : 'silent', subject, null);
      } else {
        const isGone = command.kind !== 'register';
        add('instance_updated', isGone ? 'process-gone' : null, subject, null);
      }
      break;
    }
    case 'range': {
      const { before, after } = change;
      const range = after ?? before;
      if (range === null) break;
      const { name: serviceType, start: port, end } = range;
      const subject = { ...NO_SUBJECT, serviceType, port, count: end - port + 1 };
      if (before === null) add('range_made', null, subject, null);
      else if (after === null) {
        const reason = command.kind === 'settle-ranges' ? 'config-changed' : null;
        add('range_undone', reason, subject, null);
      } else add('range_moved', `from ${before.start}–${before.end}`, subject, null);
      break;
    }
    case 'quarantine': {
      if (change.met === undefined) break;
      const { protocol, port, holder, serviceType } = change.met;
      const subject = { ...NO_SUBJECT, protocol, port, count: 1, serviceType };
      add('conflict', holder === null ? null : `held by ${holder}`, subject, null);
      break;
    }
  }
}

function isMarkAlone(before: Lease, after: Lease): boolean {
  const fields = Object.keys(after) as (keyof Lease)[];
  return fields.every((field) => (before[field] === after[field]) === (field !== 'singleton'));
}

function endEvent(cause: EndCause | null): AuditEvent {
  switch (cause) {
    case null:
    case 'released':
    case 'released-by-force':
    case 'instance-retired':
      return 'released';
    case 'term-over':
      return 'expired';
    default:
      return 'reclaimed';
  }
}
