// Owns the environment of a command that runs on a lease: what is added to its own, and nothing else.

/** What the variables need of a lease. */
export interface NamedLease {
  readonly lock_id: string;
  readonly port: number;
  readonly service_type: string;
  readonly service_name: string | null;
  readonly url: string | null;
  readonly fence: number;
}

/** A service's name as the end of a variable's name: upper case, every other character an underscore. */
export function variableSuffix(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

/**
 * `STYXY_PORT_<NAME>` and `STYXY_URL_<NAME>` of a project's leases. Where two have one name, the older one has the
 * variable, so that a second copy does not take it away from what already runs.
 *
 * @param hasLocalNames whether servers of this machine find names such as `web.fix-ui.localhost`; where they do not,
 *   a URL says plain `localhost`, since one server asks another more often than a person reads the variable
 */
export function portVariables(leases: readonly NamedLease[], hasLocalNames: boolean): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const lease of [...leases].sort((a, b) => b.fence - a.fence)) {
    const suffix = variableSuffix(lease.service_name ?? lease.service_type);
    variables[`STYXY_PORT_${suffix}`] = String(lease.port);
    if (lease.url === null) delete variables[`STYXY_URL_${suffix}`];
    else variables[`STYXY_URL_${suffix}`] = hasLocalNames ? lease.url : plainUrl(lease.url);
  }
  return variables;
}

/** An environment that names no port. */
export function withoutPort(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { PORT: _, ...rest } = env;
  return rest;
}

/**
 * The environment of a command that runs on `own`.
 *
 * @param env the environment that it would have without Styxy, which it keeps
 * @param project the leases of the project; for its own name, the command always sees its own lease
 * @param hasLocalNames see `portVariables`
 */
export function leasedEnvironment(
  env: NodeJS.ProcessEnv,
  own: NamedLease,
  project: readonly NamedLease[],
  hasLocalNames: boolean,
): NodeJS.ProcessEnv {
  return {
    ...env,
    ...portVariables(project, hasLocalNames),
    ...portVariables([own], hasLocalNames),
    PORT: String(own.port),
    STYXY_LOCK_ID: own.lock_id,
  };
}

function plainUrl(url: string): string {
  const plain = new URL(url);
  plain.hostname = 'localhost';
  return plain.origin;
}
