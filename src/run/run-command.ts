// Owns the run of a command on a leased port: lease, environment, start, signals, end of the tree, release.

import type { AllocationsAnswer, LeaseJson } from '../api/schemas.ts';
import { type Client, connect, expectOk } from '../client/client.ts';
import { resolvesLocalNames } from '../client/local-names.ts';
import { StyxyError } from '../errors.ts';
import type { RunPlan } from '../tools/plan.ts';
import { type Claim, claimById, claimLease } from './claim.ts';
import { leasedEnvironment, withoutPort } from './environment.ts';
import { exitStatus } from './exit-status.ts';
import { type Keeping, keepLease } from './keeping.ts';
import { runLeaseless } from './leaseless-run.ts';
import { loadProcesses, newMark } from './members.ts';
import * as messages from './messages.ts';
import { fillPort } from './placeholder.ts';
import { projectFiles } from './project-files.ts';
import { releaseLease } from './release.ts';
import type { RunOptions, RunSurroundings } from './run-options.ts';
import { isLeaseless, requestOf, wishOf } from './run-request.ts';
import { supervise } from './supervision.ts';

/** How long an answer about a running command may take, in ms: nobody waits at its end for a daemon that hangs. */
const KEEP_TIMEOUT_MS = 3_000;
const NO_LEASES: AllocationsAnswer = { allocations: [], count: 0, next_cursor: null };

/**
 * Runs a command on a leased port, until the last process of it has ended and the lease is released.
 *
 * @returns the exit status of `styxy run`: the command's own, 128 + signal, 127, 126, or 0 for a singleton that runs
 * @throws StyxyError a refusal of the daemon; DAEMON_UNREACHABLE only where a daemon is required
 */
export async function runLeased(options: RunOptions, around: RunSurroundings): Promise<number> {
  const { home, env } = around;
  const plan = await planOf(options, around);
  // Asked while the daemon is: a resolver may take its time.
  const hasLocalNames = resolvesLocalNames();
  // Before anything is asked: what cannot be changed may be the reason of a refusal.
  if (plan.fixedPort !== null && plan.advice !== null) around.say(plan.advice);
  let claim: Claim | null;
  let project: AllocationsAnswer;
  try {
    const client = await connect({ home, env });
    claim = isLeaseless(plan, options) ? null : await claimFor(client, options, plan, around);
    project = claim?.kind === 'runs' ? NO_LEASES : await leasesOf(client, claim?.lease ?? null, around);
  } catch (error) {
    const isUnreachable = error instanceof StyxyError && error.code === 'DAEMON_UNREACHABLE';
    if (!isUnreachable || options.requireDaemon) throw error;
    return await runWithout(options, around, error);
  }
  if (claim === null) return await runLeaseless(project, options, plan, around, await hasLocalNames);
  const { lease } = claim;
  around.onLease(lease, claim.kind === 'runs');
  if (claim.kind === 'runs') {
    around.say(messages.singletonRuns(lease));
    return 0;
  }
  if (claim.elsewhere !== null) around.say(messages.runsElsewhere(claim.elsewhere));
  around.say(messages.granted(lease, wishOf(options, plan)));
  for (const hint of messages.hints(plan, lease)) around.say(hint);
  return await runOn(lease, project.allocations, plan, around, await hasLocalNames);
}

/** What the command is understood to start. The catalogue is loaded here, and for no other command. */
async function planOf({ words }: RunOptions, around: RunSurroundings): Promise<RunPlan> {
  const { planRun } = await import('../tools/plan.ts');
  return planRun(words, around.project().directory, projectFiles());
}

async function claimFor(
  client: Client,
  options: RunOptions,
  plan: RunPlan,
  around: RunSurroundings,
): Promise<Claim> {
  const { pid } = process;
  if (options.lockId !== null) return await claimById(client, options.lockId, pid);
  return await claimLease(client, requestOf(options, plan, around, pid));
}

/** The leases that the command is told of: all of its project, or of the one that it is started in. */
async function leasesOf(
  client: Client,
  lease: LeaseJson | null,
  around: RunSurroundings,
): Promise<AllocationsAnswer> {
  const project = lease === null ? around.project().path : lease.project_path;
  if (project === null) return NO_LEASES;
  const path = `/allocations?project_path=${encodeURIComponent(project)}`;
  return expectOk(await client.request<AllocationsAnswer>('GET', path));
}

async function runOn(
  lease: LeaseJson,
  project: readonly LeaseJson[],
  plan: RunPlan,
  around: RunSurroundings,
  hasLocalNames: boolean,
): Promise<number> {
  const { home, env, say, stdio } = around;
  // Whoever ends the daemon while the command runs may want it to stay ended.
  const reach = (): Promise<Client> => connect({ home, env, autostart: false, timeoutMs: KEEP_TIMEOUT_MS });
  let keeping: Keeping | null = null;
  const words = plan.words(lease.port);
  const leased = leasedEnvironment(env, lease, project, hasLocalNames);
  // Several servers cannot share one port, not even the one that somebody wanted a lease for.
  const own = plan.leaseless === 'several' ? withoutPort(leased) : leased;
  const mark = newMark();
  try {
    const ending = await supervise(
      {
        words,
        env: { ...own, ...plan.environment(lease.port), [mark.name]: mark.value },
        stdio,
        mark,
        onStarted: () => {
          keeping = keepLease({ reach, lease, onLost: () => say(messages.leaseLost(lease)) });
        },
      },
      loadProcesses,
    );
    if (ending.kind === 'not-started') say(messages.notStarted(words, ending.code));
    return exitStatus(ending);
  } finally {
    const kept = keeping as Keeping | null;
    kept?.stop();
    // A connection that closes first would end the lease as if its holder had died.
    await releaseLease(reach, lease);
    kept?.close();
  }
}

/** Runs the command as it is, with a warning: a missing daemon shall keep nobody from working. */
async function runWithout(options: RunOptions, around: RunSurroundings, why: StyxyError): Promise<number> {
  const { env, stdio, say } = around;
  const { words, preferredPort } = options;
  around.onNoDaemon(why);
  say(messages.noDaemon(words, preferredPort, why));
  const filled = preferredPort === null ? words : fillPort(words, preferredPort);
  const ending = await supervise(
    { words: filled, env, stdio, mark: null, onStarted: () => {} },
    loadProcesses,
  );
  if (ending.kind === 'not-started') say(messages.notStarted(filled, ending.code));
  return exitStatus(ending);
}
