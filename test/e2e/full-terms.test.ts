// Proves that a restart gives every lease a full term: nobody could renew while no daemon was there.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AllocateAnswer, AllocationsAnswer } from '../../src/api/schemas.ts';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';

const TTL_SECONDS = 10;
/** So much of a term is gone before the daemon is. */
const SPENT_MS = 1_500;
let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon({ isBuilt: true });
});
after(() => daemon.stop());

describe('after a restart every lease has a full term', () => {
  for (const [how, end] of [
    ['in good order', () => daemon.end()],
    ['by kill -9', () => daemon.kill9()],
  ] as const) {
    it(`${how}`, async () => {
      const names = ['one', 'two', 'three'];
      const asked: string[] = [];
      for (const name of names) {
        const { body } = await daemon.request<AllocateAnswer>('POST', '/allocate', {
          ...{ service_type: 'dev', service_name: `${how} ${name}`.replaceAll(' ', '-') },
          ...{ project_path: daemon.home.dir, ttl_seconds: TTL_SECONDS },
        });
        asked.push(body.lock_id);
      }
      await new Promise((resolve) => setTimeout(resolve, SPENT_MS));
      await end();
      const away = Date.now();
      await daemon.restart();
      const { body } = await daemon.request<AllocationsAnswer>('GET', '/allocations');
      for (const id of asked) {
        const lease = body.allocations.find(({ lock_id: lockId }) => lockId === id);
        assert.ok(Date.parse(lease?.expires_at ?? '') >= away + TTL_SECONDS * 1000, `${lease?.expires_at}`);
        await daemon.request('DELETE', `/allocate/${id}?force=true`);
      }
    });
  }
});
