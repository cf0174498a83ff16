// Proves what the dashboard asks for beside the rest: the overview, the history, and the end of one left server.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { EndOrphanAnswer, HistoryAnswer, OverviewAnswer } from '../../src/api/schemas-dashboard.ts';
import { type BusyMachine, openBusyMachine } from './busy-machine.ts';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';

let daemon: TestDaemon;
let machine: BusyMachine;
let shop: string;
const range = freeRange('picturing', 20);
before(async () => {
  daemon = await startDaemon({
    isBuilt: true,
    config: { service_types: { web: { range, avoid: [range[0]] } } },
  });
  machine = openBusyMachine(daemon);
  shop = machine.checkout('shop', 'fix/cart');
});
after(async () => {
  await machine.stop();
  await daemon.stop();
});

const lease = (name: string, more: Record<string, unknown> = {}) =>
  machine.allocate({ service_type: 'web', service_name: name, project_path: shop, ...more });
const overview = async (): Promise<OverviewAnswer> =>
  (await daemon.request<OverviewAnswer>('GET', '/overview')).body;

describe('GET /overview', () => {
  it('has the ranges, the branches of the projects, and the ports that rest', async () => {
    const holder = machine.holder();
    const made = await lease('short', { pid: holder.pid });
    const { ranges, projects, resting } = await overview();
    const web = ranges.find(({ service_type: type }) => type === 'web');
    assert.deepEqual([web?.start, web?.end, web?.avoided, web?.automatic], [...range, [range[0]], false]);
    assert.ok(ranges.every((each, at) => at === 0 || each.start >= (ranges[at - 1]?.start ?? 0)));
    assert.deepEqual(projects, [{ project_path: shop, branch: 'fix/cart' }]);
    assert.deepEqual(resting, []);
    holder.kill('SIGKILL');
    await new Promise((resolve) => holder.once('exit', resolve));
    await daemon.request('POST', '/cleanup', {});
    const [rest] = (await overview()).resting;
    assert.deepEqual([rest?.port, rest?.protocol], [made.port, 'tcp']);
    assert.ok(Date.parse(rest?.until ?? '') > Date.now());
  });
});

describe('GET /history', () => {
  it('counts by minute, and says how long allocations took', async () => {
    const sum = (minutes: HistoryAnswer['minutes'], outcome: 'granted' | 'existing' | 'refused'): number =>
      minutes.reduce((total, minute) => total + minute[outcome], 0);
    const before = (await daemon.request<HistoryAnswer>('GET', '/history')).body.minutes;
    const made = await lease('counted');
    await lease('counted');
    await daemon.request('POST', '/allocate', { service_type: 'web', preferred_port: range[0], exact: true });
    const after = (await daemon.request<HistoryAnswer>('GET', '/history')).body.minutes;
    for (const outcome of ['granted', 'existing', 'refused'] as const)
      assert.equal(sum(after, outcome) - sum(before, outcome), 1, outcome);
    assert.ok(after.some(({ latency_ms: ms }) => ms !== null && ms.samples > 0 && ms.median <= ms.p95));
    await daemon.request('DELETE', `/allocate/${made.lock_id}`);
  });
});

describe('POST /allocate/:lock_id/end-orphan', () => {
  const end = (lockId: string, body?: object) =>
    daemon.request<EndOrphanAnswer>('POST', `/allocate/${lockId}/end-orphan`, body);

  it('knows no lease that is not there, and ends no server that has a holder', async () => {
    const unknown = await end('nobody');
    assert.deepEqual([unknown.status, (unknown.body as { code?: string }).code], [404, 'LEASE_NOT_FOUND']);
    const made = await lease('held', { pid: machine.holder().pid });
    const server = await machine.listen(shop, made.ports, { STYXY_LOCK_ID: made.lock_id });
    await machine.seen(made.lock_id, ({ state }) => state === 'active');
    const { status, body } = await end(made.lock_id);
    assert.deepEqual([status, body.verdict, body.processes], [200, 'left', []]);
    assert.equal(server.exitCode ?? server.signalCode, null);
  });

  it('ends what is proven to be the server, and says before what it would end', async () => {
    const holder = machine.holder();
    const made = await lease('left', { pid: holder.pid });
    const server = await machine.listen(shop, made.ports, { STYXY_LOCK_ID: made.lock_id });
    await machine.seen(made.lock_id, ({ state }) => state === 'active');
    holder.kill('SIGKILL');
    await machine.seen(made.lock_id, ({ orphan }) => orphan);
    const gone = new Promise((resolve) => server.once('exit', (_status, signal) => resolve(signal)));
    const plan = await end(made.lock_id, { dry_run: true });
    assert.deepEqual([plan.body.verdict, plan.body.processes], ['would-end', [server.pid]]);
    assert.equal(server.exitCode ?? server.signalCode, null);
    const { body } = await end(made.lock_id);
    assert.deepEqual([body.verdict, body.pid], ['ended', server.pid]);
    assert.equal(await gone, 'SIGTERM');
    const { body: left } = await daemon.request<{ count: number }>('GET', `/allocations?port=${made.port}`);
    assert.equal(left.count, 0);
  });
});
