// Owns the retries of writes that the store could not make for the moment, such as while its disk was busy.

import { setTimeout as wait } from 'node:timers/promises';
import { isPassing } from '../store/sqlite/failure.ts';
import type { Store } from '../store/store.ts';

export interface RetryPolicy {
  /** How often a write is tried again; 0 for never. */
  readonly retries: number;
  /** The wait before the first retry, in ms. */
  readonly firstWaitMs: number;
  /** By how much each wait is longer than the one before. */
  readonly factor: number;
}

/**
 * The same store, whose commits and promises of fences are tried again after a fault that may pass. A failed commit has
 * changed nothing, so that it may be repeated; a full disk is told at once.
 *
 * @param policy asked for at each fault
 * @param pause waits so many ms
 */
export function withRetries(
  store: Store,
  policy: () => RetryPolicy,
  pause: (ms: number) => Promise<unknown> = (ms) => wait(ms),
): Store {
  const again = async (write: () => void | Promise<void>, first: unknown): Promise<void> => {
    const { retries, firstWaitMs, factor } = policy();
    let error = first;
    for (let retry = 0; retry < retries && isPassing(error); retry++) {
      await pause(firstWaitMs * factor ** retry);
      try {
        return await write();
      } catch (next) {
        error = next;
      }
    }
    throw error;
  };
  const trying = (write: () => void | Promise<void>): void | Promise<void> => {
    try {
      const writing = write();
      return writing instanceof Promise ? writing.catch((error: unknown) => again(write, error)) : undefined;
    } catch (error) {
      // Synchronous as long as it succeeds: a promise for each commit would be a turn for each.
      if (!isPassing(error)) throw error;
      return again(write, error);
    }
  };
  return {
    kind: store.kind,
    audit: store.audit,
    load: () => store.load(),
    commit: (changes) => trying(() => store.commit(changes)),
    reserveFences: (ceiling) => trying(() => store.reserveFences(ceiling)),
    saveElapsed: (elapsedMs) => store.saveElapsed(elapsedMs),
    readNote: (name) => store.readNote(name),
    writeNote: (name, value) => store.writeNote(name, value),
    close: () => store.close(),
  };
}
