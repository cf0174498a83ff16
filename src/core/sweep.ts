// Owns the ending of leases that are over, by their rules and by hand, and the wake that lets none end too early.

import type { EndReason } from './audit.ts';
import type { Catalogue } from './catalogue.ts';
import type { Change } from './change.ts';
import type { CleanupCommand, Decision, Moment, SweepCommand } from './command.ts';
import { endedLease, forcedEndChanges } from './ending.ts';
import type { LeaseEntry } from './lease.ts';
import { endReason, hasLiveHolder, keepReason, snapshot } from './life.ts';
import type { CleanupReply, EndedLease, KeptLease, SweepReply } from './reply.ts';
import type { StateView } from './state.ts';

/** Ends every lease that is over, of the given ones where some are given. */
export function decideSweep(
  state: StateView,
  command: SweepCommand,
  moment: Moment,
  catalogue: Catalogue,
): Decision<SweepReply> {
  const { ended, changes } = endAll(state, meant(state, command), moment, catalogue, (entry) =>
    endReason(state, entry, catalogue, moment.now),
  );
  return { kind: 'answer', reply: { ended }, changes };
}

/**
 * Clean-up by hand: what is over, what lies idle without a holder, and with `force` everything
 * that no connection holds and nobody listens on.
 */
export function decideCleanup(
  state: StateView,
  command: CleanupCommand,
  moment: Moment,
  catalogue: Catalogue,
): Decision<CleanupReply> {
  const kept: KeptLease[] = [];
  const { ended, changes } = endAll(state, meant(state, command), moment, catalogue, (entry) => {
    const reason =
      endReason(state, entry, catalogue, moment.now) ?? unusedReason(state, entry, command, moment);
    if (reason === null)
      kept.push({ snapshot: snapshot(state, entry, moment), reason: keepReason(state, entry, moment.now) });
    return reason;
  });
  const reply = { cleaned: ended, kept };
  return { kind: 'answer', reply, changes: command.dryRun ? [] : changes };
}

/** The machine slept or the daemon was stopped: no term and no silence counts from before now. */
export function decideWake(state: StateView, moment: Moment): Decision<Record<string, never>> {
  const change: Change = { table: 'floor', id: 'floor', before: state.floor, after: moment.now };
  return { kind: 'answer', reply: {}, changes: [change] };
}

function meant(state: StateView, { lockIds }: SweepCommand | CleanupCommand): Iterable<LeaseEntry> {
  return lockIds === undefined ? state.leases() : lockIds.flatMap((id) => state.lease(id) ?? []);
}

/** Why a lease that is not over yet goes at a clean-up by hand, or null where somebody listens, or may. */
function unusedReason(
  state: StateView,
  entry: LeaseEntry,
  { force }: CleanupCommand,
  { now }: Moment,
): EndReason | null {
  const { state: seen, isUnseen, holds } = entry.vitals;
  if (isUnseen || (seen !== 'idle' && seen !== 'reserved')) return null;
  if (seen === 'idle' && !hasLiveHolder(state, entry, now)) return 'listener-gone';
  // A held connection is a command that lives: its server may be starting, or have moved to another port.
  return force && holds === 0 ? 'forced' : null;
}

function endAll(
  state: StateView,
  leases: Iterable<LeaseEntry>,
  moment: Moment,
  catalogue: Catalogue,
  reasonOf: (entry: LeaseEntry) => EndReason | null,
): { ended: EndedLease[]; changes: Change[] } {
  const ended: EndedLease[] = [];
  const changes: Change[] = [];
  for (const entry of leases) {
    const reason = reasonOf(entry);
    if (reason === null) continue;
    ended.push(endedLease(state, entry, reason, moment));
    changes.push(...forcedEndChanges(state, entry, reason, catalogue, moment.now));
  }
  return { ended, changes };
}
