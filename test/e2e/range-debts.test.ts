// Proves that config.json loses a range that was undone also where the daemon dies between the commit and the write.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AllocateAnswer } from '../../src/api/schemas.ts';
import type { AutoAllocationAnswer } from '../../src/api/schemas-ranges.ts';
import { takeLock } from '../../src/config/config-lock.ts';
import { startDaemon } from './daemon-fixture.ts';
import { until } from './run-fixture.ts';

const PATH = '/config/auto-allocation';

test('a range that was undone leaves config.json after a kill before it was written', async () => {
  const bounds = { min_port: 20_000, max_port: 20_999 };
  const daemon = await startDaemon({ config: { auto_allocation: bounds } });
  const text = (): string => readFileSync(daemon.home.config, 'utf8');
  const ranges = async () => (await daemon.request<AutoAllocationAnswer>('GET', PATH)).body.ranges;
  try {
    const ask = { service_type: 'undone', service_name: 'x' };
    const { body } = await daemon.request<AllocateAnswer>('POST', '/allocate', ask);
    await daemon.request('DELETE', `/allocate/${body.lock_id}`);
    await until('it in the file', () => (text().includes('"undone"') ? true : null));
    // Another program that writes the file keeps the daemon from it.
    const lock = await takeLock(join(daemon.home.dir, '.config.json.lock'), 1000);
    const unanswered = assert.rejects(daemon.request('DELETE', `${PATH}/undone`));
    await until('the commit', async () => ((await ranges()).length === 0 ? true : null));
    await daemon.kill9();
    await unanswered;
    lock?.release();
    assert.match(text(), /"undone"/);
    await daemon.restart();
    await until('it out of the file', () => (text().includes('"undone"') ? null : true));
    assert.deepEqual(await ranges(), []);
  } finally {
    await daemon.stop();
  }
});
