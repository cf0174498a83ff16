// Owns what a run asks the daemon for: type, name and port, from what the user said and what the command is.

import { projectOf, serviceNameOf } from '../project/project.ts';
import type { RunPlan } from '../tools/plan.ts';
import type { RunRequest } from './claim.ts';
import { wantsPort } from './placeholder.ts';
import type { RunOptions, RunSurroundings } from './run-options.ts';

const DEFAULT_SERVICE_TYPE = 'dev';
/** What the daemon takes as a wish; a command that names a port below binds it without one. */
const LOWEST_WISH = 1024;
const HIGHEST_WISH = 65_535;

/** A command without a port of its own gets a lease only when it is asked for one, and none where it asks itself. */
export function isLeaseless(plan: RunPlan, options: RunOptions): boolean {
  if (options.isPortless === true) return true;
  if (plan.leaseless === null || plan.leaseless === 'nested') return plan.leaseless !== null;
  return !hasWish(options);
}

/** Whether the user asks for a lease, by an option or a placeholder. */
export function hasWish({ words, serviceType, serviceName, preferredPort, lockId }: RunOptions): boolean {
  const wishes = [serviceType, serviceName, preferredPort, lockId];
  return wishes.some((wish) => wish !== null) || wantsPort(words);
}

/** The port to ask for: the user's, or the one that the command names. */
export function wishOf({ preferredPort }: RunOptions, { fixedPort, wishedPort }: RunPlan): number | null {
  const named = fixedPort ?? wishedPort;
  if (preferredPort !== null || named === null) return preferredPort;
  return named >= LOWEST_WISH && named <= HIGHEST_WISH ? named : null;
}

/** @param pid the process that will hold the lease: the run itself */
export function requestOf(
  options: RunOptions,
  plan: RunPlan,
  { env, project: projectOfUser }: Pick<RunSurroundings, 'env' | 'project'>,
  pid: number,
): RunRequest {
  const project = projectOf(projectOfUser(), plan.directory);
  const serviceType = options.serviceType ?? plan.serviceType ?? DEFAULT_SERVICE_TYPE;
  const wish = wishOf(options, plan);
  // A command that opens one port whatever it is told has no use for another.
  const isFixed = options.preferredPort === null && wish !== null && wish === plan.fixedPort;
  const instanceId = env.STYXY_INSTANCE;
  return {
    service_type: serviceType,
    service_name: options.serviceName ?? serviceNameOf(project, serviceType),
    project_path: project.path,
    exact: options.exact || isFixed,
    pid,
    ...(wish === null ? {} : { preferred_port: wish }),
    ...(instanceId === undefined || instanceId === '' ? {} : { instance_id: instanceId }),
  };
}
