// Owns the service types that nobody configured: the range that one got by itself, and the plan of one for a new name.

import { type AutoAllocation, type Catalogue, forbiddenPorts, type ServiceType } from './catalogue.ts';
import { type AutomaticRange, portId, portOfId } from './change.ts';
import type { AllocateRequest, Observed, Probe } from './command.ts';
import { contains, overlaps, type PortRange } from './port-range.ts';
import type { NamedRange } from './range-placement.ts';
import { planRange } from './range-planner.ts';
import type { StateView } from './state.ts';

/** The service type of this name: a configured one, else one that got its range by itself. */
export function serviceTypeNamed(
  state: StateView,
  catalogue: Pick<Catalogue, 'serviceTypes'>,
  name: string,
): ServiceType | undefined {
  const configured = catalogue.serviceTypes.get(name);
  if (configured !== undefined) return configured;
  const range = state.range(name);
  return range === undefined || isOverrun(catalogue, range) ? undefined : automaticType(range);
}

/** Whether a configured range of another type lies over this one, so that its type needs a new one. */
export function isOverrun({ serviceTypes }: Pick<Catalogue, 'serviceTypes'>, range: AutomaticRange): boolean {
  for (const type of serviceTypes.values())
    if (type.name !== range.name && overlaps(type.range, range)) return true;
  return false;
}

export function automaticType({ name, start, end }: Omit<AutomaticRange, 'madeAt'>): ServiceType {
  return {
    name,
    range: { start, end },
    preferredPorts: [],
    instanceBehavior: 'multi',
    description: 'a range of its own, made at the first request',
  };
}

/**
 * Plans a range for a type that has none: over no other range, no leased port, and none that was found taken or that
 * another request is about to get. Ports that rest are avoided while there is room elsewhere: the first request could get
 * none of them.
 *
 * @param asked the first request: the range has its ports at least
 * @param now coordinator time in ms
 * @returns null where there is no room
 */
export function planType(
  state: StateView,
  { catalogue, busy, pending }: Observed,
  { policy, ruleOf }: AutoAllocation,
  { serviceType: name, count }: Pick<AllocateRequest, 'serviceType' | 'count'>,
  now: number,
): ServiceType | null {
  const rule = ruleOf(name);
  const size = Math.max(rule.size, count);
  const taken: number[] = [...forbiddenPorts(catalogue)];
  for (const protocol of ['tcp', 'udp'] as const) {
    taken.push(...state.taken(protocol), ...pending[protocol]);
  }
  for (const id of busy.keys()) taken.push(portOfId(id));
  const resting: number[] = [];
  for (const [id, { until }] of state.quarantines()) if (until > now) resting.push(portOfId(id));
  const territory = { configured: configuredRanges(catalogue, state), automatic: [...state.ranges()] };
  const plan = (avoided: readonly number[]): PortRange | null =>
    planRange(name, { ...rule, size }, policy, { ...territory, busy: avoided });
  const range = plan([...taken, ...resting]) ?? plan(taken);
  return range === null ? null : automaticType({ name, ...range });
}

/** The ports of `range`, of either protocol, that were not found free for this command yet. */
export function unprovenPorts({ start, end }: PortRange, { clear }: Observed): Probe[] {
  const probes: Probe[] = [];
  for (const protocol of ['tcp', 'udp'] as const) {
    for (let port = start; port <= end; port++)
      if (!clear.has(portId(protocol, port))) probes.push({ protocol, port });
  }
  return probes;
}

/** The known type that is one letter away from `name`, if there is one. */
export function nearMiss(name: string, known: Iterable<string>): string | null {
  for (const other of known) if (other !== name && isOneEditApart(name, other)) return other;
  return null;
}

/** Whether one inserted, left out, changed or swapped letter makes one text the other. */
function isOneEditApart(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at += 1;
  if (short.length < long.length) return short.slice(at) === long.slice(at + 1);
  const isSwapped = short[at] === long[at + 1] && short[at + 1] === long[at];
  return (
    short.slice(at + 1) === long.slice(at + 1) || (isSwapped && short.slice(at + 2) === long.slice(at + 2))
  );
}

/** The name of the service type whose range holds `port`, configured or automatic, or null. */
export function typeNameOfPort(
  state: StateView,
  catalogue: Pick<Catalogue, 'serviceTypes'>,
  port: number,
): string | null {
  for (const type of catalogue.serviceTypes.values()) if (contains(type.range, port)) return type.name;
  for (const range of state.ranges()) if (contains(range, port)) return range.name;
  return null;
}

/** The ranges of the configuration, without those that it has as they were made by themselves. */
export function configuredRanges(
  catalogue: Pick<Catalogue, 'serviceTypes'>,
  state: Pick<StateView, 'range'>,
): NamedRange[] {
  const types = [...catalogue.serviceTypes.values()].filter(({ name, range }) => {
    const made = state.range(name);
    return made === undefined || made.start !== range.start || made.end !== range.end;
  });
  return types.map(({ name, range }) => ({ name, ...range }));
}
