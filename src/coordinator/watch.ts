// Owns the watch: the regular passes that observe, end what is over, notice a sleep, and keep coordinator time saved.

import type { Moment } from '../core/command.ts';
import { remainingMs } from '../core/life.ts';
import type { StateView } from '../core/state.ts';
import type { Scheduler } from './scheduler.ts';
import type { Timings } from './timings.ts';

/** What the watch does to the coordinator. Each may fail; a failed pass is tried again at the next tick. */
export interface Watched {
  readonly state: StateView;
  time(): Moment;
  /** How often misses are counted (ms): no pass is rarer than that. */
  missIntervalMs(): number;
  /** Must come before anything may end: a tick that comes late says that nobody could be heard meanwhile. */
  noticeSleep(): void;
  /** Looks at leases and the processes of instances. Resolves to the lock ids of the leases that were looked at. */
  observeAll(): Promise<readonly string[]>;
  /** Observes the leases that a connection holds, and nothing else. */
  observeHeld(): Promise<void>;
  /** Ends those of these leases that are over. */
  sweep(lockIds: readonly string[]): Promise<void>;
  /** Forgets what is too old to count. */
  forget(): Promise<void>;
  /** Keeps the audit within its bounds, where that is due or it grew much. */
  keepAudit(isDue: boolean): Promise<void>;
  saveElapsed(): Promise<void>;
  /** Whether the store failed lately and should be tried. */
  isStoreInDoubt(): boolean;
  onFault(error: unknown): void;
}

/** Begins to watch; the returned function stops it and resolves when no pass is under way. */
export function startWatch(watched: Watched, scheduler: Scheduler, timings: Timings): () => Promise<void> {
  let lastPass = Number.NEGATIVE_INFINITY;
  let nextTermEnd = Number.POSITIVE_INFINITY;
  let lastHousekeeping = watched.time().now;
  let lastSave = lastHousekeeping;
  let isStopped = false;
  let cancel = (): void => {};
  let running: Promise<void> = Promise.resolve();
  let sweeping: Promise<void> | null = null;
  let housekeeping: Promise<void> | null = null;

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
    const { state } = watched;
    const isDue = now - lastPass >= Math.min(timings.passMs, watched.missIntervalMs()) || now >= nextTermEnd;
    const isAnybodyThere = state.leaseCount > 0 || state.watchedInstances.size > 0;
    if (isDue && isAnybodyThere && sweeping === null) {
      const lockIds = await watched.observeAll();
      // Beside the next looks at held leases: where many end at once, a slow store must not hold those up.
      sweeping = end(lockIds, now)
        .catch(watched.onFault)
        .finally(() => {
          sweeping = null;
        });
    } else if (state.heldLeases().length > 0) {
      // A held lease does not end by itself, so there is nothing to sweep.
      await watched.observeHeld();
    }
    // Beside the next look, which a slow store must not hold up.
    housekeeping ??= keepHouse(now)
      .catch(watched.onFault)
      .finally(() => {
        housekeeping = null;
      });
  }

  async function end(lockIds: readonly string[], now: number): Promise<void> {
    await watched.sweep(lockIds);
    nextTermEnd = firstTermEnd(watched.state, watched.time().now);
    lastPass = now;
  }

  async function keepHouse(now: number): Promise<void> {
    const isDue = now - lastHousekeeping >= timings.housekeepingMs;
    if (isDue) {
      await watched.forget();
      lastHousekeeping = now;
    }
    await watched.keepAudit(isDue);
    if (now - lastSave >= timings.saveElapsedMs || watched.isStoreInDoubt()) {
      await watched.saveElapsed();
      lastSave = now;
    }
  }

  next(0);
  return async () => {
    isStopped = true;
    cancel();
    await running;
    await sweeping;
    await housekeeping;
  };
}

/**
 * When the first of all terms is over, as they are now, in coordinator time (ms). A shorter one that is granted later is
 * seen by the next pass over all leases.
 */
function firstTermEnd(state: StateView, now: number): number {
  let first = Number.POSITIVE_INFINITY;
  for (const entry of state.leases()) {
    const leftMs = remainingMs(state, entry, now);
    if (leftMs !== null) first = Math.min(first, now + leftMs);
  }
  return first;
}
