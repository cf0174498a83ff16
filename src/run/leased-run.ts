// Owns one try to run a command on a lease: until it ends, or until its port turns out to be lost to a stranger.

import type { CheckAnswer, LeaseJson, SystemUsage } from '../api/schemas.ts';
import { type Client, connect, expectOk } from '../client/client.ts';
import { projectSlug } from '../project/slug.ts';
import type { RunPlan } from '../tools/plan.ts';
import { leasedEnvironment, withoutPort } from './environment.ts';
import { exitStatus } from './exit-status.ts';
import { handOver } from './heir.ts';
import { inspectorPorts } from './inspector-ports.ts';
import { type Keeping, keepLease } from './keeping.ts';
import { loadProcesses, newMark } from './members.ts';
import * as messages from './messages.ts';
import { type PortWatch, watchPort } from './port-watch.ts';
import { releaseLease } from './release.ts';
import { handlingOf, type RunSurroundings } from './run-options.ts';
import type { SoleHold } from './sole-hold.ts';
import { type Started, supervise } from './supervision.ts';

/** How long an answer about a running command may take, in ms: nobody waits at its end for a daemon that hangs. */
const KEEP_TIMEOUT_MS = 3_000;
/** How long a server that went to the background may take until it listens, in ms. */
const DETACHING_MS = 3_000;

export interface LeasedRun {
  readonly lease: LeaseJson;
  /** A connection that holds it already. */
  readonly held: SoleHold | null;
  /** The leases that the command is told of. */
  readonly project: readonly LeaseJson[];
  readonly plan: RunPlan;
  readonly hasLocalNames: boolean;
  /**
   * Gets another lease of the kind, before a command whose port is lost is ended; null where there is none to be had.
   * Null itself where the command is not to be started again.
   */
  readonly another: (() => Promise<LeaseJson | null>) | null;
}

export interface Attempt {
  /** The exit status of `styxy run`, if this is its end. */
  readonly status: number;
  /** Its port was lost to a stranger before it listened: the lease on which it is to be started again. */
  readonly next: LeaseJson | null;
}

/** Runs the command until the last process of it has ended, and releases the lease. */
export async function runOnLease(run: LeasedRun, around: RunSurroundings): Promise<Attempt> {
  const { lease, plan } = run;
  const { home, env, say } = around;
  const words = plan.words(lease.port);
  // Whoever ends the daemon while the command runs may want it to stay ended.
  const reach = (): Promise<Client> => connect({ home, env, autostart: false, timeoutMs: KEEP_TIMEOUT_MS });
  let keeping: Keeping | null = null;
  let watch: PortWatch | null = null;
  let moving: Promise<LeaseJson | null> | null = null;
  const move = async (found: SystemUsage): Promise<LeaseJson | null> => {
    const next = run.another === null ? null : await run.another();
    say(next === null ? messages.portTaken(lease, found) : messages.movesOn(lease, found));
    return next;
  };

  const onStarted = (started: Started): void => {
    around.onStarted?.();
    watch = watchPort({
      isServer: plan.tool !== null,
      usage: () => usageOf(reach, lease),
      helpers: inspectorPorts(words, env),
      isMember: started.isMember,
      onLost: (found) => {
        moving = move(found);
        // Without another port it goes on: nobody is served by its end.
        void moving.then((next) => next !== null && started.stop());
      },
      onDrift: (ports, found) => say(messages.drifted(plan, lease, ports, found)),
      onHijacked: (found) => say(messages.portTaken(lease, found)),
    });
    keeping = keepLease({
      reach,
      lease,
      first: run.held,
      onEvent: watch.take,
      onLost: () => say(messages.leaseLost(lease)),
    });
  };

  const mark = newMark();
  let heir: SystemUsage | null = null;
  try {
    const { ending, wasSignalled } = await supervise(
      {
        ...handlingOf(around),
        words,
        env: { ...environmentOf(run, around), [mark.name]: mark.value },
        mark,
        onStarted,
      },
      loadProcesses,
    );
    if (ending.kind === 'not-started') say(messages.notStarted(words, ending.code));
    let next = await (moving as Promise<LeaseJson | null> | null);
    const watched = watch as PortWatch | null;
    if (moving === null && (plan.isDetaching || watched?.hasServed() === true)) {
      heir = await handOver(reach, lease, plan.isDetaching && !wasSignalled ? DETACHING_MS : 0);
      if (heir !== null) say(messages.goesOn(lease, heir));
    }
    if (moving === null && heir === null && !wasSignalled) {
      const status = ending.kind === 'exited' ? ending.status : null;
      const stranger = await watched?.strangerAtEnd(status);
      if (stranger !== undefined && stranger !== null) next = await move(stranger);
    }
    if (next !== null && wasSignalled) {
      await releaseLease(reach, next);
      next = null;
    }
    return { status: exitStatus(ending), next };
  } finally {
    (watch as PortWatch | null)?.stop();
    const kept = keeping as Keeping | null;
    kept?.stop();
    // A connection that closes first would end the lease as if its holder had died.
    if (heir === null) await releaseLease(reach, lease);
    kept?.close();
  }
}

function environmentOf(
  { lease, project, plan, hasLocalNames }: LeasedRun,
  { env, complete = (all) => all }: RunSurroundings,
): NodeJS.ProcessEnv {
  const leased = {
    ...leasedEnvironment(env, lease, project, hasLocalNames),
    ...(lease.project_path === null ? {} : { STYXY_SLUG: projectSlug(lease.project_path) }),
  };
  // Several servers cannot share one port, not even the one that somebody wanted a lease for.
  const own = plan.leaseless === 'several' ? withoutPort(leased) : leased;
  return complete({ ...own, ...plan.environment(lease.port) });
}

async function usageOf(reach: () => Promise<Client>, lease: LeaseJson): Promise<SystemUsage | null> {
  const client = await reach();
  const path = `/check/${lease.port}?protocol=${lease.protocol}`;
  return expectOk(await client.request<CheckAnswer>('GET', path)).system_usage;
}
