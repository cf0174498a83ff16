// Owns the tests of what a run says of the one port that it cannot have.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Client } from '../client/client.ts';
import { StyxyError } from '../errors.ts';
import { withWayOut } from './refused-port.ts';

/** The hint of a refusal of port 3000, whose lease a look at the system finds in `state`. */
async function hintFor(state: 'active' | 'reserved' | null): Promise<string> {
  const lease =
    state === null ? null : { state, url: 'http://web.localhost:3000', lock_id: 'lk_1', port: 3000 };
  const request = async (_method: string, path: string) => {
    assert.equal(path, '/check/3000', 'only a check looks anew');
    return { status: 200, body: { allocated_to: lease } };
  };
  const client = { request } as unknown as Client;
  const error = await withWayOut(
    client,
    new StyxyError('PORT_UNAVAILABLE', 'held', { fields: { port: 3000 } }),
    true,
  );
  assert.ok(error instanceof StyxyError);
  return error.hint ?? '';
}

it('the holder of a port that is refused is said to run by what is seen now', async () => {
  assert.match(await hintFor('active'), /^It runs at http:\/\/web\.localhost:3000\. Run it without --exact/);
  assert.match(await hintFor('reserved'), /^Nobody listens at http:.* now; `styxy release lk_1` frees it/);
  assert.match(await hintFor(null), /^Run it without --exact/);
});

it('another refusal is left as it is', async () => {
  const error = new StyxyError('RANGE_EXHAUSTED', 'full');
  assert.equal(await withWayOut({} as Client, error, true), error);
});
