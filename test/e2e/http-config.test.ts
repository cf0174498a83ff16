// Proves what the API says of the configuration: what is in effect, where it is from, and which ports it keeps back.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { CheckAnswer } from '../../src/api/schemas.ts';
import { ConfigAnswer, type StatusAnswer } from '../../src/api/schemas-daemon.ts';
import type { ConfigSource } from '../../src/config/config.ts';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';

const CONFIG = {
  service_types: { kept: { range: [19_900, 19_909], avoid: [19_903] } },
  quarantine: { conflict_seconds: 2 },
  recovery: { health_monitoring: { check_interval_ms: 7000 } },
};

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon({ config: CONFIG });
});
after(() => daemon.stop());

describe('the configuration', () => {
  it('is shown with the source of each value', async () => {
    const { body } = await daemon.request<ConfigAnswer>('GET', '/config');
    assert.deepEqual(body.errors, []);
    assert.deepEqual(body.config.quarantine, { seconds: 120, max_seconds: 600, conflict_seconds: 2 });
    assert.deepEqual(body.config.recovery, {
      port_conflict: {
        enabled: true,
        check_availability: true,
        max_retries: 3,
        backoff_ms: 100,
        backoff_multiplier: 2,
      },
      health_monitoring: {
        enabled: true,
        check_interval_ms: 7000,
        max_failures: 3,
        cleanup_stale_allocations: true,
      },
      system_recovery: {
        enabled: true,
        run_on_startup: true,
        backup_corrupted_state: true,
        max_recovery_attempts: 3,
      },
    });
    assert.deepEqual(body.config.hooks, { kill_guard: 'deny', rewrite_permission: 'auto' });
    assert.equal(body.sources['quarantine.conflict_seconds'], 'config.json');
    assert.equal(body.sources['quarantine.seconds'], 'default');
  });

  it('has sources that the reference names', () => {
    const known: Readonly<Record<ConfigSource, true>> = {
      default: true,
      port_guide: true,
      'config.json': true,
      'last-good': true,
    };
    const { description } = ConfigAnswer.properties.sources as { readonly description?: string };
    for (const source of Object.keys(known)) assert.ok(description?.includes(source), source);
  });

  it('says in the status how often a missing listener counts', async () => {
    const { body } = await daemon.request<StatusAnswer>('GET', '/status');
    assert.equal(body.health_monitor.interval_ms, 7000);
  });

  it('keeps back the ports to avoid, and says why in words that are true', async () => {
    for (const [port, why] of [
      [19_903, /never granted: the configuration avoids it/],
      [10_080, /never granted: browsers refuse to open it/],
    ] as const) {
      const body = { service_type: 'kept', preferred_port: port, exact: true };
      const refused = await daemon.request('POST', '/allocate', body);
      assert.equal(refused.body.code, 'PORT_UNAVAILABLE', refused.text);
      assert.match(refused.text, why);
      const check = await daemon.request<CheckAnswer>('GET', `/check/${port}`);
      assert.match(check.body.suggestion, why);
    }
  });
});
