// Owns the group commit: what was decided together becomes durable in one transaction, and is answered only then.

import { type Change, type DurableChange, isDurable } from '../core/change.ts';
import { devolve, type State } from '../core/state.ts';
import type { Store } from '../store/store.ts';
import type { Scheduler } from './scheduler.ts';

/** `again`: what it was decided on was undone, so it must be decided anew. */
export type Commit = 'done' | 'again';

interface Waiting {
  readonly changes: readonly Change[];
  readonly hasDurable: boolean;
  settle(commit: Commit): void;
  fail(error: unknown): void;
}

export interface CommitQueue {
  /**
   * Waits until `changes`, which the state has evolved by already, are durable, and with them all before them.
   *
   * @throws what the store threw; the state is back to where it was then
   */
  add(changes: readonly Change[]): Promise<Commit>;
  /** Commits what waits, unless a commit is under way: what waits goes with the next one then. */
  flush(): void;
  /** Resolves when nothing waits to be committed. */
  drained(): Promise<void>;
  readonly commits: number;
  /** Groups that could not be committed. */
  readonly failures: number;
  /** Why the last commit failed; null when it did not. */
  readonly failure: unknown;
  /** Tells what another write of the store failed with, or null when one was seen to succeed. */
  noteStore(failure: unknown): void;
}

/** @param onCommitted told of each group of durable changes once it is committed, before anybody is answered */
export function createCommitQueue(
  state: State,
  store: Pick<Store, 'commit'>,
  scheduler: Scheduler,
  onCommitted: (changes: readonly DurableChange[]) => void = () => {},
): CommitQueue {
  let waiting: Waiting[] = [];
  let inFlight: readonly Waiting[] | null = null;
  let isScheduled = false;
  let commits = 0;
  let failures = 0;
  let failure: unknown = null;
  let whenDrained: (() => void)[] = [];

  function schedule(): void {
    if (isScheduled || inFlight !== null) return;
    isScheduled = true;
    scheduler.defer(flush);
  }

  function flush(): void {
    isScheduled = false;
    if (waiting.length === 0 || inFlight !== null) return;
    const group = waiting;
    waiting = [];
    const durable: DurableChange[] = [];
    for (const entry of group)
      for (const change of entry.changes) if (isDurable(change)) durable.push(change);
    if (durable.length === 0) {
      settled(group);
      return;
    }
    let committing: void | Promise<void>;
    try {
      committing = store.commit(durable);
    } catch (error) {
      failed(group, error);
      return;
    }
    if (committing instanceof Promise) {
      inFlight = group;
      committing.then(
        () => committed(group, durable),
        (error: unknown) => failed(group, error),
      );
    } else {
      committed(group, durable);
    }
  }

  function committed(group: readonly Waiting[], durable: readonly DurableChange[]): void {
    commits += 1;
    failure = null;
    try {
      onCommitted(durable);
    } finally {
      // Whoever listens may fail, which is a bug: the store has the changes all the same, and nothing of them is undone.
      settled(group);
    }
  }

  function settled(group: readonly Waiting[]): void {
    inFlight = null;
    for (const entry of group) entry.settle('done');
    next();
  }

  /** Undoes the group and all that was decided on top of it; who changed nothing durable in it decides again. */
  function failed(group: readonly Waiting[], error: unknown): void {
    failure = error;
    failures += 1;
    const onTop = waiting;
    waiting = [];
    inFlight = null;
    for (const entry of [...group, ...onTop].reverse()) devolve(state, entry.changes);
    for (const entry of group) {
      if (entry.hasDurable) entry.fail(error);
      else entry.settle('again');
    }
    for (const entry of onTop) entry.settle('again');
    next();
  }

  function next(): void {
    if (waiting.length > 0) schedule();
    else if (inFlight === null) {
      const resolves = whenDrained;
      whenDrained = [];
      for (const resolve of resolves) resolve();
    }
  }

  return {
    add(changes) {
      const isIdle = waiting.length === 0 && inFlight === null;
      if (isIdle && !changes.some(isDurable)) return Promise.resolve('done');
      return new Promise((settle, fail) => {
        waiting.push({ changes, hasDurable: changes.some(isDurable), settle, fail });
        schedule();
      });
    },
    flush,
    drained() {
      if (waiting.length === 0 && inFlight === null) return Promise.resolve();
      return new Promise((resolve) => whenDrained.push(resolve));
    },
    get commits() {
      return commits;
    },
    get failures() {
      return failures;
    },
    get failure() {
      return failure;
    },
    noteStore(seen) {
      failure = seen;
    },
  };
}
