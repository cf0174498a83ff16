// Owns the users of a simulated machine: they edit the configuration while leases live, and tidy automatic ranges.

import type { ServiceType } from '../../src/core/catalogue.ts';
import type { PortRange } from '../../src/core/port-range.ts';
import { contains } from '../../src/core/port-range.ts';
import { send } from './call.ts';
import type { Random } from './random.ts';
import { UNKNOWN_TYPES } from './weather.ts';
import type { World } from './world.ts';

/** Where a user may put each type; no two places of different types overlap. */
const PLACES: readonly [PlacesOfType, ...PlacesOfType[]] = [
  ['dev', [range(3000, 3011), range(3002, 3008), range(3004, 3017)]],
  ['api', [range(4000, 4005), range(4003, 4010)]],
  ['db', [range(5000, 5003), range(5002, 5007)]],
  // One that may have a range of its own by then.
  ['queue', [range(7100, 7104), range(7102, 7103)]],
];

type PlacesOfType = readonly [string, readonly [PortRange, ...PortRange[]]];

const DEEDS: readonly (readonly [number, (world: World, random: Random) => void])[] = [
  [4, moveType],
  [3, changeBehaviour],
  [2, changeName],
  [2, switchAutomatic],
  [2, changeQuotas],
  [2, (world) => removeType(world, 'queue')],
  [4, undoRange],
  [4, consolidate],
];

/** Lets users change something now and then. */
export function letUsersEdit(world: World, random: Random): void {
  world.timeline.after(random.int(5000, 60_000), () => {
    letUsersEdit(world, random);
    random.pickWeighted(DEEDS)?.(world, random);
    const { daemon } = world;
    if (daemon?.coordinator != null) daemon.ranges.configured(daemon.coordinator);
  });
}

function moveType(world: World, random: Random): void {
  const [name, places] = random.pick(PLACES);
  const place = random.pick(places);
  const known = world.configuration.catalogue.serviceTypes.get(name);
  const preferredPorts = [place.start + 1, ...(known?.preferredPorts ?? [])];
  edit(world, {
    name,
    range: place,
    preferredPorts: preferredPorts.filter((port) => contains(place, port)),
    instanceBehavior: known?.instanceBehavior ?? 'multi',
    description: '',
  });
}

function changeBehaviour(world: World, random: Random): void {
  const name = random.pick(['api', 'db', 'db']);
  const known = world.configuration.catalogue.serviceTypes.get(name);
  if (known === undefined) return;
  edit(world, { ...known, instanceBehavior: known.instanceBehavior === 'single' ? 'multi' : 'single' });
}

/** What is said of a name counts for every type. */
function changeName(world: World, random: Random): void {
  const name = random.pick(['web', 'admin', 'db']);
  const behavior = random.pick([null, null, 'single', 'multi'] as const);
  world.configuration.setBehavior(name, behavior);
  world.log(`config: ${name}, of whatever type, is ${behavior ?? 'as its type says'}`);
}

function edit(world: World, type: ServiceType): void {
  const { name, instanceBehavior } = type;
  const isTaken = world.configuration.edit(type);
  world.log(`config: ${name} ${type.range.start}–${type.range.end} ${instanceBehavior}: ${isTaken}`);
}

function switchAutomatic(world: World, random: Random): void {
  const { configuration } = world;
  configuration.setAutomatic(!configuration.isAutomatic || random.chance(0.6));
  world.log(`config: automatic ranges are ${configuration.isAutomatic ? 'on' : 'off'}`);
}

/** So few leases that agents soon have them all, or more than anybody can have. */
function changeQuotas(world: World, random: Random): void {
  const maxLeasesPerProject = random.pick([1000, 1000, 3, 6]);
  const maxLeasesPerInstance = random.pick([1000, 1000, 2, 4]);
  world.configuration.setQuotas({ maxLeasesPerProject, maxLeasesPerInstance });
  world.log(`config: a project may hold ${maxLeasesPerProject} leases, an instance ${maxLeasesPerInstance}`);
}

function removeType(world: World, name: string): void {
  world.configuration.remove(name);
  world.log(`config: ${name} is removed`);
}

function undoRange(world: World, random: Random): void {
  const serviceType = random.pick(UNKNOWN_TYPES);
  send<'undo-range'>(world, { kind: 'undo-range', serviceType, force: random.chance(0.3) }, () => {});
}

function consolidate(world: World, random: Random): void {
  send<'consolidate'>(world, { kind: 'consolidate', apply: random.chance(0.7) }, () => {});
}

function range(start: number, end: number): PortRange {
  return { start, end };
}
