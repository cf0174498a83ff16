// Owns the metrics over HTTP: what a scrape says after known deeds, in a form that Prometheus takes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, describe, it } from 'node:test';
import { METRICS } from '../../src/api/metrics.ts';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';

const [first, last] = freeRange('metering', 4);
const HAS_PROMTOOL = spawnSync('promtool', ['--version']).status === 0;

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon({
    isBuilt: true,
    config: { service_types: { metered: { range: [first, last] } } },
  });
});
after(() => daemon.stop());

/** The samples of the text, by name and labels as they stand there. */
async function scrape(): Promise<{ text: string; samples: Map<string, number>; type: string }> {
  const { status, text, headers } = await daemon.tcp('GET', '/metrics');
  assert.equal(status, 200, text);
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name = '', value] = /^([a-z_]+(?:\{.*\})?) (\S+)$/.exec(line) ?? assert.fail(line);
    samples.set(name, Number(value));
  }
  return { text, samples, type: String(headers['content-type']) };
}

describe('GET /metrics', () => {
  it('needs the token over TCP', async () => {
    const { status } = await daemon.tcp('GET', '/metrics', undefined, { authorization: undefined });
    assert.equal(status, 401);
  });

  it('counts grants by type and outcome, and the conflicts on the way', async () => {
    const stranger = net.createServer().listen(first, '127.0.0.1');
    await once(stranger, 'listening');
    try {
      for (const name of ['a', 'b', 'c', 'd', 'a'])
        await daemon.request('POST', '/allocate', {
          service_type: 'metered',
          service_name: name,
          project_path: daemon.home.dir,
        });
      const { samples } = await scrape();
      const outcome = (word: string): number | undefined =>
        samples.get(`styxy_allocations_total{service_type="metered",outcome="${word}"}`);
      assert.deepEqual([outcome('granted'), outcome('existing'), outcome('range_exhausted')], [3, 1, 1]);
      assert.equal(samples.get('styxy_port_conflicts_avoided_total'), 1);
      assert.ok((samples.get('styxy_port_conflicts_detected_total') ?? 0) >= 1);
      assert.equal(samples.get('styxy_recoveries_total{layer="conflict"}'), 1);
      assert.equal(samples.get('styxy_leases{state="reserved"}'), 3);
      assert.equal(samples.get('styxy_lease_health{health="healthy"}'), 3);
      assert.equal(samples.get('styxy_audit_events_total{event="granted"}'), 3);
      assert.equal(samples.get('styxy_http_requests_total{operation="allocate",status="201"}'), 3);
      assert.equal(samples.get('styxy_http_requests_total{operation="(refused)",status="401"}'), 1);
    } finally {
      stranger.close();
    }
  });

  it('has no series for each name that somebody makes up', async () => {
    await daemon.request('PUT', '/config/auto-allocation', { enabled: false });
    const before = await scrape();
    for (let i = 0; i < 20; i++) {
      await daemon.request('POST', '/allocate', { service_type: `made-up-${i}` });
      await daemon.request('GET', `/made-up-${i}`);
    }
    const { samples } = await scrape();
    assert.equal(
      samples.get('styxy_allocations_total{service_type="(other)",outcome="unknown_service_type"}'),
      20,
    );
    assert.equal(samples.get('styxy_http_requests_total{operation="(none)",status="404"}'), 20);
    assert.ok(samples.size <= before.samples.size + 8, `${before.samples.size} → ${samples.size}`);
  });

  it('says of every metric of the table what it is, and of no other', async () => {
    const { text, type } = await scrape();
    assert.match(type, /^text\/plain; version=0\.0\.4/);
    const said = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, kind]) => [name, kind]);
    assert.deepEqual(
      said,
      Object.entries(METRICS).map(([name, metric]) => [name, metric.type]),
    );
  });

  it('is taken by Prometheus', { skip: HAS_PROMTOOL ? false : 'no promtool here' }, async () => {
    const { text } = await scrape();
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: text,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout + stderr);
  });
});
