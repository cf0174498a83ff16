// Owns what the load process is asked to do, and what it answers; both sides of the pipe know these types.

/** Allocate, release, allocate, release, on every connection, each waiting for its answers. */
export interface Churn {
  readonly kind: 'churn';
  readonly socket: string;
  readonly connections: number;
  readonly durationMs: number;
  readonly serviceType: string;
  /** The projects, one for each connection, which asks for one lease of it again and again; empty for nameless ones. */
  readonly projects: readonly string[];
  /** What a release says beside the lock id: for which project it is, that it is to be in any case, or nothing. */
  readonly release: 'for-project' | 'forced' | 'by-id';
}

/** Grants leases that stay. */
export interface Fill {
  readonly kind: 'fill';
  readonly socket: string;
  readonly leases: number;
  readonly serviceType: string;
  /** How many leases share a project and an instance. */
  readonly leasesPerProject: number;
}

/** Asks for one thing again and again, on one connection. */
export interface Ask {
  readonly kind: 'ask';
  readonly socket: string;
  readonly path: string;
  readonly durationMs: number;
}

export type Job = Churn | Fill | Ask;

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Of an allocation and its release together, in microseconds; of single requests where nothing is released. */
  readonly p50Us: number;
  readonly p99Us: number;
}

export type Reply =
  | { readonly ok: true; readonly result: LoadResult }
  | { readonly ok: false; readonly error: string };

/** What `styxy allocate` sends for a service of a checkout. */
export function requestBody(serviceType: string, project: string, service: number) {
  return {
    service_type: serviceType,
    service_name: `@acme/storefront/service-${service}`,
    project_path: project,
  };
}
