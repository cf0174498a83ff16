// Owns what a daemon does with the configuration: it writes down its ranges a moment after their commit, and follows edits.

import type { Coordinator } from '../../src/coordinator/contract.ts';
import { isOverrun } from '../../src/core/automatic-type.ts';
import type { AutomaticRange } from '../../src/core/change.ts';
import type { Gate } from './surroundings.ts';
import type { World } from './world.ts';

/** How long after its commit a range is written (ms). */
const WRITE_DELAY_MS = 200;
/** The longest that an edit takes to count (ms). */
const FOLLOW_MS = 1000;

/** What became of one type's range since the file was written. */
interface Step {
  readonly former: AutomaticRange | null;
  readonly range: AutomaticRange | null;
}

export class RangeWriter {
  readonly #waiting = new Map<string, Step>();
  readonly #world: World;
  readonly #gate: Gate;

  constructor(world: World, gate: Gate) {
    this.#world = world;
    this.#gate = gate;
  }

  /** Takes a range that was made or moved, or is gone (null). */
  follow(name: string, range: AutomaticRange | null, former: AutomaticRange | null): void {
    const first = this.#waiting.get(name);
    this.#waiting.set(name, { former: first === undefined ? former : first.former, range });
    this.#writeSoon();
  }

  /** Has what a former daemon could not write any more written. */
  catchUp(coordinator: Coordinator): void {
    const { catalogue } = this.#world.configuration;
    coordinator
      .query(({ state }) => [...state.ranges()])
      .then((ranges) => {
        for (const range of this.#gate.isDead ? [] : ranges) {
          if (catalogue.serviceTypes.has(range.name) || isOverrun(catalogue, range)) continue;
          this.follow(range.name, range, null);
        }
      });
  }

  /** Somebody edited the configuration, or a daemon has started: what is leased and made is judged by it. */
  configured(coordinator: Coordinator): void {
    const judge = async (): Promise<void> => {
      await coordinator.submit<'mark-singletons'>({ kind: 'mark-singletons' });
      const except = [...this.#waiting.keys()];
      await coordinator.submit<'settle-ranges'>({ kind: 'settle-ranges', except, dropped: [] });
    };
    this.#world.timeline.after(this.#world.chaos.int(0, FOLLOW_MS), () =>
      this.#gate.enter(() => {
        judge().catch((error) => this.#world.onFault(error));
        if (this.#waiting.size > 0) this.#writeSoon();
      }),
    );
  }

  #writeSoon(): void {
    this.#world.timeline.after(WRITE_DELAY_MS, () => this.#gate.enter(() => this.#write()));
  }

  #write(): void {
    for (const [name, { former, range }] of this.#waiting) {
      const isWritten = this.#world.configuration.follow(name, range, former);
      const place = range === null ? 'gone' : `${range.start}–${range.end}`;
      this.#world.log(`config: ${name} is ${isWritten ? '' : 'not '}written as ${place}`);
      if (isWritten) this.#waiting.delete(name);
    }
  }
}
