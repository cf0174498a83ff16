// Owns the run of a command on a leased port: lease, environment, start, signals, end of the tree, release.

import type { StdioOptions } from 'node:child_process';
import type { AllocationsAnswer, LeaseJson } from '../api/schemas.ts';
import { type Client, connect, expectOk } from '../client/client.ts';
import { resolvesLocalNames } from '../client/local-names.ts';
import { type Project, serviceNameOf } from '../client/project.ts';
import { StyxyError } from '../errors.ts';
import type { Home } from '../home.ts';
import { type Claim, claimById, claimLease } from './claim.ts';
import { leasedEnvironment } from './environment.ts';
import { exitStatus } from './exit-status.ts';
import { type Keeping, keepLease } from './keeping.ts';
import { loadProcesses, newMark } from './members.ts';
import * as messages from './messages.ts';
import { fillPort } from './placeholder.ts';
import { releaseLease } from './release.ts';
import { supervise } from './supervision.ts';

const DEFAULT_SERVICE_TYPE = 'dev';
/** How long an answer about a running command may take, in ms: nobody waits at its end for a daemon that hangs. */
const KEEP_TIMEOUT_MS = 3_000;

export interface RunOptions {
  /** The command and its arguments, at least one word. */
  readonly words: readonly string[];
  readonly serviceType: string | null;
  readonly serviceName: string | null;
  readonly preferredPort: number | null;
  /** `preferredPort` or a refusal. */
  readonly exact: boolean;
  /** Without a daemon, fail instead of running the command as it is. */
  readonly requireDaemon: boolean;
  /** A lease that was granted before, instead of a new one. */
  readonly lockId: string | null;
}

/** Where a run happens, and whom it talks to. */
export interface RunSurroundings {
  readonly home: Home;
  readonly env: NodeJS.ProcessEnv;
  readonly stdio: StdioOptions;
  /** The project that the command runs for. */
  project(): Project;
  /** Takes a sentence for people. */
  say(message: string): void;
  /** Takes the lease once it is known: the one that the command gets, or that of a singleton that runs. */
  onLease(lease: LeaseJson, isRunningElsewhere: boolean): void;
  /** Takes the reason why there is no lease; the command runs all the same. */
  onNoDaemon(why: StyxyError): void;
}

/**
 * Runs a command on a leased port, until the last process of it has ended and the lease is released.
 *
 * @returns the exit status of `styxy run`: the command's own, 128 + signal, 127, 126, or 0 for a singleton that runs
 * @throws StyxyError a refusal of the daemon; DAEMON_UNREACHABLE only where a daemon is required
 */
export async function runLeased(options: RunOptions, around: RunSurroundings): Promise<number> {
  const { home, env } = around;
  // Asked while the daemon is: a resolver may take its time.
  const hasLocalNames = resolvesLocalNames();
  let client: Client;
  let claim: Claim;
  let project: readonly LeaseJson[];
  try {
    client = await connect({ home, env });
    claim = await claimFor(client, options, around);
    project = claim.kind === 'mine' ? await leasesOf(client, claim.lease) : [];
  } catch (error) {
    const isUnreachable = error instanceof StyxyError && error.code === 'DAEMON_UNREACHABLE';
    if (!isUnreachable || options.requireDaemon) throw error;
    return await runWithout(options, around, error);
  }
  const { lease } = claim;
  around.onLease(lease, claim.kind === 'runs');
  if (claim.kind === 'runs') {
    around.say(messages.singletonRuns(lease));
    return 0;
  }
  if (claim.elsewhere !== null) around.say(messages.runsElsewhere(claim.elsewhere));
  around.say(messages.granted(lease, options.preferredPort));
  return await runOn(lease, project, options, around, await hasLocalNames);
}

async function claimFor(client: Client, options: RunOptions, around: RunSurroundings): Promise<Claim> {
  const { pid } = process;
  if (options.lockId !== null) return await claimById(client, options.lockId, pid);
  const project = around.project();
  const serviceType = options.serviceType ?? DEFAULT_SERVICE_TYPE;
  const instanceId = around.env.STYXY_INSTANCE;
  return await claimLease(client, {
    service_type: serviceType,
    service_name: options.serviceName ?? serviceNameOf(project, serviceType),
    project_path: project.path,
    exact: options.exact,
    pid,
    ...(options.preferredPort === null ? {} : { preferred_port: options.preferredPort }),
    ...(instanceId === undefined || instanceId === '' ? {} : { instance_id: instanceId }),
  });
}

/** The leases that the command is told of: all of its project, at least its own. */
async function leasesOf(client: Client, lease: LeaseJson): Promise<readonly LeaseJson[]> {
  if (lease.project_path === null) return [lease];
  const path = `/allocations?project_path=${encodeURIComponent(lease.project_path)}`;
  return expectOk(await client.request<AllocationsAnswer>('GET', path)).allocations;
}

async function runOn(
  lease: LeaseJson,
  project: readonly LeaseJson[],
  options: RunOptions,
  around: RunSurroundings,
  hasLocalNames: boolean,
): Promise<number> {
  const { home, env, say, stdio } = around;
  // Whoever ends the daemon while the command runs may want it to stay ended.
  const reach = (): Promise<Client> => connect({ home, env, autostart: false, timeoutMs: KEEP_TIMEOUT_MS });
  let keeping: Keeping | null = null;
  const words = fillPort(options.words, lease.port);
  const mark = newMark();
  try {
    const ending = await supervise(
      {
        words,
        env: { ...leasedEnvironment(env, lease, project, hasLocalNames), [mark.name]: mark.value },
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
