// Owns the time that a daemon takes to follow the configuration and to write its ranges down. What it does then is the
// program's own logic; the file alone is a model, since a simulated machine has none.

import type { Coordinator } from '../../src/coordinator/contract.ts';
import type { AutomaticRange } from '../../src/core/change.ts';
import type { Command } from '../../src/core/command.ts';
import type { NamedRange } from '../../src/core/range-placement.ts';
import { catchUp, judgeByConfiguration, payDebts } from '../../src/daemon/configuration-change.ts';
import { createRangeDebts, type RangeDebts } from '../../src/daemon/range-debts.ts';
import { addStep, type Step } from '../../src/daemon/range-steps.ts';
import type { Gate } from './surroundings.ts';
import type { World } from './world.ts';

/** How long after its commit a range is written (ms). */
const WRITE_DELAY_MS = 200;
/** The longest that an edit takes to count (ms). */
const FOLLOW_MS = 1000;

export class RangeWriter {
  readonly #waiting = new Map<string, Step>();
  readonly #world: World;
  readonly #gate: Gate;
  readonly #debts: RangeDebts;
  /** Those of changes whose commit is awaited. */
  readonly #changing = new Set<readonly AutomaticRange[]>();
  /** The ranges of the configuration as this daemon took it over last. */
  #taken: ReadonlyMap<string, NamedRange>;
  /** What left it meanwhile, and was not judged yet. */
  #dropped: NamedRange[] = [];

  constructor(world: World, gate: Gate) {
    this.#world = world;
    this.#gate = gate;
    const { notes } = world.disk;
    this.#debts = createRangeDebts({
      readNote: (name) => notes.get(name) ?? null,
      writeNote: (name, value) => {
        if (!gate.isDead) notes.set(name, value);
      },
    });
    this.#taken = this.#configured();
  }

  /** Takes a range that was made or moved, or is gone (null). */
  follow(name: string, range: AutomaticRange | null, former: AutomaticRange | null): void {
    if (this.#gate.isDead) return;
    addStep(this.#waiting, name, range, former);
    this.#writeSoon();
  }

  /** Has a command decided that may change ranges which the file has, noted before it. */
  async changing<Result>(
    coordinator: Coordinator,
    command: Command,
    decide: () => Promise<Result>,
  ): Promise<Result> {
    const ranges = await coordinator.query(({ state }) =>
      [...state.ranges()].filter(({ name }) => isMeant(command, name)),
    );
    if (ranges.length === 0) return await decide();
    this.#changing.add(ranges);
    try {
      await this.#debts.add(ranges);
      return await decide();
    } finally {
      this.#changing.delete(ranges);
    }
  }

  /** Also those of a change under way: once it is decided, the file is behind. */
  unwritten(): readonly string[] {
    const owing = [...this.#changing].flatMap((ranges) => ranges.map(({ name }) => name));
    return [...this.#waiting.keys(), ...owing];
  }

  /** A user who edits the file can write it, and so can the daemon. */
  async readOnly(): Promise<null> {
    return null;
  }

  retry(): void {
    if (this.#waiting.size > 0) this.#writeSoon();
  }

  debts(): Promise<readonly AutomaticRange[]> {
    return this.#debts.read();
  }

  /** Has what a former daemon could not write any more written. */
  catchUp(coordinator: Coordinator): void {
    const { catalogue } = this.#world.configuration;
    payDebts(coordinator, this)
      .then(() => catchUp(coordinator, catalogue, this))
      .catch((error) => this.#world.onFault(error));
  }

  /** Somebody edited the configuration, or a daemon has started: what is leased and made is judged by it. */
  configured(coordinator: Coordinator): void {
    this.#world.timeline.after(this.#world.chaos.int(0, FOLLOW_MS), () =>
      this.#gate.enter(() => {
        this.#takeOver();
        const dropped = this.#dropped;
        this.#dropped = [];
        judgeByConfiguration(coordinator, this, dropped).catch((error) => this.#world.onFault(error));
      }),
    );
  }

  #writeSoon(): void {
    this.#world.timeline.after(WRITE_DELAY_MS, () => this.#gate.enter(() => this.#write()));
  }

  #write(): void {
    // What a user took out before is seen with this write, and judged with his edit.
    this.#takeOver();
    for (const [name, { former, range }] of this.#waiting) {
      const isWritten = this.#world.configuration.follow(name, range, former);
      const place = range === null ? 'gone' : `${range.start}–${range.end}`;
      this.#world.log(`config: ${name} is ${isWritten ? '' : 'not '}written as ${place}`);
      if (isWritten) this.#waiting.delete(name);
    }
    this.#taken = this.#configured();
    this.#debts.keep(new Set(this.unwritten())).catch((error) => this.#world.onFault(error));
  }

  #takeOver(): void {
    const now = this.#configured();
    for (const range of this.#taken.values()) if (!now.has(range.name)) this.#dropped.push(range);
    this.#taken = now;
  }

  #configured(): ReadonlyMap<string, NamedRange> {
    const { serviceTypes } = this.#world.configuration.catalogue;
    return new Map([...serviceTypes].map(([name, { range }]) => [name, { name, ...range }]));
  }
}

function isMeant(command: Command, name: string): boolean {
  if (command.kind === 'undo-range') return command.serviceType === name;
  return command.kind === 'consolidate' && command.apply;
}
