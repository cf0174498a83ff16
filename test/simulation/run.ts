// Owns one run: a world from a seed, its inhabitants, and what came of it.

import { Agent } from './agent.ts';
import type { Counts } from './auditor.ts';
import { plagueWith } from './faults.ts';
import { createRandom } from './random.ts';
import { letStrangersIn } from './strangers.ts';
import { letUsersEdit } from './users.ts';
import { type Variant, World } from './world.ts';

/** How long a world is simulated (virtual ms). */
const LIFE_MS = 10 * 60_000;

export interface Result {
  readonly seed: number;
  /** The violated invariant and what happened; null when all held. */
  readonly failure: string | null;
  /** The end of the history. */
  readonly tail: readonly string[];
  /** The same for the same seed and program. */
  readonly digest: string;
  readonly simulatedMs: number;
  readonly crashes: number;
  readonly counts: Counts;
}

/** Simulates one seed. */
export async function simulate(seed: number, variant: Variant = {}): Promise<Result> {
  const world = new World(seed, variant);
  const random = createRandom(seed ^ 0x5eed);
  world.machine.onChange = (socket) => world.auditor.socketChanged(socket);
  // Half of the worlds have a synchronous store, as SQLite is, and half a synchronous probe, as BoundSocket is.
  world.weather.storeDelayMs = random.pick([0, 0, 20, 200]);
  world.weather.probeDelayMs = random.pick([0, 0, 10, 100]);
  world.boot();
  for (let i = random.int(3, 6); i > 0; i--) new Agent(world, random.fork());
  letStrangersIn(world, random.fork());
  if (random.chance(0.9)) plagueWith(world, random.fork());
  if (random.chance(0.7)) letUsersEdit(world, random.fork());
  await world.timeline.run(LIFE_MS, () => world.failure !== null);
  world.auditor.log.judge();
  return {
    seed,
    failure: world.failure,
    tail: world.tail,
    digest: world.digest(),
    simulatedMs: world.timeline.now,
    crashes: world.crashes,
    counts: world.auditor.counts,
  };
}
