// Owns the pid in a request from another pid namespace than the daemon's, where the same number names somebody else.

import { PID_NAMESPACE_HEADER } from '../api/pid-namespace.ts';
import type { Home } from '../home.ts';
import { readPlace } from './place.ts';
import { readDaemonInfo } from './running-daemon.ts';

/**
 * Leaves out a pid that the daemon is known not to understand: it would take it for another process, which may live
 * for ever. A lease is then held by its connection, its instance or its term. Costs nothing where a body names no pid.
 *
 * A daemon that is just being born has no `daemon.json` yet, and must not take its first clients for foreigners: what
 * is not known here, the daemon decides by the header that goes with the pid.
 *
 * @returns the body to send
 */
export function withoutForeignPid(home: Home, body: unknown): unknown {
  // Elsewhere there are no pid namespaces.
  if (process.platform !== 'linux' || !hasPid(body)) return body;
  const here = readPlace()?.pidNamespace ?? null;
  const daemon = readDaemonInfo(home);
  if (here !== null && (daemon === null || daemon.pidNamespace === here)) return body;
  const { pid: _, ...rest } = body;
  return rest;
}

/** The header line that says in which pid namespace the body's pid is one; empty where the body has none. */
export function pidNamespaceLine(body: unknown): string {
  if (process.platform !== 'linux' || !hasPid(body)) return '';
  const here = readPlace()?.pidNamespace;
  return here === undefined ? '' : `${PID_NAMESPACE_HEADER}: ${here}\r\n`;
}

function hasPid(body: unknown): body is { readonly pid: unknown } {
  return typeof body === 'object' && body !== null && 'pid' in body;
}
