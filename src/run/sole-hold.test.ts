import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LeaseJson } from '../api/schemas.ts';
import type { HoldEvent } from '../api/schemas-renew.ts';
import type { Client } from '../client/client.ts';
import { holdAlone } from './sole-hold.ts';

const lease = { lock_id: 'lk' } as LeaseJson;
const event = (more: Partial<HoldEvent>): HoldEvent => ({
  event: 'held',
  lock_id: 'lk',
  message: '',
  ...more,
});

function scene(first: HoldEvent | null) {
  let isClosed = false;
  let tell = (_: HoldEvent): void => {};
  const client = {
    hold: (_: string, onEvent: (said: HoldEvent) => void) => {
      tell = onEvent;
      if (first !== null) setImmediate(onEvent, first);
      return {
        opened: Promise.resolve(),
        closed: first === null ? Promise.resolve() : new Promise<void>(() => {}),
        close: () => {
          isClosed = true;
        },
      };
    },
  } as unknown as Client;
  return { client, tell: (said: HoldEvent) => tell(said), isClosed: () => isClosed };
}

describe('the connection that decides between two runs', () => {
  it('is the first one, and loses nothing that is said before anybody listens', async () => {
    const { client, tell } = scene(event({ holders: 1 }));
    const sole = await holdAlone(client, lease);
    tell(event({ event: 'seen', state: 'active' }));
    const heard: (string | undefined)[] = [];
    sole?.listen(({ event: what }) => heard.push(what));
    tell(event({ event: 'ended' }));
    assert.deepEqual(heard, ['held', 'seen', 'ended']);
  });

  it('is not the second one, which is closed', async () => {
    const { client, isClosed } = scene(event({ holders: 2 }));
    assert.equal(await holdAlone(client, lease), null);
    assert.ok(isClosed());
  });

  it('is any of a daemon that does not count them, or goes before it has', async () => {
    assert.notEqual(await holdAlone(scene(event({})).client, lease), null);
    assert.notEqual(await holdAlone(scene(null).client, lease), null);
  });
});
