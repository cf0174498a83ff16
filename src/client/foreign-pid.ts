// Owns the pid in a request from another pid namespace than the daemon's, where the same number names somebody else.

import type { Home } from '../home.ts';
import { readPlace } from './place.ts';
import { readDaemonInfo } from './running-daemon.ts';

/**
 * Leaves out a pid unless the daemon is proven to know the same process by it: it would take it for another one, which
 * may live for ever. A lease is then held by its connection, its instance or its term. Costs nothing where a body names
 * no pid.
 *
 * @returns the body to send
 */
export function withoutForeignPid(home: Home, body: unknown): unknown {
  // Elsewhere there are no pid namespaces.
  if (process.platform !== 'linux') return body;
  if (typeof body !== 'object' || body === null || !('pid' in body)) return body;
  const here = readPlace()?.pidNamespace ?? null;
  if (here !== null && here === readDaemonInfo(home)?.pidNamespace) return body;
  const { pid: _, ...rest } = body;
  return rest;
}
