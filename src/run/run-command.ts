// Owns the run of a command on a leased port: lease, environment, start, signals, end of the tree, release.

import type { AllocateAnswer, AllocationsAnswer, LeaseJson } from '../api/schemas.ts';
import { type Client, connect, expectOk } from '../client/client.ts';
import { resolvesLocalNames } from '../client/local-names.ts';
import { StyxyError } from '../errors.ts';
import { projectFiles } from '../project/project-files.ts';
import type { RunPlan } from '../tools/plan.ts';
import { type Claim, claimById, claimLease, likeLease, settleClaim } from './claim.ts';
import type { ComposeRun } from './compose-project.ts';
import { exitStatus } from './exit-status.ts';
import { runOnLease } from './leased-run.ts';
import { runLeaseless } from './leaseless-run.ts';
import { loadProcesses } from './members.ts';
import * as messages from './messages.ts';
import { fillPort } from './placeholder.ts';
import { withWayOut } from './refused-port.ts';
import type { RunOptions, RunSurroundings } from './run-options.ts';
import { hasWish, isLeaseless, requestOf, wishOf } from './run-request.ts';
import { supervise } from './supervision.ts';

const NO_LEASES: AllocationsAnswer = { allocations: [], count: 0, next_cursor: null };

/** A command that is understood, with what the daemon gave it. */
export interface PreparedRun {
  readonly options: RunOptions;
  readonly plan: RunPlan;
  /** The command line of Compose that it leads to; null where it leads to none, or has a lease of its own. */
  readonly compose: ComposeRun | null;
  /** Null for a command that has no port of its own. */
  readonly claim: Claim | null;
  /** Whether no other port will do. */
  readonly isExact: boolean;
}

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
  let prepared: PreparedRun;
  let project: AllocationsAnswer;
  try {
    let client: Promise<Client> | null = null;
    const reach = (): Promise<Client> => {
      client ??= connect({ home, env });
      return client;
    };
    prepared = await prepareRun(options, plan, around, reach);
    project = await leasesOf(await reach(), prepared.claim?.lease ?? null, around);
  } catch (error) {
    const isUnreachable = error instanceof StyxyError && error.code === 'DAEMON_UNREACHABLE';
    if (!isUnreachable || options.requireDaemon) throw error;
    return await runWithout(options, around, error);
  }
  return await runPrepared(prepared, project, around, await hasLocalNames);
}

/**
 * Gets a command what it runs on, and starts nothing.
 *
 * @throws StyxyError a refusal of the daemon, DAEMON_UNREACHABLE
 */
export async function prepareRun(
  options: RunOptions,
  plan: RunPlan,
  around: RunSurroundings,
  reach: () => Promise<Client>,
): Promise<PreparedRun> {
  // Before anything is asked: what cannot be changed may be the reason of a refusal.
  if (plan.fixedPort !== null && plan.advice !== null) around.say(plan.advice);
  const compose = await composeOf(options, plan);
  const isWithoutLease = compose !== null || isLeaseless(plan, options);
  const client = await reach();
  if (isWithoutLease) return { options, plan, compose, claim: null, isExact: false };
  return { options, plan, compose: null, ...(await ask(options, plan, around, client)) };
}

/**
 * Runs a prepared command, until the last process of it has ended and the lease is released.
 *
 * @param project the leases that the command is told of
 * @param hasLocalNames see `portVariables`
 * @returns as `runLeased`
 * @throws StyxyError where another lease for it cannot be had
 */
export async function runPrepared(
  { options, plan, compose, claim: first, isExact }: PreparedRun,
  project: AllocationsAnswer,
  around: RunSurroundings,
  hasLocalNames: boolean,
): Promise<number> {
  if (first === null && compose !== null) {
    const { runCompose } = await import('./compose-run.ts');
    return await runCompose(compose, project, options, around, hasLocalNames);
  }
  if (first === null) return await runLeaseless(project, options, plan, around, hasLocalNames);
  let claim: Claim = first;
  let known = project;
  for (let isFirst = true; ; isFirst = false) {
    const { lease } = claim;
    around.onLease(lease, claim.kind === 'runs');
    if (claim.kind === 'runs') {
      around.say(messages.singletonRuns(lease, claim.message));
      return 0;
    }
    if (claim.elsewhere !== null) around.say(messages.runsElsewhere(claim.elsewhere));
    const wish = options.lockId === null ? wishOf(options, plan) : null;
    around.say(messages.granted(lease, wish, claim.answer));
    // A range that was made for a type nobody knew may be a typing error.
    if ('auto_allocated' in lease) around.say(claim.message);
    for (const hint of messages.hints(plan, lease)) around.say(hint);
    const canMove = isFirst && !isExact;
    const another = canMove ? () => reserveAnother(lease, around) : null;
    const run = {
      lease,
      held: claim.held ?? null,
      project: known.allocations,
      plan,
      hasLocalNames,
      another,
    };
    const { status, next } = await runOnLease(run, around);
    if (next === null) return status;
    claim = { kind: 'mine', lease: next, elsewhere: null, message: '' };
    known = await leasesOf(await connect({ home: around.home, env: around.env }), next, around);
  }
}

/** A lease of the same kind on another port, held by this run; null where it is not to be had, for whatever reason. */
async function reserveAnother(lost: LeaseJson, around: RunSurroundings): Promise<LeaseJson | null> {
  try {
    const client = await connect({ home: around.home, env: around.env, autostart: false });
    const request = { ...likeLease(lost, process.pid), new: true };
    return expectOk(await client.request<AllocateAnswer>('POST', '/allocate', request));
  } catch {
    return null;
  }
}

async function ask(
  options: RunOptions,
  plan: RunPlan,
  around: RunSurroundings,
  client: Client,
): Promise<Pick<PreparedRun, 'claim' | 'isExact'>> {
  const { pid } = process;
  const { lockId } = options;
  if (lockId !== null) {
    const claim = await settleClaim(client, await claimById(client, lockId, pid), pid, null);
    return { claim, isExact: false };
  }
  const request = requestOf(options, plan, around, pid);
  const claim = await claimLease(client, request)
    .then((first) => settleClaim(client, first, pid, request))
    .catch(async (error: unknown) => {
      throw await withWayOut(client, error, options.exact);
    });
  return { claim, isExact: request.exact === true };
}

/** The command line of Compose that it leads to, unless a lease is asked for that is another than those of its services. */
async function composeOf(options: RunOptions, plan: RunPlan): Promise<ComposeRun | null> {
  if (hasWish(options) || (plan.tool !== null && plan.id !== 'compose')) return null;
  const { composeRunOf } = await import('./compose-project.ts');
  return composeRunOf(plan);
}

/** What the command is understood to start. The catalogue is loaded here, and for no other command. */
export async function planOf(
  { words }: RunOptions,
  around: Pick<RunSurroundings, 'project'>,
): Promise<RunPlan> {
  const { planRun } = await import('../tools/plan.ts');
  return planRun(words, around.project().directory, projectFiles());
}

/** The leases that the command is told of: all of its project, or of the one that it is started in. */
export async function leasesOf(
  client: Client,
  lease: LeaseJson | null,
  around: Pick<RunSurroundings, 'project'>,
): Promise<AllocationsAnswer> {
  const project = lease === null ? around.project().path : lease.project_path;
  if (project === null) return NO_LEASES;
  const path = `/allocations?project_path=${encodeURIComponent(project)}`;
  return expectOk(await client.request<AllocationsAnswer>('GET', path));
}

/** Runs the command as it is, with a warning: a missing daemon shall keep nobody from working. */
async function runWithout(options: RunOptions, around: RunSurroundings, why: StyxyError): Promise<number> {
  const { home, env, stdio, say } = around;
  const { words, preferredPort } = options;
  around.onNoDaemon(why);
  say(messages.noDaemon(words, preferredPort, why));
  const filled = preferredPort === null ? words : fillPort(words, preferredPort);
  const { ending } = await supervise(
    { home, words: filled, env, stdio, mark: null, onStarted: () => {} },
    loadProcesses,
  );
  if (ending.kind === 'not-started') say(messages.notStarted(filled, ending.code));
  return exitStatus(ending);
}
