// Owns the pid in a request from another pid namespace than the daemon's, where the same number names somebody else.

import type { Home } from '../home.ts';
import { readPlace } from './place.ts';
import { readDaemonInfo } from './running-daemon.ts';

/**
 * Leaves out a pid that the daemon would take for another process, which may live for ever: a lease is then held by its
 * connection, its instance or its term. Costs nothing where a body names no pid.
 *
 * @returns the body to send
 */
export function withoutForeignPid(home: Home, body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('pid' in body) || 'claim' in body) return body;
  const there = readDaemonInfo(home)?.pidNamespace ?? null;
  const here = readPlace()?.pidNamespace ?? null;
  if (there === null || here === null || there === here) return body;
  const { pid: _, ...rest } = body;
  return rest;
}
