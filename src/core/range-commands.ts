// Owns what becomes of automatic ranges after they were made: undone, or moved together to close the holes between them.

import { configuredRanges, unprovenPorts } from './automatic-type.ts';
import { type AutoAllocation, type Catalogue, forbiddenPorts } from './catalogue.ts';
import { type AutomaticRange, type Change, portOfId } from './change.ts';
import type { ConsolidateCommand, Decision, Moment, Observed, UndoRangeCommand } from './command.ts';
import { forcedEndChanges } from './ending.ts';
import { holesOf } from './free-space.ts';
import { describeLease, MAX_HOLDERS } from './holder.ts';
import type { LeaseEntry } from './lease.ts';
import { rangeSize } from './port-range.ts';
import { refusal } from './refusal.ts';
import type { ConsolidateReply, RangeMove, UndoRangeReply } from './reply.ts';
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
  changes.push(...forgottenKeys(state, range, leases));
  changes.push({ table: 'range', id: serviceType, before: range, after: null });
  return { kind: 'answer', reply: { range, ended: leases.length }, changes };
}

/**
 * Moves ranges down into the holes below them, the lowest first; a range with a live lease stays where it is, and none
 * is moved over a port that anybody has.
 */
export function decideConsolidate(
  state: StateView,
  command: ConsolidateCommand,
  observed: Observed,
): Decision<ConsolidateReply> {
  const auto = observed.catalogue.autoAllocation;
  const moves = auto === null ? [] : planMoves(state, observed, auto);
  const unproven = moves.flatMap(({ to }) => unprovenPorts(to, observed));
  if (unproven.length > 0) return { kind: 'probe', probes: unproven };
  const changes: Change[] = [];
  for (const { from, to } of command.apply ? moves : []) {
    changes.push(...forgottenKeys(state, from, []));
    changes.push({ table: 'range', id: from.name, before: from, after: to });
  }
  return { kind: 'answer', reply: { moves }, changes };
}

function planMoves(
  state: StateView,
  { catalogue, busy, pending }: Observed,
  { policy }: AutoAllocation,
): RangeMove[] {
  const avoided = [...policy.avoided, ...forbiddenPorts(catalogue)];
  for (const protocol of ['tcp', 'udp'] as const)
    avoided.push(...state.taken(protocol), ...pending[protocol]);
  for (const id of busy.keys()) avoided.push(portOfId(id));
  const places = new Map([...state.ranges()].map((range) => [range.name, range]));
  const moves: RangeMove[] = [];
  for (const from of [...places.values()].sort((a, b) => a.start - b.start)) {
    // One that somebody gave another place in config.json is where it was put.
    const configured = catalogue.serviceTypes.get(from.name)?.range ?? from;
    const isPut = configured.start !== from.start || configured.end !== from.end;
    if (isPut || leasesOfType(state, from.name).length > 0) continue;
    const others = [...places.values()].filter(({ name }) => name !== from.name);
    const ranges = [...configuredRanges(catalogue, state), ...others];
    const size = rangeSize(from);
    const start = holesOf({ bounds: policy.bounds, ranges, gap: policy.gap, avoided }, size).lowest(0);
    // Nor is one below the bounds moved, where a rule wished for it: no hole is lower.
    if (start === null || start >= from.start) continue;
    const to = { ...from, start, end: start + size - 1 };
    places.set(from.name, to);
    moves.push({ from, to });
  }
  return moves;
}

function leasesOfType(state: StateView, serviceType: string): LeaseEntry[] {
  return [...state.leases()].filter(({ lease }) => lease.serviceType === serviceType);
}

/** The memory of ports in a range that is gone would bring its keys back there. */
export function forgottenKeys(
  state: StateView,
  range: AutomaticRange,
  ending: readonly LeaseEntry[],
): Change[] {
  const { start, end } = range;
  const changes: Change[] = [];
  for (const [id, before] of state.keys()) {
    if (before.port < start || before.port > end) continue;
    if (state.leasesOfKey(id).some((entry) => !ending.includes(entry))) continue;
    changes.push({ table: 'key', id, before, after: null });
  }
  return changes;
}
