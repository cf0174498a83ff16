import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serviceType, testCatalogue } from '../../test/fixtures/catalogue.ts';
import { createDesk } from '../../test/fixtures/core-desk.ts';
import type { ListenerSight } from './command.ts';
import { countHealth } from './health.ts';

const catalogue = testCatalogue([serviceType('dev', 3000, 3009)], { missIntervalMs: 1000 });

/** How the lease of one service is after it was seen so. */
function after(...sights: readonly ListenerSight[]) {
  const desk = createDesk(catalogue);
  const { lockId } = desk.granted({ pid: null }).snapshot.lease;
  for (const sight of sights) {
    desk.now += 1000;
    desk.submit({
      kind: 'observe',
      listeners: new Map([[lockId, sight]]),
      holders: new Map(),
      instances: new Map(),
    });
  }
  return countHealth(desk.state, desk.now);
}

describe('the health of a lease', () => {
  it('is good while nobody listened yet, and while its own program does', () => {
    assert.deepEqual(after(), { healthy: 1, unhealthy: 0, unknown: 0 });
    assert.deepEqual(after('none', 'none'), { healthy: 1, unhealthy: 0, unknown: 0 });
    assert.deepEqual(after('own'), { healthy: 1, unhealthy: 0, unknown: 0 });
  });

  it('is bad where a stranger listens, or the listener is missed', () => {
    assert.deepEqual(after('stranger'), { healthy: 0, unhealthy: 1, unknown: 0 });
    assert.deepEqual(after('own', 'none'), { healthy: 0, unhealthy: 1, unknown: 0 });
    assert.deepEqual(after('own', 'none', 'own'), { healthy: 1, unhealthy: 0, unknown: 0 });
  });

  it('is unknown where nobody could see', () => {
    assert.deepEqual(after('own', 'unknown'), { healthy: 0, unhealthy: 0, unknown: 1 });
  });
});
