// Owns the misfortunes of a simulated world: crashes, sleep, stops, full disks, blind tables, strangers, wrong clocks.

import { cutFile, flipLeases } from './disk-damage.ts';
import type { Random } from './random.ts';
import { stranger } from './strangers.ts';
import type { Weather } from './weather.ts';
import type { World } from './world.ts';

/** A gap (ms) that the daemon must notice as a sleep. */
const NOTICED_GAP_MS = 10_000;
/** The longest that bad weather lasts (ms). */
const SPELL_MS = 30_000;
/** The longest that nobody can say who listens (ms): longer than most terms. */
const LONG_SPELL_MS = 90_000;

const FAULTS: readonly ((world: World, random: Random) => void)[] = [
  (world, random) => {
    world.weather.crashInSteps = random.int(1, 8);
  },
  (world) => world.crash('killed'),
  cutPower,
  loseLeaseTable,
  damageFile,
  sleep,
  stopDaemon,
  (world, random) =>
    spell(world, random, 'storeFault', random.pick(['STORE_FULL', 'STORE_UNAVAILABLE']), null),
  (world, random) => spell(world, random, 'storeDelayMs', random.int(1, 400), world.weather.storeDelayMs),
  (world, random) => spell(world, random, 'probeDelayMs', random.int(1, 400), world.weather.probeDelayMs),
  (world, random) => spell(world, random, 'table', random.pick(['denied', 'partial']), 'good', LONG_SPELL_MS),
  (world, random) => spell(world, random, 'tableDelayMs', random.int(500, 4000), 5),
  staleTable,
  (world, random) => spell(world, random, 'canIdentify', false, true),
  (world, random) => {
    // A big jump looks like a sleep to whoever counts by this clock, a small one looks like time.
    const jumpMs = random.pick([36_000_000, 9000, 9000]);
    world.weather.wallOffsetMs += random.int(-jumpMs, jumpMs);
    world.log(`wall clock is off by ${world.weather.wallOffsetMs / 1000} s`);
  },
  (world, random) => {
    for (let i = random.int(2, 6); i > 0; i--) stranger(world, random);
  },
  (world, random) => {
    const project = random.pick(['/src/shop', '/src/blog', '/src/docs']);
    if (!world.deleted.delete(project)) world.deleted.add(project);
    world.log(`directory ${project} ${world.deleted.has(project) ? 'is deleted' : 'is back'}`);
  },
];

/** Lets misfortunes happen, one after the other. */
export function plagueWith(world: World, random: Random): void {
  world.timeline.after(random.int(2000, 40_000), () => {
    plagueWith(world, random);
    random.pickMaybe(FAULTS)?.(world, random);
  });
}

/** One part of the weather turns bad for a while. */
function spell<Part extends keyof Weather>(
  world: World,
  random: Random,
  part: Part,
  bad: Weather[Part],
  good: Weather[Part],
  longestMs = SPELL_MS,
): void {
  // What was asked before takes as long as it did before, also where one spell falls into another.
  const change = (to: Weather[Part]): void => {
    const { auditor, weather, timeline } = world;
    const until = typeof weather[part] === 'number' ? timeline.now + weather[part] : 0;
    auditor.lateUntil = Math.max(auditor.lateUntil, until);
    weather[part] = to;
  };
  world.log(`${part} is ${bad}`);
  change(bad);
  world.auditor.disturbed();
  world.timeline.after(random.int(500, longestMs), () => {
    change(good);
    world.log(`${part} is ${good} again`);
  });
}

function staleTable(world: World, random: Random): void {
  spell(world, random, 'isTableStale', true, false);
  spell(world, random, 'tableDelayMs', random.int(500, 4000), 5);
}

function cutPower(world: World, random: Random): void {
  const undone = world.disk.cutPower(random.int(0, 3));
  world.log(`power is cut, ${undone.length} changes are lost`);
  world.crash('power cut', true);
  world.auditor.powerWasCut(undone);
}

/** The next daemon has the leases from the audit alone. Not one of them may be another one than before. */
function loseLeaseTable(world: World): void {
  if (world.disk.wasCut) return;
  world.log(`the table of ${world.disk.leases.size} leases is lost`);
  world.crash('killed');
  world.disk.loseLeases();
}

/** The state file is found flipped, cut, emptied, or written by a newer program. */
function damageFile(world: World, random: Random): void {
  const { disk, auditor, timeline } = world;
  const what = random.pick(['flipped', 'flipped', 'cut', 'newer'] as const);
  if (what === 'flipped' && disk.wasCut) return;
  world.crash('killed');
  world.log(`the state file is ${what}`);
  if (what === 'flipped') flipLeases(disk, random);
  if (what === 'cut') auditor.storeWasCut(cutFile(disk, random, timeline.now));
  if (what !== 'newer') return;
  disk.isNewer = true;
  timeline.after(random.int(1000, LONG_SPELL_MS), () => {
    world.log('the newer program is there');
    disk.isNewer = false;
  });
}

function sleep(world: World, random: Random): void {
  const durationMs = random.pick([3000, 15_000, 600_000, 36_000_000]);
  world.log(`machine sleeps for ${durationMs / 1000} s`);
  world.timeline.sleep(durationMs);
  world.auditor.paused(durationMs);
  if (durationMs >= NOTICED_GAP_MS) world.auditor.woke(durationMs);
  else world.auditor.disturbed();
}

function stopDaemon(world: World, random: Random): void {
  const { daemon, timeline, auditor } = world;
  if (daemon === null || daemon.gate.isStopped) return;
  const durationMs = random.pick([500, 5000, 30_000, 300_000]);
  world.log(`daemon is stopped for ${durationMs / 1000} s`);
  daemon.gate.stop();
  auditor.disturbed();
  timeline.after(durationMs, () => {
    if (daemon.gate.isDead) return;
    world.log('daemon goes on');
    auditor.paused(durationMs);
    if (durationMs >= NOTICED_GAP_MS) auditor.woke(durationMs);
    else auditor.disturbed();
    // In the order of arrival, and in turns, as an event loop takes them.
    for (const fn of daemon.gate.goOn()) timeline.after(0, () => daemon.gate.enter(fn));
  });
}
