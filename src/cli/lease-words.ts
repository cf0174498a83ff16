// Owns the words for a lease that several commands share.

import type { LeaseJson } from '../api/schemas.ts';

/** Its port, or the first and last of a block; UDP is said, TCP is not. */
export function portsOf({ port, ports, protocol }: Pick<LeaseJson, 'port' | 'ports' | 'protocol'>): string {
  const all = ports.length > 1 ? `${port}-${ports.at(-1)}` : String(port);
  return protocol === 'udp' ? `${all}/udp` : all;
}
