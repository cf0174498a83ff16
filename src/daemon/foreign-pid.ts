// Owns the pid of a request that comes from another pid namespace, where the same number names somebody else.

import type { IncomingHttpHeaders } from 'node:http';
import { PID_NAMESPACE_HEADER } from '../api/pid-namespace.ts';

/**
 * Leaves out the `pid` of a body whose sender says that it lives in another pid namespace than `here`.
 *
 * @param here the daemon's own pid namespace; null where it is not known, and every namespace is another one
 */
export function withoutForeignPid(body: unknown, headers: IncomingHttpHeaders, here: string | null): unknown {
  const theirs = headers[PID_NAMESPACE_HEADER];
  if (theirs === undefined || theirs === here) return body;
  if (typeof body !== 'object' || body === null || !('pid' in body)) return body;
  const { pid: _, ...rest } = body;
  return rest;
}
