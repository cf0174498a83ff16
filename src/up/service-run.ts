// Owns how a service becomes a run: the words that start it, its surroundings, and the lease that it is given.

import type { LeaseJson } from '../api/schemas.ts';
import { type Client, connect } from '../client/client.ts';
import type { Home } from '../home.ts';
import { findProject, type Project } from '../project/project.ts';
import { releaseLease } from '../run/release.ts';
import { leasesOf, type PreparedRun, planOf, prepareRun, runPrepared } from '../run/run-command.ts';
import type { RunOptions, RunSurroundings } from '../run/run-options.ts';
import type { RunHooks } from './attempt.ts';
import type { Service } from './service.ts';
import { commandEnvironment, wordsOfCommand } from './service-command.ts';
import { withVariables } from './variables.ts';

/** How long an answer about a running service may take, in ms. */
const ASK_TIMEOUT_MS = 3_000;

/** Where services run. */
export interface Scene {
  readonly home: Home;
  readonly env: NodeJS.ProcessEnv;
  readonly project: Project;
  /** Whether servers of this machine find names below `localhost`. */
  readonly hasLocalNames: Promise<boolean>;
  /** A variable by which all processes of all services are found. */
  readonly mark: { readonly name: string; readonly value: string };
  /** Takes what there is to tell of a service. */
  readonly say: (service: string, message: string) => void;
}

/** Reaches the daemon, and starts one where there is none: something is about to be leased. */
export function reachAny({ home, env }: Scene): Promise<Client> {
  return connect({ home, env });
}

/** Reaches a daemon that runs: whoever ends it while the services run may want it to stay ended. */
export function reachRunning({ home, env }: Scene): Promise<Client> {
  return connect({ home, env, autostart: false, timeoutMs: ASK_TIMEOUT_MS });
}

/**
 * Gets a service what it runs on, and starts nothing.
 *
 * @throws StyxyError a refusal of the daemon, DAEMON_UNREACHABLE
 */
export async function prepareService(
  service: Service,
  scene: Scene,
  reach: () => Promise<Client>,
): Promise<PreparedRun> {
  const around = surroundingsOf(service, scene);
  const options = optionsOf(service);
  const plan = await planOf(options, around);
  const isNamed = service.listens && (plan.leaseless === null || service.type !== null);
  return await prepareRun(isNamed ? options : { ...options, serviceName: null }, plan, around, reach);
}

/**
 * Runs a prepared service to its end, and releases its lease.
 *
 * @param elsewhere leases of singletons that others run for this project too
 * @returns its exit status
 * @throws StyxyError DAEMON_UNREACHABLE
 */
export async function runService(
  service: Service,
  scene: Scene,
  prepared: PreparedRun,
  hooks: RunHooks,
  elsewhere: readonly LeaseJson[],
): Promise<number> {
  const around = { ...surroundingsOf(service, scene), ...hooks };
  const siblings = await leasesOf(await reachAny(scene), prepared.claim?.lease ?? null, around);
  const known = { ...siblings, allocations: [...siblings.allocations, ...elsewhere] };
  return await runPrepared(prepared, known, around, await scene.hasLocalNames);
}

/** Gives back what a service was given that is not started. Never fails. */
export async function abandonService(scene: Scene, { claim }: PreparedRun): Promise<void> {
  if (claim?.kind !== 'mine') return;
  await releaseLease(() => reachRunning(scene), claim.lease);
  claim.held?.hold.close();
}

function optionsOf(service: Service): RunOptions {
  return {
    words: wordsOfCommand(service.command),
    serviceType: service.type,
    serviceName: service.name,
    preferredPort: service.preferredPort,
    exact: false,
    requireDaemon: true,
    lockId: null,
    isPortless: !service.listens,
  };
}

function surroundingsOf(service: Service, { home, env, project, mark, say }: Scene): RunSurroundings {
  const tell = (message: string): void => say(service.name, message);
  return {
    home,
    env: { ...commandEnvironment(env, service, project.path), [mark.name]: mark.value },
    // An input that never ends: some servers end with theirs, and none of several can have the terminal's.
    stdio: 'pipe',
    cwd: service.directory,
    complete: (all) =>
      withVariables(all, service.env, (missing, name) =>
        tell(`there is no variable ${missing}, which ${name} refers to`),
      ),
    project: () => findProject(service.directory),
    say: tell,
    onLease: () => {},
    onLeaseless: () => {},
    onNoDaemon: () => {},
  };
}
