// Proves automatic ranges with a real daemon: many unknown types at once, across a kill, and switched off.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AllocateAnswer } from '../../src/api/schemas.ts';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';

const TYPES = 100;
const GAP = 10;
/** Below the ports of the other tests, and above the shipped ranges. */
const BOUNDS = { min_port: 12_000, max_port: 20_999 };

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon({ config: { auto_allocation: BOUNDS } });
});
after(() => daemon.stop());

const allocate = (type: string, more: object = {}) =>
  daemon.request<AllocateAnswer>('POST', '/allocate', {
    service_type: type,
    service_name: 'x',
    project_path: '/tmp/auto',
    ...more,
  });

describe('service types that nobody configured', () => {
  it('get a range each, however many ask at once, with every gap kept', async () => {
    const names = Array.from({ length: TYPES }, (_, i) => `unknown-${i}`);
    const answers = await Promise.all([...names, ...names].map((name) => allocate(name)));
    const made = answers.flatMap(({ body }) =>
      body.auto_allocated === undefined ? [] : [body.auto_allocated],
    );
    assert.equal(made.length, TYPES, 'the second asker of a type found its range there');
    assert.equal(new Set(made.map(({ service_type: type }) => type)).size, TYPES);
    const ranges = made.toSorted((a, b) => a.start - b.start);
    for (const [index, { start, end }] of ranges.entries()) {
      const before = ranges[index - 1];
      assert.ok(start >= BOUNDS.min_port && end <= BOUNDS.max_port && end - start === 9, `${start}–${end}`);
      assert.ok(before === undefined || start - before.end > GAP, `${start} is too near ${before?.end}`);
    }
    for (const { body } of answers) {
      const range = ranges.find(({ service_type: type }) => type === body.service_type);
      assert.ok(range !== undefined && body.port >= range.start && body.port <= range.end);
    }
  });

  it('keep their range over a kill of the daemon', async () => {
    const first = await allocate('kept');
    assert.equal(first.status, 201);
    await daemon.kill9();
    await daemon.restart();
    const again = await allocate('kept', { service_name: 'y' });
    assert.equal(again.body.auto_allocated, undefined);
    const { start, end } = first.body.auto_allocated ?? { start: 0, end: 0 };
    assert.ok(again.body.port >= start && again.body.port <= end);
  });

  it('are refused where ranges are switched off', async () => {
    const off = await startDaemon({ config: { auto_allocation: { enabled: false } } });
    const answer = await off.request('POST', '/allocate', { service_type: 'nobody-knows' });
    await off.stop();
    assert.equal(answer.status, 400);
    assert.equal(answer.body.code, 'UNKNOWN_SERVICE_TYPE');
  });
});
