// Owns the map of the ports: what each port of each range is, from leases, rests and listeners.

import type { LeaseJson } from '../api/schemas.ts';
import type { OverviewAnswer } from '../api/schemas-dashboard.ts';
import type { PortInUse } from '../api/schemas-scan.ts';

export type ManagedRange = OverviewAnswer['ranges'][number];
export type RestingPort = OverviewAnswer['resting'][number];

/** `avoided`: never granted for TCP. The worse comes later: one cell stands for both protocols. */
export const CELL_STATES = [
  'free',
  'avoided',
  'quarantined',
  'foreign',
  'reserved',
  'idle',
  'active',
  'hijacked',
] as const;
export type CellState = (typeof CELL_STATES)[number];

export interface PortCell {
  readonly port: number;
  readonly state: CellState;
  /** The leases that cover it, one for each protocol at most. */
  readonly leases: readonly LeaseJson[];
  readonly resting: readonly RestingPort[];
  /** Who listens on it, of all protocols. */
  readonly listeners: readonly PortInUse[];
}

/** A row of the map: a range with its cells, or the ports that leases have outside of all ranges. */
export interface PortStrip {
  readonly title: string;
  /** Null for the ports outside of all ranges. */
  readonly range: ManagedRange | null;
  readonly cells: readonly PortCell[];
  /** How many of them are not free. */
  readonly taken: number;
}

export interface Surroundings {
  readonly ranges: readonly ManagedRange[];
  readonly leases: Iterable<LeaseJson>;
  readonly resting: readonly RestingPort[];
  readonly listeners: readonly PortInUse[];
}

/** The whole map, in the order of the ranges. */
export function stripsOf({ ranges, leases, resting, listeners }: Surroundings): PortStrip[] {
  const leasesOn = new Map<number, LeaseJson[]>();
  for (const lease of leases) for (const port of lease.ports) push(leasesOn, port, lease);
  const restingOn = new Map<number, RestingPort[]>();
  for (const each of resting) push(restingOn, each.port, each);
  const listenersOn = new Map<number, PortInUse[]>();
  for (const each of listeners) push(listenersOn, each.port, each);
  const cellOf = (port: number, isAvoided: boolean): PortCell =>
    makeCell(port, isAvoided, leasesOn.get(port), restingOn.get(port), listenersOn.get(port));
  const strips = ranges.map((range): PortStrip => {
    const avoided = new Set(range.avoided);
    const cells = Array.from({ length: range.end - range.start + 1 }, (_, index) =>
      cellOf(range.start + index, avoided.has(range.start + index)),
    );
    return strip(range.service_type, range, cells);
  });
  const outside = [...leasesOn.keys()]
    .filter((port) => !ranges.some(({ start, end }) => port >= start && port <= end))
    .sort((a, b) => a - b);
  if (outside.length > 0)
    strips.push(
      strip(
        'elsewhere',
        null,
        outside.map((port) => cellOf(port, false)),
      ),
    );
  return strips;
}

function strip(title: string, range: ManagedRange | null, cells: readonly PortCell[]): PortStrip {
  const taken = cells.filter(({ state }) => state !== 'free' && state !== 'avoided').length;
  return { title, range, cells, taken };
}

const NOTHING: readonly never[] = [];

function makeCell(
  port: number,
  isAvoided: boolean,
  leases: readonly LeaseJson[] = NOTHING,
  resting: readonly RestingPort[] = NOTHING,
  listeners: readonly PortInUse[] = NOTHING,
): PortCell {
  let state: CellState = isAvoided ? 'avoided' : 'free';
  const raise = (to: CellState): void => {
    if (CELL_STATES.indexOf(to) > CELL_STATES.indexOf(state)) state = to;
  };
  if (resting.length > 0) raise('quarantined');
  // A listener under a lease is the lease's own, or the lease says so; without one it is a stranger to us.
  if (listeners.some(({ protocol }) => !leases.some((lease) => lease.protocol === protocol)))
    raise('foreign');
  for (const lease of leases) raise(lease.state);
  return { port, state, leases, resting, listeners };
}

function push<Value>(lists: Map<number, Value[]>, port: number, value: Value): void {
  const list = lists.get(port);
  if (list === undefined) lists.set(port, [value]);
  else list.push(value);
}
