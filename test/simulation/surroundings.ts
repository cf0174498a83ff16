// Owns what one daemon sees of the simulated machine: store, probe, tables, clock and timers, cut off when it dies.

import type { CoordinatorOptions } from '../../src/coordinator/options.ts';
import type { Scheduler } from '../../src/coordinator/scheduler.ts';
import type { ProcessIdentity } from '../../src/core/process-identity.ts';
import { StyxyError } from '../../src/errors.ts';
import type { Clock, Listener, PortProbe, PortTable, ProcessTable } from '../../src/os/os.ts';
import { countPart, nearestTo, readPart, spanOf, standingPart } from '../../src/store/memory-audit.ts';
import type { Store } from '../../src/store/store.ts';
import type { Socket } from './machine.ts';
import type { RangeWriter } from './range-writer.ts';
import { snatch } from './strangers.ts';
import type { World } from './world.ts';

/** How often a stranger takes a port that was just found free. */
const SNATCHED = 0.005;
/** Epoch ms at the start of every world. */
const WALL_START = 1_700_000_000_000;

/**
 * The gate between a daemon and the world. A dead daemon's calls change nothing and its promises never settle; a stopped
 * one gets everything that came meanwhile when it goes on.
 */
export class Gate {
  isDead = false;
  #isStopped = false;
  #backlog: (() => void)[] = [];

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Runs `fn` in the daemon: now, when it goes on, or never. */
  enter(fn: () => void): void {
    if (this.isDead) return;
    if (this.#isStopped) this.#backlog.push(fn);
    else fn();
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** What waited meanwhile, for the world to run in turn. */
  goOn(): (() => void)[] {
    this.#isStopped = false;
    const backlog = this.#backlog;
    this.#backlog = [];
    return backlog;
  }
}

/** Everything effectful that a coordinator is made from. */
export function surroundings(world: World, gate: Gate, ranges: RangeWriter): CoordinatorOptions {
  return {
    store: createStore(world, gate),
    probe: createProbe(world, gate),
    ports: createPortTable(world, gate),
    processes: createProcessTable(world),
    clock: createClock(world),
    scheduler: createScheduler(world, gate),
    catalogue: () => world.configuration.catalogue,
    newLockId: () => `lk-${++world.lockIds}`,
    directoryExists: (path) => !world.deleted.has(path),
    onRange: (name, range, former) => ranges.follow(name, range, former),
    onFault: (error) => world.onFault(error),
    timings: world.timings,
  };
}

/** Waits `delayMs` outside the daemon, and answers what `compute` says then. */
function later<T>(world: World, gate: Gate, delayMs: number, compute: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    world.timeline.after(delayMs, () => {
      if (gate.isDead) return;
      let answer: () => void;
      try {
        const value = compute();
        answer = () => resolve(value);
      } catch (error) {
        answer = () => reject(error);
      }
      gate.enter(answer);
    });
  });
}

function createStore(world: World, gate: Gate): Store {
  const { disk, weather, auditor } = world;
  const write = (apply: () => void): void | Promise<void> => {
    if (gate.isDead) return;
    const effect = (): void => {
      world.step(gate);
      if (gate.isDead) return;
      if (disk.isNewer) world.violation(15, 'a store of a newer program was written');
      if (weather.storeFault !== null) {
        auditor.commitFails();
        throw new StyxyError(weather.storeFault, 'the simulated disk says no');
      }
      apply();
      world.step(gate);
    };
    if (weather.storeDelayMs === 0) return effect();
    return later(world, gate, world.chaos.int(0, weather.storeDelayMs), effect);
  };
  return {
    kind: 'simulated',
    audit: {
      span: () => spanOf(disk.audit),
      nearest: (...what) => nearestTo(disk.audit, ...what),
      read: (...what) => readPart(disk.audit, ...what),
      standing: () => standingPart(disk.audit),
      count: (...what) => countPart(disk.audit, ...what),
      trim: (...what) => (gate.isDead ? null : disk.trimAudit(...what)),
    },
    load: () => disk.load(),
    commit: (changes) => {
      if (gate.isDead) return;
      auditor.commitBegins();
      return write(() => {
        auditor.commits(changes);
        disk.apply(changes);
        auditor.committed();
      });
    },
    reserveFences: (ceiling) =>
      write(() => {
        disk.fenceCeiling = ceiling;
        disk.sync();
      }),
    saveElapsed: (elapsedMs) =>
      write(() => {
        disk.elapsedMs = elapsedMs;
      }),
    readNote: (name) => disk.notes.get(name) ?? null,
    writeNote: (name, value) => write(() => void disk.notes.set(name, value)),
    close: () => {},
  };
}

function createProbe(world: World, gate: Gate): PortProbe {
  return {
    taken: (protocol, ports) => {
      if (gate.isDead) return [];
      const { auditor } = world;
      auditor.probed(protocol, ports);
      const { failedCommits } = auditor;
      const taken = () => {
        // This is the moment at which the port is bound: a lease on it may have been granted since the call. One that was
        // released by then, which could not be committed, is there again, and nobody can call the probe back.
        if (auditor.failedCommits === failedCommits) auditor.probed(protocol, ports);
        world.step(gate);
        const found = ports.filter((port) => world.machine.isTaken(protocol, port));
        if (world.chaos.chance(SNATCHED)) snatch(world, protocol, ports);
        return found;
      };
      const { probeDelayMs } = world.weather;
      return probeDelayMs === 0 ? taken() : later(world, gate, world.chaos.int(0, probeDelayMs), taken);
    },
  };
}

function createPortTable(world: World, gate: Gate): PortTable {
  const { weather, timeline } = world;
  let cache: { readonly at: number; readonly listeners: readonly Listener[] } | null = null;
  const read = (maxAgeMs: number): readonly Listener[] | null => {
    world.step(gate);
    if (weather.table === 'denied') return null;
    world.auditor.tableReadAt = timeline.now;
    if (cache === null || timeline.now - cache.at > maxAgeMs) {
      const all = world.machine.sockets().map((socket) => listenerOf(world, socket));
      cache = { at: timeline.now, listeners: all };
    }
    return cache.listeners;
  };
  const soon = <T>(compute: () => T) => {
    const delayMs = world.chaos.int(0, weather.tableDelayMs);
    if (!weather.isTableStale) return later(world, gate, delayMs, compute);
    const seen = compute();
    return later(world, gate, delayMs, () => seen);
  };
  return {
    listeners: ({ ports, maxAgeMs = 200 } = {}) =>
      soon(() => read(maxAgeMs)?.filter(({ port }) => ports === undefined || ports.has(port)) ?? null),
    sockets: ({ maxAgeMs = 200 } = {}) =>
      soon(() => read(maxAgeMs)?.map(({ protocol, port, pid }) => ({ protocol, port, pid })) ?? null),
  };
}

function listenerOf(world: World, socket: Socket): Listener {
  const process = world.machine.processes.get(socket.pid);
  const isNamed = socket.isNamed && world.weather.table !== 'partial';
  return {
    protocol: socket.protocol,
    port: socket.port,
    addresses: [socket.address],
    pid: isNamed ? socket.pid : null,
    process: isNamed ? 'server' : null,
    command: null,
    user: null,
    cwd: isNamed && process?.isReadable === true ? process.cwd : null,
    container: null,
  };
}

function createProcessTable(world: World): ProcessTable {
  const { machine, weather } = world;
  return {
    identify: (pid) => (weather.canIdentify ? machine.identity(pid) : null),
    life: (identity: ProcessIdentity) => (weather.canIdentify ? machine.life(identity) : 'unknown'),
    ancestors: (pid) => (weather.canIdentify ? machine.ancestors(pid) : []),
    cwd: (pid) => machine.processes.get(pid)?.cwd ?? null,
  };
}

function createClock(world: World): Clock {
  // The origin of monotonic time is anybody's guess: another one for each daemon.
  const origin = world.chaos.int(0, 1_000_000);
  return {
    monotonic: () => origin + world.timeline.now,
    wall: () => WALL_START + world.timeline.now + world.weather.wallOffsetMs,
  };
}

function createScheduler(world: World, gate: Gate): Scheduler {
  const after = (delayMs: number, fn: () => void): (() => void) =>
    world.timeline.after(delayMs, () => gate.enter(fn));
  return { defer: (fn) => void after(0, fn), after };
}
