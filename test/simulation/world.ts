// Owns one simulated world: its seed, time, machine, disk, weather and daemon, and the run from the first to the last event.

import { createHash } from 'node:crypto';
import type { Coordinator } from '../../src/coordinator/contract.ts';
import { startCoordinator } from '../../src/coordinator/coordinator.ts';
import { DEFAULT_TIMINGS, type Timings } from '../../src/coordinator/timings.ts';
import { StyxyError } from '../../src/errors.ts';
import { auditStart } from './audit-states.ts';
import { Auditor } from './auditor.ts';
import { Configuration } from './configuration.ts';
import { Disk } from './disk.ts';
import { Machine } from './machine.ts';
import { createRandom, type Random } from './random.ts';
import { RangeWriter } from './range-writer.ts';
import { Gate, surroundings } from './surroundings.ts';
import { Timeline } from './timeline.ts';
import { fairWeather } from './weather.ts';

/** How many lines of the history a failure shows. */
const TAIL_LINES = 60;
/** How many characters of the history are hashed together: one by one costs more than the rest of a line. */
const HASHED_AT_ONCE = 16_384;

export interface Daemon {
  readonly gate: Gate;
  readonly ranges: RangeWriter;
  coordinator: Coordinator | null;
  /** Called for each call under way when the daemon dies: the connection breaks. */
  readonly broken: Set<() => void>;
}

/** Replaces parts of the program under test, to see that the simulation notices, or looks on. */
export interface Variant {
  readonly start?: typeof startCoordinator;
  /** Gets every line of the history. */
  readonly trace?: ((line: string) => void) | undefined;
  readonly wrap?: (
    options: Parameters<typeof startCoordinator>[0],
    world: World,
  ) => Parameters<typeof startCoordinator>[0];
}

export class World {
  readonly seed: number;
  readonly timeline = new Timeline();
  readonly machine = new Machine(() => this.timeline.now);
  readonly disk = new Disk();
  readonly configuration = new Configuration(() => this.timeline.now);
  readonly weather = fairWeather();
  readonly auditor: Auditor;
  /** Chance for what surrounds the daemon; clients have streams of their own. */
  readonly chaos: Random;
  readonly deleted = new Set<string>();
  readonly timings: Timings = {
    ...DEFAULT_TIMINGS,
    fenceBlock: 100,
    lookSlice: 5,
    sweepSlice: 1,
    housekeepingMs: 30_000,
    saveElapsedMs: 120_000,
  };
  daemon: Daemon | null = null;
  lockIds = 0;
  calls = 0;
  crashes = 0;
  failure: string | null = null;
  readonly #hash = createHash('sha256');
  readonly #tail: string[] = [];
  readonly #variant: Variant;
  #unhashed = '';

  constructor(seed: number, variant: Variant = {}) {
    this.seed = seed;
    this.chaos = createRandom(seed);
    this.#variant = variant;
    this.auditor = new Auditor(this);
  }

  log(line: string): void {
    const text = `${(this.timeline.now / 1000).toFixed(3)} ${line}`;
    this.#unhashed += text;
    if (this.#unhashed.length > HASHED_AT_ONCE) this.#flush();
    this.#tail.push(text);
    if (this.#tail.length > TAIL_LINES) this.#tail.shift();
    this.#variant.trace?.(text);
  }

  /** The hash of everything that happened so far. */
  digest(): string {
    this.#flush();
    return this.#hash.copy().digest('hex');
  }

  #flush(): void {
    this.#hash.update(this.#unhashed);
    this.#unhashed = '';
  }

  get tail(): readonly string[] {
    return this.#tail;
  }

  /** Notes the first violation; the run ends after this event. */
  violation(invariant: number | string, message: string): void {
    if (this.failure !== null) return;
    this.failure = `invariant ${invariant}: ${message}`;
    this.log(`VIOLATION of ${this.failure}`);
  }

  /** A fault that no command waited for: one of the store's is expected, anything else is a bug. */
  onFault(error: unknown): void {
    if (error instanceof StyxyError && error.code.startsWith('STORE_')) return;
    this.violation(
      'none',
      `a bug was reported: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }

  /** Starts a daemon on what the disk holds. */
  boot(): void {
    if (this.daemon !== null) return;
    const gate = new Gate();
    const ranges = new RangeWriter(this, gate);
    const daemon: Daemon = { gate, ranges, coordinator: null, broken: new Set() };
    this.daemon = daemon;
    this.auditor.daemonStarts();
    this.log('daemon starts');
    const options = surroundings(this, gate, ranges);
    const start = this.#variant.start ?? startCoordinator;
    start(this.#variant.wrap?.(options, this) ?? options).then(
      (coordinator) => {
        if (gate.isDead) return;
        daemon.coordinator = coordinator;
        this.log('daemon serves');
        auditStart(this, coordinator, gate);
        ranges.catchUp(coordinator);
        ranges.configured(coordinator);
      },
      (error) => {
        if (gate.isDead) return;
        this.onFault(error);
        this.crash('could not start');
      },
    );
  }

  /** One call to the outside: the point at which a crash that was planned happens. */
  step(gate: Gate): void {
    const { weather } = this;
    if (gate.isDead || weather.crashInSteps === null) return;
    weather.crashInSteps -= 1;
    if (weather.crashInSteps > 0) return;
    weather.crashInSteps = null;
    this.crash('planned');
  }

  /**
   * Ends the daemon without notice; the service manager starts another one. With the power, answers on their way are
   * gone too.
   */
  crash(why: string, isPowerCut = false): void {
    const { daemon } = this;
    if (daemon === null) return;
    daemon.gate.isDead = true;
    this.daemon = null;
    this.crashes += 1;
    this.log(`daemon dies: ${why}`);
    this.auditor.daemonDied();
    for (const breaks of [...daemon.broken]) {
      if (isPowerCut) breaks();
      else this.timeline.after(this.chaos.int(0, 5), breaks);
    }
    this.timeline.after(this.chaos.int(50, 8000), () => this.boot());
  }
}
