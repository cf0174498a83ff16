// Owns the one writer's face: it refreshes what a command's decision rests on, submits it, holds leases, and stops.

import type { Actor } from '../core/audit.ts';
import type { CleanupCommand, Command, ListenerSight, ObserveCommand } from '../core/command.ts';
import type { LeaseEntry } from '../core/lease.ts';
import type { ProcessIdentity } from '../core/process-identity.ts';
import type { CleanupReply, Replies } from '../core/reply.ts';
import { restore } from '../core/restore.ts';
import { createAuditKeeping } from './audit-keeping.ts';
import { createAuditReader } from './audit-reader.ts';
import { cleanUp } from './clean-up.ts';
import { createCommitQueue } from './commit-queue.ts';
import type { Coordinator, Held, Outcome, Reading } from './contract.ts';
import { healthOf } from './coordinator-health.ts';
import { coordinatorTime } from './coordinator-time.ts';
import { inDoubt } from './doubt.ts';
import { createGathering } from './gathering.ts';
import { idsOf, observe, overAmong, type Subjects, slices } from './observation.ts';
import { type CoordinatorOptions, DEFAULT_STARTUP } from './options.ts';
import { owing } from './owing-store.ts';
import { publisherTo } from './publisher.ts';
import { turn } from './scheduler.ts';
import { createRecovery, noteEmpty } from './startup-recovery.ts';
import { DEFAULT_TIMINGS } from './timings.ts';
import { createUnderWay } from './under-way.ts';
import { startWatch } from './watch.ts';
import { cleanedInAll, createWatchTally } from './watch-counts.ts';
import { createWriter, daemonActor, stopping } from './writer.ts';

/**
 * Loads the store and begins to serve and to watch.
 *
 * @throws what the store throws when it cannot be loaded or promise fences
 */
export async function startCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  const timings = options.timings ?? DEFAULT_TIMINGS;
  const policy = options.startup ?? DEFAULT_STARTUP;
  const recovery = createRecovery(policy, options.scheduler);
  const loaded = await recovery.read(options.store);
  const time = coordinatorTime(options.clock, loaded.elapsedMs);
  const { stored, rebuilt, owed } = await recovery.load(options.store, loaded, time, daemonActor(options));
  const state = restore(stored, time().now);
  const store = owing(options.store, owed);
  const queue = createCommitQueue(state, store, options.scheduler, publisherTo(options));
  const writer = createWriter({ ...options, timings }, state, queue, time, stored.fenceCeiling);
  const gathered = createGathering(options.scheduler, queue.flush);
  const onFault = options.onFault ?? (() => {});
  const watch = createWatchTally();
  let lastTick = time().now;
  const { tracked, idle } = createUnderWay();
  let isStopping = false;

  function submit<Kind extends Command['kind']>(
    command: Extract<Command, { kind: Kind }>,
    actor?: Actor,
  ): Promise<Outcome<Replies[Kind]>> {
    if (isStopping) return Promise.reject(stopping());
    return tracked(submitGathered<Kind>(command, actor));
  }

  async function submitGathered<Kind extends Command['kind']>(
    command: Extract<Command, { kind: Kind }>,
    actor: Actor | undefined,
  ): Promise<Outcome<Replies[Kind]>> {
    await gathered();
    noticeSleep();
    const given: Command = command;
    if (given.kind === 'cleanup') return cleanUpAll(given, actor) as Promise<Outcome<Replies[Kind]>>;
    const doubtful = inDoubt(state, command, options.catalogue(), isDead);
    return doubtful === null
      ? writer.submit<Kind>(command, actor)
      : submitRefreshed<Kind>(command, actor, doubtful);
  }

  function isDead(process: ProcessIdentity | null): boolean {
    return process !== null && options.processes.life(process) === 'dead';
  }

  async function submitRefreshed<Kind extends Command['kind']>(
    command: Extract<Command, { kind: Kind }>,
    actor: Actor | undefined,
    doubtful: readonly LeaseEntry[],
  ): Promise<Outcome<Replies[Kind]>> {
    const looked = new Set<string>();
    for (let left = doubtful; ; ) {
      // Who renews goes on in place of a dead holder.
      await refresh(left, command.kind !== 'renew');
      for (const { lease } of left) looked.add(lease.lockId);
      // Once one of them has ended, the answer may rest on another one, whose holder is as dead.
      const doubts = inDoubt(state, command, options.catalogue(), isDead) ?? [];
      left = doubts.filter(({ lease }) => !looked.has(lease.lockId));
      if (left.length === 0) return writer.submit<Kind>(command, actor);
    }
  }

  function cleanUpAll(command: CleanupCommand, actor?: Actor): Promise<Outcome<CleanupReply>> {
    const cleaned = {
      lockIds: command.lockIds ?? idsOf(state.leases()),
      instanceIds: instanceIds(),
      look,
      decide: (part: CleanupCommand) => writer.submit<'cleanup'>(part, actor),
      rest: () => turn(options.scheduler),
    };
    return cleanUp(command, cleaned, { slice: timings.sweepSlice, sharedTableMs: timings.sharedTableMs });
  }

  /**
   * Before anything may end: time in which no tick came was slept, or the daemon was stopped, and nobody could be
   * heard in it. The floor moves within this turn, before whatever is decided next.
   */
  function noticeSleep(): void {
    const { now } = time();
    const isGap = now - lastTick >= timings.sleepGapMs;
    lastTick = now;
    if (isGap) tracked(writer.submit<'wake'>({ kind: 'wake' })).catch(onFault);
  }

  /** Looks at leases before a decision that rests on them, and ends those that turn out to be over. */
  async function refresh(leases: readonly LeaseEntry[], isSwept: boolean): Promise<void> {
    const lockIds = idsOf(leases);
    await look({ lockIds, instanceIds: instanceIds() }, 0);
    if (isSwept) await sweep(lockIds);
  }

  /** Observes these; answers what was seen to listen on each lease, as far as that could be known. */
  async function look(subjects: Subjects, maxAgeMs: number): Promise<Map<string, ListenerSight>> {
    const sights = new Map<string, ListenerSight>();
    watch.noteChecks(subjects.lockIds.length);
    const report = async (seen: ObserveCommand): Promise<void> => {
      for (const [lockId, sight] of seen.listeners) sights.set(lockId, sight);
      const outcome = await writer.submit<'observe'>(seen);
      if (outcome.ok) for (const { lease, vitals } of outcome.reply.news) options.onSeen?.(lease, vitals);
    };
    await observe(options, state, subjects, maxAgeMs, timings.lookSlice, report);
    // What is decided on these sights comes after an await, which a sleep may have fallen into.
    noticeSleep();
    return sights;
  }

  /** @param looked the leases that were looked at just now: on any other a server may have begun to listen since */
  async function sweep(looked: readonly string[]): Promise<void> {
    const over = overAmong(looked, state, options.catalogue(), time().now);
    for (const lockIds of slices(over, timings.sweepSlice)) {
      // The sleep may fall into an await of this very pass. What was over before it is judged anew when it is to end.
      noticeSleep();
      const outcome = await writer.submit<'sweep'>({ kind: 'sweep', lockIds });
      if (outcome.ok) watch.noteEnded(outcome.reply.ended);
      await turn(options.scheduler);
    }
  }

  async function forget(): Promise<void> {
    for (;;) {
      const outcome = await writer.submit<'forget'>({ kind: 'forget', limit: timings.sweepSlice });
      if (!outcome.ok || !outcome.reply.isPartial) return;
      await turn(options.scheduler);
    }
  }

  async function hold(lockId: string, actor?: Actor): Promise<Outcome<Held>> {
    const opened = await submit<'hold'>({ kind: 'hold', lockId, delta: 1 }, actor);
    if (!opened.ok) return opened;
    // A release that was decided in the same turn has ended it by now, and told so before anybody could listen.
    if (state.lease(lockId) === undefined) {
      // If that end cannot be committed, the lease is there again, and held once more than anybody knows.
      const closed = await tracked(writer.submit<'hold'>({ kind: 'hold', lockId, delta: -1 }));
      return closed.ok ? hold(lockId, actor) : closed;
    }
    let isOpen = true;
    const close = (): void => {
      // When the daemon stops, every connection closes: that is no holder's death.
      if (!isOpen || isStopping) return;
      isOpen = false;
      tracked(letGo(lockId)).catch(onFault);
    };
    return { ok: true, reply: { vitals: opened.reply.snapshot.vitals, close } };
  }

  /** Counts a closed connection out at once, and only then looks whether anybody is left. */
  async function letGo(lockId: string): Promise<void> {
    noticeSleep();
    const closed = await writer.submit<'hold'>({ kind: 'hold', lockId, delta: -1 });
    if (!closed.ok) return;
    const since = closed.reply.snapshot.vitals.askedAt;
    const sight = (await look({ lockIds: [lockId], instanceIds: [] }, 0)).get(lockId);
    // Where the listener cannot be known, the term decides.
    if (sight === undefined || sight === 'unknown') return;
    await writer.submit<'abandon'>({ kind: 'abandon', lockId, since, listening: sight === 'own' });
    await sweep([lockId]);
    // A process that dies closes its connections a moment before it is gone: look once more.
    if (state.lease(lockId)?.vitals.process !== 'alive') return;
    options.scheduler.after(timings.secondLookMs, () => {
      const left = state.lease(lockId);
      if (left !== undefined && !isStopping) tracked(refresh([left], true)).catch(onFault);
    });
  }

  async function query<T>(read: (reading: Reading) => T): Promise<T> {
    for (;;) {
      const value = read({ state, ...time() });
      if ((await queue.add([])) === 'done') return value;
    }
  }

  function instanceIds(): string[] {
    return [...state.watchedInstances];
  }

  async function lookAtAll(maxAgeMs: number): Promise<readonly string[]> {
    const lockIds = idsOf(state.leases());
    await look({ lockIds, instanceIds: instanceIds() }, maxAgeMs);
    return lockIds;
  }

  /** Where nobody watches: what would end is looked at before it does. */
  async function lookAtEnding(): Promise<readonly string[]> {
    const lockIds = overAmong(idsOf(state.leases()), state, options.catalogue(), time().now);
    if (lockIds.length > 0) await look({ lockIds, instanceIds: instanceIds() }, timings.sharedTableMs);
    return lockIds;
  }

  async function saveElapsed(): Promise<void> {
    await options.store.saveElapsed(time().now);
    queue.noteStore(null);
  }

  async function proveStore(): Promise<void> {
    if (isStopping) throw stopping();
    try {
      await tracked(saveElapsed());
    } catch (error) {
      queue.noteStore(error);
      throw error;
    }
  }

  // Before anybody is served: nobody is to be judged, and no lease taken over or released, by what was not seen yet.
  await recovery.finish({
    state,
    async lookAndSweep() {
      if (state.leaseCount > 0 || state.watchedInstances.size > 0) await sweep(await lookAtAll(0));
      return cleanedInAll(watch);
    },
    submit: writer.submit,
  });

  const stopWatch = startWatch(
    {
      state,
      time,
      missIntervalMs: () => options.catalogue().missIntervalMs,
      noticeSleep,
      observeAll() {
        watch.notePass();
        return options.catalogue().isWatching ? lookAtAll(timings.sharedTableMs) : lookAtEnding();
      },
      async observeHeld() {
        if (!options.catalogue().isWatching) return;
        await look({ lockIds: idsOf(state.heldLeases()), instanceIds: [] }, timings.sharedTableMs);
      },
      sweep,
      forget,
      keepAudit: createAuditKeeping({
        audit: store.audit,
        state,
        scheduler: options.scheduler,
        catalogue: options.catalogue,
        now: () => time().now,
        slice: timings.sweepSlice,
      }),
      saveElapsed,
      isStoreInDoubt: () => queue.failure !== null,
      onFault,
    },
    options.scheduler,
    timings,
  );

  async function stop(): Promise<void> {
    isStopping = true;
    await stopWatch();
    await idle();
    await queue.drained();
    await saveElapsed().catch(onFault);
    if (state.leaseCount === 0) await noteEmpty(options.store, state.lastAudit).catch(onFault);
    await options.store.close();
  }

  const audit = createAuditReader(options.store.audit, options.scheduler, () => state.lastAudit);
  const health = () => healthOf(queue, writer.conflicts, watch);
  const found = { steps: recovery.steps, restored: stored.leases.length - rebuilt, rebuilt };
  return { submit, query, hold, audit, health, recovery: found, proveStore, stop };
}
