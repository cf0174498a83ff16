// Owns the ending of what is over: leases by their rules, instances, old keys and request ids, rests; and clean-up by hand.

import type { Catalogue } from './catalogue.ts';
import type { Change } from './change.ts';
import type {
  CleanupCommand,
  CleanupReply,
  Decision,
  EndedLease,
  EndReason,
  KeptLease,
  Moment,
  SweepReply,
} from './command.ts';
import { endedLease, forcedEndChanges } from './ending.ts';
import { isStale } from './instance.ts';
import type { LeaseEntry } from './lease.ts';
import { endReason, hasLiveHolder, keepReason, snapshot } from './life.ts';
import { forgottenRests } from './quarantine.ts';
import type { StateView } from './state.ts';

/** An instance that is over and holds nothing is shown for this long (ms) before it is forgotten. */
const STALE_INSTANCE_MS = 86_400_000;

/** Ends every lease that is over, and nothing else of leases. */
export function decideSweep(state: StateView, moment: Moment, catalogue: Catalogue): Decision<SweepReply> {
  const { ended, changes } = endAll(state, moment, catalogue, (entry) =>
    endReason(state, entry, catalogue, moment.now),
  );
  // A rest that begins in this very sweep must not be forgotten along with the old one of its port.
  const begun = new Set(changes.flatMap((change) => (change.table === 'quarantine' ? [change.id] : [])));
  const old = forgotten(state, moment.now, catalogue).filter(
    (change) => change.table !== 'quarantine' || !begun.has(change.id),
  );
  return { kind: 'answer', reply: { ended }, changes: [...changes, ...old] };
}

/**
 * Clean-up by hand: what is over, what lies idle without a holder, and with `force` everything that nobody listens on.
 */
export function decideCleanup(
  state: StateView,
  command: CleanupCommand,
  moment: Moment,
  catalogue: Catalogue,
): Decision<CleanupReply> {
  const kept: KeptLease[] = [];
  const { ended, changes } = endAll(state, moment, catalogue, (entry) => {
    const reason = endReason(state, entry, catalogue, moment.now);
    if (reason !== null) return reason;
    const { state: seen } = entry.vitals;
    if (seen === 'idle' && !hasLiveHolder(state, entry, moment.now)) return 'listener-gone';
    if (command.force && (seen === 'idle' || seen === 'reserved')) return 'forced';
    kept.push({ snapshot: snapshot(state, entry, moment), reason: keepReason(state, entry, moment.now) });
    return null;
  });
  const reply = { cleaned: ended, kept };
  return { kind: 'answer', reply, changes: command.dryRun ? [] : changes };
}

/** The machine slept or the daemon was stopped: no term and no silence counts from before now. */
export function decideWake(state: StateView, moment: Moment): Decision<Record<string, never>> {
  const change: Change = { table: 'floor', id: 'floor', before: state.floor, after: moment.now };
  return { kind: 'answer', reply: {}, changes: [change] };
}

function endAll(
  state: StateView,
  moment: Moment,
  catalogue: Catalogue,
  reasonOf: (entry: LeaseEntry) => EndReason | null,
): { ended: EndedLease[]; changes: Change[] } {
  const ended: EndedLease[] = [];
  const changes: Change[] = [];
  for (const entry of state.leases()) {
    const reason = reasonOf(entry);
    if (reason === null) continue;
    ended.push(endedLease(state, entry, reason, moment));
    changes.push(...forcedEndChanges(state, entry, catalogue, moment.now));
  }
  return { ended, changes };
}

function forgotten(state: StateView, now: number, catalogue: Catalogue): Change[] {
  const changes: Change[] = [...forgottenRests(state, catalogue, now)];
  for (const [id, before] of state.keys()) {
    const isOld = now - before.usedAt >= catalogue.keyRetentionMs;
    if (isOld && state.leasesOfKey(id).length === 0) changes.push({ table: 'key', id, before, after: null });
  }
  for (const [id, before] of state.requests()) {
    if (now - before.answeredAt >= catalogue.requestRetentionMs) {
      changes.push({ table: 'request', id, before, after: null });
    }
  }
  for (const entry of state.instances()) {
    const { instance, pulse } = entry;
    const silentMs = now - Math.max(pulse.heardAt, state.floor);
    const isOver = isStale(entry, now, state.floor) && silentMs >= STALE_INSTANCE_MS;
    if (!isOver || state.leasesOfInstance(instance.instanceId).length > 0) continue;
    changes.push(
      { table: 'pulse', id: instance.instanceId, before: pulse, after: null },
      { table: 'instance', id: instance.instanceId, before: instance, after: null },
    );
  }
  return changes;
}
