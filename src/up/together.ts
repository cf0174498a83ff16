// Owns the run of several services together: leases for all before any starts, signals for all, and the end of the last one.

import type { LeaseJson } from '../api/schemas.ts';
import type { OutputStream } from '../run/child.ts';
import type { PreparedRun } from '../run/run-command.ts';
import { type ReceivedSignal, type ReceiveSignals, receiveSignals } from '../run/signals.ts';
import { awaitReadiness, sleep } from './readiness.ts';
import type { Service } from './service.ts';
import { beginLife, type ServiceLife, type ServiceView } from './service-life.ts';
import {
  abandonService,
  prepareService,
  reachAny,
  reachRunning,
  runService,
  type Scene,
} from './service-run.ts';

/** How long services that were asked to end may take before they are told to by SIGTERM, in ms. */
const ASKED_PATIENCE_MS = 10_000;
const TERM: ReceivedSignal = { signal: 'SIGTERM', isForCommand: true };
const KILL: ReceivedSignal = { signal: 'SIGKILL', isForCommand: true };
/** What a service may do something with, and live on. */
const ASKS_FOR_MORE: readonly NodeJS.Signals[] = ['SIGUSR1', 'SIGUSR2'];
const OVER: readonly ServiceView['state'][] = ['completed', 'elsewhere', 'ended', 'failed', 'skipped'];

export interface TogetherOptions extends Scene {
  /** Each behind those that it depends on. */
  readonly services: readonly Service[];
  readonly onLine: (service: string, stream: OutputStream, line: string) => void;
  /** Called when a service got ready, each time. */
  readonly onReady: (service: ServiceView) => void;
  /** Called once, when of each service it is known whether it got ready. */
  readonly onSettled: (services: readonly ServiceView[]) => void;
  /** Called when somebody asks by a signal for the end of all: with 1, and with more where they are impatient. */
  readonly onStopping: (times: number) => void;
  /** Where signals come from; this process's own unless given. */
  readonly receive?: ReceiveSignals;
}

export interface Together {
  views(): readonly ServiceView[];
  /**
   * Ends some services, or all where `names` is null, and waits for it.
   *
   * @returns the names of those that ran, or were about to
   */
  end(names: readonly string[] | null): Promise<readonly string[]>;
  /** The status of the first failure, 0 where there was none; resolves when all have ended. */
  readonly ended: Promise<number>;
}

/**
 * Gets every service what it runs on, then starts each when those are ready that it depends on.
 *
 * @throws StyxyError a refusal of the daemon, DAEMON_UNREACHABLE; then nothing was started, and nothing is leased
 */
export async function startTogether(options: TogetherOptions): Promise<Together> {
  const prepared = await prepareAll(options);
  const lives: ServiceLife[] = [];
  const elsewhere = [...prepared.values()].flatMap(({ claim }) =>
    claim?.kind === 'runs' ? [claim.lease] : [],
  );
  for (const [service, first] of prepared)
    lives.push(begin(service, first, { lives: [...lives], elsewhere }, options));

  let times = 0;
  const stopReceiving = (options.receive ?? receiveSignals)((received) => {
    if (ASKS_FOR_MORE.includes(received.signal)) {
      for (const life of lives) life.pass(received);
      return;
    }
    times += 1;
    options.onStopping(times);
    void endSome(lives, harder(received, times));
  });
  let firstFailure = 0;
  const note = async ({ ended }: ServiceLife): Promise<void> => {
    const status = await ended;
    if (firstFailure === 0) firstFailure = status;
  };
  const views = (): ServiceView[] => lives.map((life) => life.view());
  const settled = Promise.all(lives.map((life) => life.settled)).then(() => options.onSettled(views()));
  const over = Promise.all([settled, ...lives.map(note)]).finally(stopReceiving);
  return {
    views,
    end: (names) => endSome(names === null ? lives : lives.filter(({ name }) => names.includes(name)), TERM),
    ended: over.then(() => firstFailure),
  };
}

/** Leases for all: each is to know where the others will be. */
async function prepareAll(options: TogetherOptions): Promise<ReadonlyMap<Service, PreparedRun>> {
  const prepared = new Map<Service, PreparedRun>();
  try {
    const client = await reachAny(options);
    for (const service of options.services)
      prepared.set(service, await prepareService(service, options, async () => client));
    return prepared;
  } catch (error) {
    await Promise.all([...prepared.values()].map((each) => abandonService(options, each)));
    throw error;
  }
}

function begin(
  service: Service,
  first: PreparedRun,
  before: { readonly lives: readonly ServiceLife[]; readonly elsewhere: readonly LeaseJson[] },
  options: TogetherOptions,
): ServiceLife {
  let next: PreparedRun | null = first;
  return beginLife({
    service,
    dependencies: before.lives.filter(({ name }) => service.dependsOn.includes(name)),
    lease: first.claim?.lease ?? null,
    run: async (hooks, stop) => {
      const run = next ?? (await prepareService(service, options, () => reachAny(options)));
      next = null;
      if (!stop.aborted) return await runService(service, options, run, hooks, before.elsewhere);
      await abandonService(options, run);
      return 0;
    },
    abandon: () => abandonService(options, first),
    awaitReadiness: async (lease, stop) => {
      const { ready } = service;
      const isOnPort = ready.kind === 'port' || ready.kind === 'http';
      // What starts several servers has no port of its own to look at.
      if (lease === null || !isOnPort) return true;
      return await awaitReadiness(ready, lease, () => reachRunning(options), stop);
    },
    onLine: (stream, line) => options.onLine(service.name, stream, line),
    say: (message) => options.say(service.name, message),
    onReady: options.onReady,
  });
}

/** Whoever asks again is more than asked: told by SIGTERM, then ended by SIGKILL. */
function harder(received: ReceivedSignal, times: number): ReceivedSignal {
  if (times > 2) return KILL;
  return times === 2 || received.signal !== 'SIGINT' ? TERM : received;
}

async function endSome(lives: readonly ServiceLife[], signal: ReceivedSignal): Promise<readonly string[]> {
  const meant = lives.filter((life) => !OVER.includes(life.view().state));
  for (const life of meant) life.stop(signal);
  const gone = new AbortController();
  void sleep(ASKED_PATIENCE_MS, gone.signal).then(() => {
    if (!gone.signal.aborted) for (const life of meant) life.stop(TERM);
  });
  await Promise.all(meant.map(({ ended }) => ended));
  gone.abort();
  return meant.map(({ name }) => name);
}
