// Owns the refusal of the one port that a command will do with: where its holder is, and what to do about it.

import type { CheckAnswer, LeaseJson } from '../api/schemas.ts';
import { type Client, expectOk } from '../client/client.ts';
import { StyxyError } from '../errors.ts';

/**
 * The refusal with the way out of it here, where the daemon's own hint speaks of `allocate`.
 *
 * @param isWished whether the user insisted on the port, and not the command
 */
export async function withWayOut(client: Client, error: unknown, isWished: boolean): Promise<unknown> {
  if (!(error instanceof StyxyError) || error.code !== 'PORT_UNAVAILABLE') return error;
  const holder = await holderOf(client, error).catch(() => null);
  const hint = [
    ...(holder === null ? [] : [whereabouts(holder)]),
    isWished
      ? 'Run it without --exact, and it gets another port.'
      : 'The command opens this port whatever it is told. Take the number out of it, and each copy gets a port of its own.',
  ].join(' ');
  const url = holder?.url ?? null;
  const fields = url === null ? error.fields : { ...error.fields, url };
  return new StyxyError(error.code, error.message, { hint, fields, cause: error });
}

/** The lease that has the port, as it is now: what was seen of it a second ago may be over. Null where it is no lease's. */
async function holderOf(client: Client, { fields }: StyxyError): Promise<LeaseJson | null> {
  if (typeof fields.port !== 'number') return null;
  return expectOk(await client.request<CheckAnswer>('GET', `/check/${fields.port}`)).allocated_to;
}

function whereabouts({ state, url, port, lock_id: id }: LeaseJson): string {
  const place = url ?? `port ${port}`;
  return state === 'active'
    ? `It runs at ${place}.`
    : `Nobody listens at ${place} now; \`styxy release ${id}\` frees it if it is not needed.`;
}
