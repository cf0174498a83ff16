// Owns what may be sent a second time when no answer came: never a request that could grant or change twice.

import { monotonicMs } from './monotonic.ts';

/** A request, and whether it can be sent again when it is not known what became of it. */
export interface Prepared {
  readonly body: unknown;
  readonly isRepeatable: boolean;
}

/**
 * Prepares a request for a repetition. An allocation with a service name is repeatable by itself: its key gets the same
 * lease again. One without, or for a new lease, gets a request id, by which the daemon knows it again.
 */
export function prepare(method: string, path: string, body: unknown): Prepared {
  // By HTTP's own definition these change nothing more when they come twice.
  if (method === 'GET' || method === 'PUT' || method === 'DELETE') return { body, isRepeatable: true };
  if (path !== '/allocate' || !isRecord(body)) return { body, isRepeatable: false };
  const hasKey = typeof body.service_name === 'string' && body.new !== true;
  if (hasKey || typeof body.request_id === 'string') return { body, isRepeatable: true };
  return { body: { ...body, request_id: newRequestId() }, isRepeatable: true };
}

/** Unique on this machine for longer than the daemon remembers it. It is no secret, so that no cryptography is loaded. */
function newRequestId(): string {
  const random = (): string => Math.floor(Math.random() * 2 ** 48).toString(36);
  return `cli-${process.pid}-${Math.floor(monotonicMs() * 1e3).toString(36)}-${random()}${random()}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
