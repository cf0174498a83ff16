// Owns what a new configuration makes of automatic ranges: which of them it has taken the place of.

import { isOverrun } from './automatic-type.ts';
import type { Catalogue } from './catalogue.ts';
import type { Change } from './change.ts';
import type { Decision, SettleRangesCommand } from './command.ts';
import { forgottenKeys } from './range-commands.ts';
import type { NamedRange } from './range-placement.ts';
import type { SettleReply } from './reply.ts';
import type { StateView } from './state.ts';

/**
 * Lets go of the ranges that are the configuration's business now: of a type that somebody gave another range, and those
 * that a configured range lies over, unless they have a lease. A type of these gets a new range at its next request. A
 * range that somebody took out of the configuration is undone, unless it has a lease.
 */
export function decideSettleRanges(
  state: StateView,
  { except, dropped }: SettleRangesCommand,
  { serviceTypes }: Pick<Catalogue, 'serviceTypes'>,
): Decision<SettleReply> {
  const used = new Set<string>();
  for (const { lease } of state.leases()) used.add(lease.serviceType);
  const changes: Change[] = [];
  const undone: NamedRange[] = [];
  const staying = new Set(except);
  for (const range of state.ranges()) {
    if (staying.has(range.name)) continue;
    const configured = serviceTypes.get(range.name)?.range;
    const isSettled =
      configured === undefined
        ? isOverrun({ serviceTypes }, range) && !used.has(range.name)
        : configured.start !== range.start || configured.end !== range.end;
    const isDropped =
      configured === undefined && !used.has(range.name) && dropped.some((gone) => isSameRange(gone, range));
    // As after an undo: the keys of its ports begin anew.
    if (isDropped) undone.push(range);
    if (isSettled || isDropped) changes.push({ table: 'range', id: range.name, before: range, after: null });
  }
  const settled = changes.length;
  changes.push(...forgottenKeys(state, undone));
  return { kind: 'answer', reply: { settled }, changes };
}

function isSameRange(a: NamedRange, b: NamedRange): boolean {
  return a.name === b.name && a.start === b.start && a.end === b.end;
}
