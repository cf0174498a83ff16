// Owns the undoing of an automatic range, and what its keys forget with it.

import type { Catalogue } from './catalogue.ts';
import type { Change } from './change.ts';
import type { Decision, Moment, UndoRangeCommand } from './command.ts';
import { forcedEndChanges } from './ending.ts';
import { describeLease, MAX_HOLDERS } from './holder.ts';
import { type LeaseEntry, serviceTypeOfKey } from './lease.ts';
import { contains } from './port-range.ts';
import type { NamedRange } from './range-placement.ts';
import { refusal } from './refusal.ts';
import type { UndoRangeReply } from './reply.ts';
import type { StateView } from './state.ts';

/** Takes a range back. Its leases keep it, unless `force` ends them. */
export function decideUndoRange(
  state: StateView,
  command: UndoRangeCommand,
  moment: Moment,
  catalogue: Catalogue,
): Decision<UndoRangeReply> {
  const { serviceType, force } = command;
  const range = state.range(serviceType);
  if (range === undefined) {
    const detail = `"${serviceType}" has no range that was made by itself`;
    const hint = 'Run `styxy config auto-allocation list` for those that there are.';
    return {
      kind: 'refuse',
      refusal: refusal('NOT_FOUND', detail, hint, { service_type: serviceType }),
      changes: [],
    };
  }
  const leases = leasesOfType(state, serviceType);
  if (leases.length > 0 && !force) {
    const holders = leases.slice(0, MAX_HOLDERS).map(describeLease);
    const detail = `the range of "${serviceType}" is in use by ${holders[0]}`;
    const hint = `Run \`styxy list --service ${serviceType}\` to see its leases and release them, or \`styxy config auto-allocation undo ${serviceType} --force\`, which ends them.`;
    const fields = { service_type: serviceType, holders, holders_total: leases.length };
    return { kind: 'refuse', refusal: refusal('LEASE_IN_USE', detail, hint, fields), changes: [] };
  }
  const changes: Change[] = leases.flatMap((entry) =>
    forcedEndChanges(state, entry, 'range-undone', catalogue, moment.now),
  );
  changes.push(...forgottenKeys(state, [range]));
  changes.push({ table: 'range', id: serviceType, before: range, after: null });
  return { kind: 'answer', reply: { range, ended: leases.length }, changes };
}

function leasesOfType(state: StateView, serviceType: string): LeaseEntry[] {
  return [...state.leases()].filter(({ lease }) => lease.serviceType === serviceType);
}

/**
 * The memory that the keys of types have of ports in ranges that are gone, which would bring them back there. A key of
 * another type got its port there by its own wish, and keeps it.
 *
 * @param ranges the former ranges of types that have no lease, or none for longer than this decision
 */
export function forgottenKeys(state: StateView, ranges: readonly NamedRange[]): Change[] {
  if (ranges.length === 0) return [];
  const gone = new Map(ranges.map((range) => [range.name, range]));
  const changes: Change[] = [];
  for (const [id, before] of state.keys()) {
    const range = gone.get(serviceTypeOfKey(id));
    if (range !== undefined && contains(range, before.port))
      changes.push({ table: 'key', id, before, after: null });
  }
  return changes;
}
