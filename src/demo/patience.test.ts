import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StyxyError } from '../errors.ts';
import { waitFor } from './patience.ts';

describe('waiting', () => {
  it('asks until there is an answer', async () => {
    let asked = 0;
    const found = await waitFor('it', () => (++asked < 3 ? null : 'it'), null, 10_000);
    assert.deepEqual([found, asked], ['it', 3]);
  });

  it('fails by name when it takes too long', async () => {
    await assert.rejects(
      waitFor('the moon', () => null, null, 1),
      (error: unknown) => error instanceof StyxyError && /in vain for the moon/.test(error.message),
    );
  });

  it('ends with the reason of an interruption', async () => {
    const controller = new AbortController();
    const waiting = waitFor('it', () => null, controller.signal, 10_000);
    controller.abort(new Error('SIGINT'));
    await assert.rejects(waiting, /SIGINT/);
  });
});
