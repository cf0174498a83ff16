// Owns the moving together of automatic ranges, which closes the holes that undone ones left.

import { configuredRanges, unprovenPorts } from './automatic-type.ts';
import { type AutoAllocation, forbiddenPorts } from './catalogue.ts';
import { type AutomaticRange, type Change, portOfId } from './change.ts';
import type { ConsolidateCommand, Decision, Observed, RangeMove } from './command.ts';
import { LeftHoles } from './left-holes.ts';
import { MIN_UNPRIVILEGED_PORT, type PortRange, rangeSize } from './port-range.ts';
import { PortSet } from './port-set.ts';
import { forgottenKeys } from './range-commands.ts';
import { type NamedRange, prefixOf } from './range-placement.ts';
import { planRange, type RangePolicy, type RangeRule, type Territory } from './range-planner.ts';
import type { ConsolidateReply } from './reply.ts';
import type { StateView } from './state.ts';

/**
 * Moves ranges to where they would have been made had the undone ones never been there, the oldest first; a range with
 * a live lease stays where it is, and none is moved over a port that anybody has.
 */
export function decideConsolidate(
  state: StateView,
  command: ConsolidateCommand,
  observed: Observed,
): Decision<ConsolidateReply> {
  const auto = observed.catalogue.autoAllocation;
  const { moves, next } =
    auto === null ? { moves: [], next: null } : planMoves(state, command, observed, auto);
  const unproven = moves.flatMap(({ to }) => unprovenPorts(to, observed));
  if (unproven.length > 0) return { kind: 'probe', probes: unproven };
  const changes: Change[] = [];
  if (command.apply) {
    const left = moves.map(({ from }) => from);
    changes.push(...forgottenKeys(state, left));
    for (const { from, to } of moves)
      changes.push({ table: 'range', id: from.name, before: from, after: to });
  }
  return { kind: 'answer', reply: { moves, next }, changes };
}

/**
 * Every range is placed anew by its own rule, guided by those that were made before it, around all others. Where none of
 * these was undone, that is the place it has: what was made since has taken only places that it did not choose.
 * One in use that would be placed elsewhere shows a hole, which those that were made after it may close.
 */
function planMoves(
  state: StateView,
  { since, limit = Number.POSITIVE_INFINITY, planned = [] }: ConsolidateCommand,
  observed: Observed,
  { policy, ruleOf }: AutoAllocation,
): ConsolidateReply {
  const { catalogue } = observed;
  const busy = takenPorts(state, observed);
  const configured = configuredRanges(catalogue, state);
  const used = new Set<string>();
  for (const { lease } of state.leases()) used.add(lease.serviceType);
  const moved = new Map(planned.map(({ to }) => [to.name, to]));
  const places = [...state.ranges()]
    .sort((a, b) => a.madeAt - b.madeAt)
    .map((range) => moved.get(range.name) ?? range);
  // Those that somebody gave another place in config.json are where they were put: they are in the way until let go.
  const put = new Set<string>();
  for (const { name, start, end } of state.ranges()) {
    const there = catalogue.serviceTypes.get(name)?.range;
    if (there !== undefined && (there.start !== start || there.end !== end)) put.add(name);
  }
  const offset = since?.offset ?? 0;
  const left = new LeftHoles(since?.left ?? [], policy.gap);
  const end = Math.min(places.length, offset + limit);
  const moves: RangeMove[] = [];
  for (let index = offset; index < end; index++) {
    const from = places[index];
    if (from === undefined) break;
    if (put.has(from.name)) continue;
    const rule = { ...ruleOf(from.name), size: rangeSize(from) };
    // A strategy of the user's own may say today what it would not have said then.
    if (rule.own !== undefined && rule.own !== null) continue;
    const automatic = places.slice(0, index).filter(({ name }) => !put.has(name));
    const later = places.filter(({ name }, place) => place > index || (place < index && put.has(name)));
    const territory = { configured, automatic, later, busy };
    const isUsed = used.has(from.name);
    const place =
      (isUsed ? null : placeInHole(left, rule, from, policy, territory)) ??
      ownPlace(rule, from, policy, territory);
    if (place === null) continue;
    if (isUsed) {
      left.add(from, place);
      continue;
    }
    const to: AutomaticRange = { ...from, ...place };
    left.close(to);
    places[index] = to;
    moves.push({ from, to });
  }
  return { moves, next: end < places.length ? { offset: end, left: left.all() } : null };
}

/** A place in a hole beside a range in use, for those that follow nothing but an end of the bounds or a wish. */
function placeInHole(
  left: LeftHoles,
  { placement, preferredStart, size }: RangeRule,
  from: NamedRange,
  policy: RangePolicy,
  { configured, automatic, later, busy }: Required<Territory>,
): PortRange | null {
  if (placement === 'smart') return null;
  const isUpwards = placement === 'before' && preferredStart === null;
  const wish =
    preferredStart === null ? policy.bounds.start : Math.max(preferredStart, MIN_UNPRIVILEGED_PORT);
  const within = isUpwards
    ? { start: from.end + 1, end: policy.bounds.end }
    : { start: wish, end: from.start - 1 };
  const ranges = [...configured, ...automatic, ...later];
  const avoided = [...policy.avoided, ...busy];
  return left.place(size, within, isUpwards, { ranges, gap: policy.gap, avoided });
}

/** Where a range would be made now, if that is another place, and nearer to its rule's wish. */
function ownPlace(
  rule: RangeRule,
  from: NamedRange,
  policy: RangePolicy,
  territory: Territory,
): PortRange | null {
  const found = planRange(from.name, rule, policy, territory);
  // An undone range leaves more than a gap. What is nearer was closed by a port that was taken then.
  if (found === null || Math.abs(found.start - from.start) <= policy.gap) return null;
  const guides = [...territory.configured, ...territory.automatic];
  return isTowardsWish(rule, from, found, guides) ? found : null;
}

/** Whether `to` is nearer than `from` to where the rule wants a range; where that is not sure it is not. */
function isTowardsWish(
  { placement, preferredStart }: RangeRule,
  from: NamedRange,
  to: PortRange,
  guides: readonly NamedRange[],
): boolean {
  if (preferredStart !== null) {
    const wish = Math.max(preferredStart, MIN_UNPRIVILEGED_PORT);
    if (Math.min(from.start, to.start) < wish) return false;
    if (placement !== 'smart') return to.start < from.start;
  }
  if (placement === 'before') return to.start > from.start;
  const relatives =
    placement === 'smart' ? guides.filter(({ name }) => prefixOf(name) === prefixOf(from.name)) : [];
  if (relatives.length === 0) return to.start < from.start;
  return distanceTo(relatives, to) < distanceTo(relatives, from);
}

function distanceTo(relatives: readonly PortRange[], { start, end }: PortRange): number {
  return Math.min(...relatives.map((near) => Math.max(start - near.end, near.start - end)));
}

/** Every port that no range is moved over, ascending. */
function takenPorts(state: StateView, { catalogue, busy, pending }: Observed): readonly number[] {
  const taken = PortSet.of(forbiddenPorts(catalogue));
  for (const protocol of ['tcp', 'udp'] as const) {
    for (const port of state.taken(protocol)) taken.add(port);
    for (const port of pending[protocol]) taken.add(port);
  }
  for (const id of busy.keys()) taken.add(portOfId(id));
  return [...taken];
}
