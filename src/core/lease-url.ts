// Owns the address at which a leased service is reached.

import type { Lease } from './lease.ts';

/** Types whose servers speak protocols that no browser opens. */
const NOT_HTTP: ReadonlySet<string> = new Set(['database', 'infrastructure', 'messaging']);

/**
 * The URL of the service on a lease; null where no browser opens what runs there.
 *
 * @param host its name below `localhost`
 */
export function leaseUrl({ protocol, serviceType, port }: Lease, host: string): string | null {
  return protocol === 'udp' || NOT_HTTP.has(serviceType) ? null : `http://${host}:${port}`;
}
