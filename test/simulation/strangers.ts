// Owns programs that nobody leased anything for: strangers on ports of the ranges, and heirs of a dead process's pid.

import type { Lease, Protocol } from '../../src/core/lease.ts';
import type { Address, Process } from './machine.ts';
import type { Random } from './random.ts';
import { AUTOMATIC, TYPES } from './weather.ts';
import type { World } from './world.ts';

/** Most of them elsewhere, some in a directory that only looks like a project's, some really inside one. */
const PLACES: readonly [string, ...string[]] = [
  '/elsewhere',
  '/elsewhere',
  '/src/shop-old',
  '/src/shop/tools',
  '/src/blog',
];
const ADDRESSES: readonly [Address, ...Address[]] = ['::', '::', '127.0.0.1', '::1'];

/** Lets strangers take ports of the ranges now and then. */
export function letStrangersIn(world: World, random: Random): void {
  world.timeline.after(random.int(2000, 30_000), () => {
    letStrangersIn(world, random);
    stranger(world, random);
  });
}

/** A stranger binds a port of a range, and goes again after a while. Some are descendants of somebody's process. */
export function stranger(world: World, random: Random): void {
  const { machine, timeline } = world;
  const range = random.chance(0.15) ? AUTOMATIC.policy.bounds : random.pick(TYPES).range;
  const port = random.int(range.start, range.end);
  const parent = random.chance(0.8) ? undefined : random.pickMaybe([...machine.processes.keys()]);
  const process = machine.spawn(parent ?? 1, random.pick(PLACES), { isReadable: random.chance(0.8) });
  const address = random.pick(ADDRESSES);
  const isBound = machine.bind(process.pid, 'tcp', port, { isNamed: random.chance(0.8), address });
  if (isBound) world.log(`stranger ${process.pid} in ${process.cwd} takes ${address} ${port}`);
  timeline.after(isBound ? random.int(1000, 90_000) : 0, () => machine.end(process));
}

/** Between the probe and the commit, a stranger binds one of the ports that were found free. */
export function snatch(world: World, protocol: Protocol, ports: readonly number[]): void {
  const { machine, timeline, chaos } = world;
  const port = chaos.pickMaybe(ports);
  if (port === undefined) return;
  const process = machine.spawn(1, chaos.pick(PLACES));
  if (machine.bind(process.pid, protocol, port))
    world.log(`stranger ${process.pid} takes ${port} after its probe`);
  timeline.after(chaos.int(1000, 60_000), () => machine.end(process));
}

/**
 * The pid of a process that just died goes to another one. It is nobody's holder, whatever it does: nothing, listen on the
 * dead one's ports, or start somebody who does.
 */
export function reusePid(world: World, random: Random, pid: number, leases: readonly Lease[]): void {
  const { machine, timeline } = world;
  const heir = machine.spawn(1, random.pick(PLACES), { pid });
  if (heir.pid !== pid) return;
  const lease = random.pickMaybe(leases);
  const child = machine.spawn(heir.pid, heir.cwd);
  const end = (process: Process): void => machine.end(process);
  const server = random.pick([null, heir, child]);
  world.log(`pid ${pid} is another process in ${heir.cwd} now`);
  if (server !== null && lease !== undefined) {
    const isBound = machine.bind(server.pid, lease.protocol, lease.port);
    world.log(`${server.pid}, which has that pid or is its child, takes ${lease.port}: ${isBound}`);
  }
  timeline.after(random.int(5000, 90_000), () => [heir, child].forEach(end));
}
