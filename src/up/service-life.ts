// Owns the life of one service: it waits for others, starts, gets ready, is started again after a failure, and ends.

import type { LeaseJson } from '../api/schemas.ts';
import type { ReceivedSignal } from '../run/signals.ts';
import { type AttemptOptions, type Outcome, type RunHooks, runAttempt } from './attempt.ts';
import { sleep } from './readiness.ts';
import { judgeRestart, MAX_RESTARTS } from './restart.ts';
import type { Service } from './service.ts';
import { signalLine } from './signal-line.ts';

export type ServiceState =
  /** For those that it depends on. */
  | 'waiting'
  | 'starting'
  | 'ready'
  /** It has done what it was to do before others start. */
  | 'completed'
  /** A singleton that somebody else runs: it is there, and nothing was started. */
  | 'elsewhere'
  /** It failed, and is started again after a pause. */
  | 'pausing'
  /** By itself with status 0, or because it was told to. */
  | 'ended'
  | 'failed'
  /** Never started: something that it depends on did not get ready. */
  | 'skipped';

export interface ServiceView {
  readonly name: string;
  readonly state: ServiceState;
  /** The lease that it has or had; null for one without a port. */
  readonly lease: LeaseJson | null;
}

export interface LifeOptions extends Pick<AttemptOptions, 'awaitReadiness' | 'onLine'> {
  readonly service: Service;
  /** The services that it depends on. */
  readonly dependencies: readonly Pick<ServiceLife, 'name' | 'settled'>[];
  /** The lease that it was given before it starts. */
  readonly lease: LeaseJson | null;
  /** Runs it once, see `AttemptOptions`. It is to start nothing once `stop` is aborted. */
  readonly run: (hooks: RunHooks, stop: AbortSignal) => Promise<number>;
  /** Gives back what it was given, where it never starts. */
  readonly abandon: () => Promise<void>;
  /** Takes what there is to tell of it, for a line that its name begins. */
  readonly say: (message: string) => void;
  /** Called when it got ready, each time. */
  readonly onReady: (view: ServiceView) => void;
}

export interface ServiceLife {
  readonly name: string;
  /** Whether it became ready, as soon as that is known for good. Never rejects. */
  readonly settled: Promise<boolean>;
  /** The status that counts: 0, or that of its last failure. Rejects by a bug alone. */
  readonly ended: Promise<number>;
  view(): ServiceView;
  /** Ends it, as a signal does; a harder one may follow. */
  stop(signal: ReceivedSignal): void;
  /** Passes on a signal that asks for something else than its end. */
  pass(signal: ReceivedSignal): void;
}

const FAILED = 1;

/** Begins the life of a service; it starts when those are ready that it depends on. */
export function beginLife(options: LifeOptions): ServiceLife {
  const { service, dependencies, say } = options;
  const settled = Promise.withResolvers<boolean>();
  const stopping = new AbortController();
  let line = signalLine();
  let state: ServiceState = 'waiting';
  let { lease } = options;

  const view = (): ServiceView => ({ name: service.name, state, lease });
  const end = (last: 'ended' | 'failed' | 'skipped', status: number): number => {
    state = last;
    settled.resolve(false);
    return status;
  };

  /** Waits until it can start; false where it never can, or is not to. */
  async function isClear(): Promise<boolean> {
    const stopped = Promise.withResolvers<false>();
    stopping.signal.addEventListener('abort', () => stopped.resolve(false));
    const ready = await Promise.all(
      dependencies.map(({ settled: other }) => Promise.race([other, stopped.promise])),
    );
    if (stopping.signal.aborted) return false;
    const missing = dependencies.filter((_, index) => ready[index] !== true);
    if (missing.length > 0) {
      const names = missing.map(({ name }) => name).join(' and ');
      say(`is not started, since it depends on ${names}, which did not get ready`);
    }
    return missing.length === 0;
  }

  async function runOnce(): Promise<Outcome> {
    const ownLine = signalLine();
    line = ownLine;
    state = 'starting';
    return await runAttempt({
      service,
      receive: ownLine.receive,
      run: (hooks) => options.run(hooks, stopping.signal),
      awaitReadiness: options.awaitReadiness,
      onLine: options.onLine,
      onLease: (given) => {
        lease = given;
      },
      onVerdict: (verdict) => {
        if (verdict === 'late') ownLine.send({ signal: 'SIGTERM', isForCommand: true });
        else if (!stopping.signal.aborted) {
          state = service.ready.kind === 'completed' ? 'completed' : 'ready';
          settled.resolve(true);
          options.onReady(view());
        }
      },
    });
  }

  async function live(): Promise<number> {
    if (!(await isClear())) {
      await options.abandon();
      return stopping.signal.aborted ? end('ended', 0) : end('skipped', FAILED);
    }
    for (let restarts = 0; ; ) {
      const startedAt = performance.now();
      const { failure, status, isElsewhere } = await runOnce();
      if (stopping.signal.aborted) return end('ended', 0);
      if (isElsewhere) state = 'elsewhere';
      if (isElsewhere || (failure === null && service.ready.kind === 'completed')) return 0;
      if (failure === null) {
        say('ended with status 0');
        return end('ended', 0);
      }
      const ranMs = performance.now() - startedAt;
      const restart = service.restartsOnFailure ? judgeRestart(restarts, ranMs) : null;
      if (restart === null) {
        say(service.restartsOnFailure ? `${failure}, after ${MAX_RESTARTS} restarts in a row` : failure);
        return end('failed', status);
      }
      restarts = restart.count;
      say(`${failure}; restart ${restart.count} of ${MAX_RESTARTS} in ${restart.pauseMs / 1000} s`);
      state = 'pausing';
      await sleep(restart.pauseMs, stopping.signal);
      if (stopping.signal.aborted) return end('ended', 0);
    }
  }

  return {
    name: service.name,
    settled: settled.promise,
    ended: live(),
    view,
    stop(signal) {
      stopping.abort();
      line.send(signal);
    },
    pass: (signal) => line.send(signal),
  };
}
