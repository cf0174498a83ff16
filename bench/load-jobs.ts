// Owns what the load process is asked to do, and what it answers; both sides of the pipe know these types.

/** Allocate, release, allocate, release, on every connection, each waiting for its answers. */
export interface Churn {
  readonly kind: 'churn';
  readonly socket: string;
  readonly connections: number;
  readonly durationMs: number;
  readonly serviceType: string;
  /** Whether each connection asks for the lease of one key again and again, or always for a new, nameless one. */
  readonly keyed: boolean;
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

export type Job = Churn | Fill;

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Of the round trips of single requests, in microseconds. */
  readonly p50Us: number;
  readonly p99Us: number;
}

export type Reply =
  | { readonly ok: true; readonly result: LoadResult }
  | { readonly ok: false; readonly error: string };

/** What `styxy allocate` sends for a service of a checkout. */
export function requestBody(serviceType: string, project: number, service: number) {
  return {
    service_type: serviceType,
    service_name: `@acme/storefront-${project}/service-${service}`,
    project_path: `/home/developer/work/checkouts/storefront-${project}`,
  };
}
