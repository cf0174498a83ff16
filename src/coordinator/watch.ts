// Owns the watch: the regular passes that observe, end what is over, notice a sleep, and keep coordinator time saved.

import type { Catalogue } from '../core/catalogue.ts';
import type { Moment } from '../core/command.ts';
import { endReason } from '../core/life.ts';
import type { StateView } from '../core/state.ts';
import type { Scheduler } from './scheduler.ts';
import type { Timings } from './timings.ts';

/** What the watch does to the coordinator. Each may fail; a failed pass is tried again at the next tick. */
export interface Watched {
  readonly state: StateView;
  time(): Moment;
  catalogue(): Catalogue;
  /** Must come before anything may end: a tick that comes late says that nobody could be heard meanwhile. */
  noticeSleep(): void;
  observeAll(): Promise<void>;
  sweep(): Promise<void>;
  saveElapsed(): Promise<void>;
  /** Whether the store failed lately and should be tried. */
  isStoreInDoubt(): boolean;
  onFault(error: unknown): void;
}

/** Begins to watch; the returned function stops it and resolves when no pass is under way. */
export function startWatch(watched: Watched, scheduler: Scheduler, timings: Timings): () => Promise<void> {
  let lastPass = Number.NEGATIVE_INFINITY;
  let lastHousekeeping = watched.time().now;
  let lastSave = lastHousekeeping;
  let isStopped = false;
  let cancel = (): void => {};
  let running: Promise<void> = Promise.resolve();

  function next(delayMs: number): void {
    if (isStopped) return;
    cancel = scheduler.after(delayMs, () => {
      running = tick()
        .catch(watched.onFault)
        .then(() => next(timings.tickMs));
    });
  }

  async function tick(): Promise<void> {
    const { now } = watched.time();
    watched.noticeSleep();
    if (isPassDue(now)) {
      await watched.observeAll();
      await watched.sweep();
      lastPass = now;
      lastHousekeeping = now;
    } else if (now - lastHousekeeping >= timings.housekeepingMs) {
      await watched.sweep();
      lastHousekeeping = now;
    }
    if (now - lastSave >= timings.saveElapsedMs || watched.isStoreInDoubt()) {
      await watched.saveElapsed();
      lastSave = now;
    }
  }

  function isPassDue(now: number): boolean {
    const { state } = watched;
    if (state.leaseCount === 0) return false;
    if (now - lastPass >= timings.passMs) return true;
    const catalogue = watched.catalogue();
    for (const entry of state.leases()) {
      if (entry.vitals.holds > 0 || endReason(state, entry, catalogue, now) !== null) return true;
    }
    return false;
  }

  next(0);
  return async () => {
    isStopped = true;
    cancel();
    await running;
  };
}
