// Proves the HTTP contract against a real daemon: statuses, shapes, held connections, and the end in good order.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openapiDocument } from '../../src/api/openapi.ts';
import type { Operation } from '../../src/api/operation.ts';
import { OPERATIONS, type OperationId } from '../../src/api/operations.ts';
import type { AllocateAnswer, AllocationsAnswer, BatchAnswer, CheckAnswer } from '../../src/api/schemas.ts';
import type { StatusAnswer } from '../../src/api/schemas-daemon.ts';
import type { InstanceAnswer, InstancesAnswer, RetireAnswer } from '../../src/api/schemas-instance.ts';
import { type Answer, type Fields, startDaemon, type TestDaemon } from './daemon-fixture.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.stop());

/** Whether an answer has every field that its operation documents, and no other. */
function assertShape(id: OperationId, answer: Answer<unknown>, fields: object = answer.body as object): void {
  const operation: Operation = OPERATIONS[id];
  const { properties = {}, required = [] } = (operation.answers[answer.status]?.schema ?? {}) as {
    properties?: object;
    required?: readonly string[];
  };
  const names = Object.keys(fields);
  assert.deepEqual(
    required.filter((name) => !names.includes(name)),
    [],
    `missing in ${answer.text}`,
  );
  assert.deepEqual(
    names.filter((name) => !Object.hasOwn(properties, name)),
    [],
    `undocumented in ${answer.text}`,
  );
}

const allocate = (body: object, to = daemon) => to.request<AllocateAnswer>('POST', '/allocate', body);

describe('leases', () => {
  it('are granted with 201 and found again with 200', async () => {
    const body = { service_type: 'api', service_name: 'x', project_path: '/tmp/http', preferred_port: 8042 };
    const first = await allocate(body);
    assert.equal(first.status, 201, first.text);
    assertShape('allocate', first);
    assert.equal(first.body.port, 8042);
    assert.deepEqual(first.body.ports, [8042]);
    assert.equal(first.body.url, 'http://x.http.localhost:8042');
    const again = await allocate(body);
    assert.equal(again.status, 200);
    assert.equal(again.body.existing, true);
    assert.equal(again.body.lock_id, first.body.lock_id);
    const renewed = await daemon.request('PUT', `/allocate/${first.body.lock_id}/heartbeat`, {
      ttl_seconds: 60,
      fence: first.body.fence,
    });
    assert.equal(renewed.status, 200, renewed.text);
    assertShape('renew', renewed);
    const bare = await daemon.request('PUT', `/allocate/${first.body.lock_id}/heartbeat`);
    assert.equal(bare.status, 200, bare.text);
    const released = await daemon.request('DELETE', `/allocate/${first.body.lock_id}?project_path=/tmp/http`);
    assert.equal(released.status, 200, released.text);
    assertShape('release', released);
    assert.equal(released.body.port, 8042);
    const gone = await daemon.request('DELETE', `/allocate/${first.body.lock_id}`);
    assert.equal(gone.status, 404);
    assert.equal(gone.body.code, 'LEASE_NOT_FOUND');
  });
  it('of a stale fence are neither renewed nor released', async () => {
    const { body: lease } = await allocate({ service_type: 'api' });
    const state = async () => (await daemon.request<AllocationsAnswer>('GET', '/allocations')).body;
    const before = await state();
    const stale = lease.fence - 1 || lease.fence + 1;
    for (const answer of [
      await daemon.request('PUT', `/allocate/${lease.lock_id}/heartbeat`, { fence: stale, ttl_seconds: 5 }),
      await daemon.request('DELETE', `/allocate/${lease.lock_id}?fence=${stale}`),
      await daemon.request('DELETE', `/allocate/${lease.lock_id}?fence=${stale}&force=true`),
    ]) {
      assert.equal(answer.status, 409, answer.text);
      assert.equal(answer.body.code, 'STALE_FENCE');
    }
    assert.deepEqual(await state(), before);
    assert.equal(
      (await daemon.request('DELETE', `/allocate/${lease.lock_id}?fence=${lease.fence}`)).status,
      200,
    );
  });
  it('of a request id are the same again, also after a restart, and of another body a mistake', async () => {
    const own = await startDaemon();
    const body = { service_type: 'api', request_id: 'r-1' };
    const first = await allocate(body, own);
    assert.equal(first.status, 201);
    const again = await allocate({ ...body, count: 1, protocol: 'tcp' }, own);
    assert.equal(again.status, 201);
    assert.deepEqual(again.body, first.body);
    await own.kill9();
    await own.restart();
    const later = await allocate(body, own);
    assert.equal(later.status, 201);
    assert.deepEqual(later.body, first.body);
    const other = await allocate({ ...body, count: 2 }, own);
    assert.equal(other.status, 400);
    await own.stop();
  });
  it('come all or none from a batch', async () => {
    const one = { service_type: 'test', service_name: 'b1', project_path: '/tmp/batch' };
    const two = { service_type: 'test', service_name: 'b2', project_path: '/tmp/batch' };
    const send = (allocations: object[]) =>
      daemon.request<BatchAnswer>('POST', '/allocate/batch', { allocations });
    const first = await send([one, two]);
    assert.equal(first.status, 201, first.text);
    assertShape('allocateBatch', first);
    assert.equal(first.body.allocations.length, 2);
    assert.equal((await send([one, two])).status, 200);
    const refused = await daemon.request('POST', '/allocate/batch', {
      allocations: [
        { service_type: 'test', service_name: 'b3', project_path: '/tmp/batch' },
        { service_type: 'test', ttl_seconds: 2_592_000, preferred_port: 65_535, count: 2 },
      ],
    });
    assert.equal(refused.status, 400, refused.text);
    assert.equal(refused.body.index, 1);
    const listed = await daemon.request<AllocationsAnswer>('GET', '/allocations?project_path=/tmp/batch');
    assert.equal(listed.body.count, 2);
  });
  it('are listed in pages, and by filters', async () => {
    const body = { service_type: 'docs', instance_id: 'pager', count: 2 };
    for (let n = 0; n < 5; n++) await allocate(body);
    const page = (query: string) =>
      daemon.request<AllocationsAnswer>('GET', `/allocations?instance_id=pager&${query}`);
    const seen: string[] = [];
    let cursor = '';
    for (const expected of [2, 2, 1]) {
      const answer = await page(`limit=2${cursor}`);
      assertShape('listAllocations', answer);
      assert.equal(answer.body.allocations.length, expected);
      assert.equal(answer.body.count, 5);
      seen.push(...answer.body.allocations.map(({ lock_id }) => lock_id));
      cursor = `&cursor=${answer.body.next_cursor}`;
      assert.equal(answer.body.next_cursor === null, expected === 1);
    }
    assert.equal(new Set(seen).size, 5);
    const all = (await page('')).body.allocations;
    const second = all[0]?.ports[1] ?? 0;
    const byPort = await daemon.request<AllocationsAnswer>('GET', `/allocations?port=${second}`);
    assert.deepEqual(
      byPort.body.allocations.map(({ lock_id }) => lock_id),
      [all[0]?.lock_id],
    );
    assert.equal(
      (await daemon.request<AllocationsAnswer>('GET', '/allocations?service_type=ui')).body.count,
      0,
    );
    const retired = await daemon.request<RetireAnswer>('DELETE', '/instance/pager');
    assert.equal(retired.body.released.length, 5, retired.text);
  });
});

describe('check', () => {
  const check = (port: number | string) => daemon.request<CheckAnswer>('GET', `/check/${port}`);
  it('says that a port is free, leased, taken, or our own', async () => {
    const { body: lease } = await allocate({ service_type: 'proxy' });
    const leased = await check(lease.port);
    assertShape('check', leased);
    assert.equal(leased.body.available, false);
    assert.equal(leased.body.allocated_to?.lock_id, lease.lock_id);
    assert.equal(leased.body.service_type, 'proxy');
    assert.match(leased.body.suggestion, /`styxy /);
    await daemon.request('DELETE', `/allocate/${lease.lock_id}`);
    assert.equal((await check(lease.port)).body.available, true);

    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as net.AddressInfo;
    const taken = await check(port);
    assert.equal(taken.body.available, false, taken.text);
    assert.equal(taken.body.allocated_to, null);
    assert.notEqual(taken.body.system_usage, null);
    if (process.platform === 'linux') assert.equal(taken.body.system_usage?.pid, process.pid, taken.text);
    assert.equal((await check(`${port}?protocol=udp`)).body.available, true);
    await new Promise((resolve) => server.close(resolve));

    const own = await check(daemon.port);
    assert.equal(own.body.available, false);
    assert.match(own.body.suggestion, /Styxy's own/);
  });
});

describe('instances', () => {
  it('are registered, heard, listed and retired', async () => {
    const checkout = join(realpathSync(daemon.home.dir), 'checkout');
    execFileSync('git', ['init', '-q', '-b', 'fix/ui', checkout]);
    mkdirSync(join(checkout, 'src'));
    const made = await daemon.request<InstanceAnswer>('POST', '/instance/register');
    assert.equal(made.status, 201, made.text);
    assertShape('registerInstance', made);
    const id = made.body.instance_id;
    const known = await daemon.request<InstanceAnswer>('POST', '/instance/register', {
      instance_id: id,
      working_directory: join(checkout, 'src'),
      metadata: { agent: 'x' },
      ttl_seconds: 60,
    });
    assert.equal(known.status, 200);
    assert.deepEqual(known.body.metadata, { agent: 'x' });
    const heard = await daemon.request<InstanceAnswer>('PUT', `/instance/${id}/heartbeat`);
    assert.equal(heard.status, 200, heard.text);
    assert.equal(heard.body.ttl_seconds, 60);
    const list = await daemon.request<InstancesAnswer>('GET', '/instance/list');
    assert.equal(list.body.count, list.body.instances.length);
    const listed = list.body.instances.find(({ instance_id }) => instance_id === id);
    assert.deepEqual([listed?.working_directory, listed?.branch], [join(checkout, 'src'), 'fix/ui']);
    assertShape('listInstances', list);
    assert.equal((await daemon.request('DELETE', `/instance/${id}`)).status, 200);
    for (const answer of [
      await daemon.request('PUT', `/instance/${id}/heartbeat`),
      await daemon.request('DELETE', `/instance/${id}`),
    ]) {
      assert.equal(answer.status, 404);
      assert.equal(answer.body.code, 'INSTANCE_NOT_FOUND');
    }
  });
});

describe('the daemon', () => {
  it('says who it is', async () => {
    const status = await daemon.request<StatusAnswer>('GET', '/status');
    assertShape('status', status);
    assert.equal(status.body.pid, daemon.pid);
    assert.equal(status.body.port, daemon.port);
    assert.equal(status.body.store.kind, 'sqlite');
    assert.equal(status.body.recovery.state, 'done');
    const health = await daemon.tcp('GET', '/health');
    assertShape('health', health);
    assert.equal(health.body.status, 'ok');
    const config = await daemon.request('GET', '/config');
    assertShape('config', config);
    const info = JSON.parse(readFileSync(daemon.home.daemonInfo, 'utf8'));
    assert.deepEqual(Object.keys(info), [
      'pid',
      'start_ticks',
      'boot_id',
      'pid_namespace',
      'net_namespace',
      'port',
      'socket',
      'version',
      'api_version',
      'foreground',
      'started_at',
    ]);
    assert.equal(info.pid, daemon.pid);
    assert.equal(info.socket, daemon.home.socket);
  });
  it('describes itself as the project does', async () => {
    const answer = await daemon.request('GET', '/openapi.json');
    assert.match(String(answer.headers['content-type']), /^application\/json/);
    assert.deepEqual(answer.body, JSON.parse(JSON.stringify(openapiDocument())));
    const committed = readFileSync(join(import.meta.dirname, '../../openapi/openapi.json'), 'utf8');
    assert.equal(answer.text, committed);
  });
  it('cleans up, or says what it would', async () => {
    const { body: lease } = await allocate({ service_type: 'hub' });
    const dry = await daemon.request<{ cleaned: Fields[]; kept: number }>('POST', '/cleanup', {
      force: true,
      dry_run: true,
    });
    assertShape('cleanup', dry);
    assert.ok(
      dry.body.cleaned.some(({ lock_id }) => lock_id === lease.lock_id),
      dry.text,
    );
    const none = await daemon.request<{ cleaned: Fields[] }>('POST', '/cleanup');
    assert.deepEqual(none.body.cleaned, []);
    const wet = await daemon.request<{ cleaned: Fields[]; kept: number }>('POST', '/cleanup', {
      force: true,
    });
    assert.ok(wet.body.cleaned.some(({ reason }) => typeof reason === 'string'));
    assert.equal((await daemon.request<AllocationsAnswer>('GET', '/allocations')).body.count, wet.body.kept);
  });
  it('serves on with a broken configuration, which it shows and leaves alone', async () => {
    const text = '{ "service_types": { "dev": { "range": [1, 2] } }, }';
    const own = await startDaemon({ config: text });
    const config = await own.request<{ errors: Fields[] }>('GET', '/config');
    assert.ok(config.body.errors.length > 0, config.text);
    assert.equal((await allocate({ service_type: 'dev' }, own)).status, 201);
    assert.equal(readFileSync(own.home.config, 'utf8'), text);
    await own.stop();
  });
});

interface Held {
  readonly lines: readonly string[];
  readonly ended: Promise<void>;
  readonly close: () => void;
}

function hold(own: TestDaemon, lockId: string): Promise<Held> {
  return new Promise((resolve, reject) => {
    const request = http.get(
      { socketPath: own.home.socket, path: `/allocate/${lockId}/hold`, agent: false },
      (response) => {
        const lines: string[] = [];
        const ended = new Promise<void>((done) => response.once('close', done));
        response.on('error', () => {});
        response.on('data', (bytes: Buffer) => {
          lines.push(
            ...bytes
              .toString('utf8')
              .split('\n')
              .filter((line) => line !== ''),
          );
          resolve({ lines, ended, close: () => request.destroy() });
        });
      },
    );
    request.on('error', reject);
  });
}

describe('holding connections', () => {
  it('keep the term from running, and end the lease when they close', async () => {
    const { body: lease } = await allocate({ service_type: 'dev', ttl_seconds: 60 });
    assert.notEqual(lease.expires_at, null);
    const held = await hold(daemon, lease.lock_id);
    const first = JSON.parse(held.lines[0] ?? '');
    assert.deepEqual([first.event, first.holders], ['held', 1]);
    const second = await hold(daemon, lease.lock_id);
    assert.equal(JSON.parse(second.lines[0] ?? '').holders, 2, 'the other one was first');
    second.close();
    const find = async () =>
      (await daemon.request<AllocationsAnswer>('GET', `/allocations?port=${lease.port}`)).body.allocations[0];
    assert.equal((await find())?.expires_at, null);
    held.close();
    while ((await find()) !== undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  });
  it('are told when their lease is released by somebody else', async () => {
    const { body: lease } = await allocate({ service_type: 'dev' });
    const held = await hold(daemon, lease.lock_id);
    assert.equal((await daemon.request('DELETE', `/allocate/${lease.lock_id}`)).status, 200);
    await held.ended;
    assert.deepEqual(
      held.lines.map((line) => JSON.parse(line).event),
      ['held', 'ended'],
    );
  });
  it('are told that the daemon goes, and their leases stay', async () => {
    const own = await startDaemon();
    const { body: lease } = await allocate({ service_type: 'dev' }, own);
    const held = await hold(own, lease.lock_id);
    assert.equal(await own.end(), 0);
    await held.ended;
    assert.deepEqual(
      held.lines.map((line) => JSON.parse(line).event),
      ['held', 'daemon-stopping'],
    );
    await own.restart();
    assert.equal((await own.request<AllocationsAnswer>('GET', '/allocations')).body.count, 1);
    await own.stop();
  });
});

describe('the end', () => {
  it('by a signal is in good order', async () => {
    const own = await startDaemon();
    const idle = net.connect(own.port, '127.0.0.1').on('error', () => {});
    await new Promise((resolve) => idle.once('connect', resolve));
    assert.equal(await own.end(), 0);
    assert.ok(!existsSync(own.home.socket) && !existsSync(own.home.daemonInfo));
    assert.match(readFileSync(join(own.home.logs, 'daemon.log'), 'utf8'), /the daemon stopped/);
    idle.destroy();
    await own.stop();
  });
  it('by a request answers first', async () => {
    const own = await startDaemon();
    const pid = own.pid;
    const answer = await own.tcp('POST', '/shutdown');
    assert.equal(answer.status, 202, answer.text);
    assertShape('shutdown', answer);
    assert.equal(answer.body.pid, pid);
    assert.equal(await own.end(), 0);
    await own.stop();
  });
  it('loses nothing that was answered', async () => {
    const own = await startDaemon();
    const asked = Array.from({ length: 40 }, (_, n) =>
      allocate({ service_type: 'test', service_name: `s${n}`, project_path: '/tmp/end' }, own).then(
        ({ status, body }) => (status === 201 ? body.lock_id : null),
        () => null,
      ),
    );
    await asked[0];
    const ended = own.end();
    const answered = (await Promise.all(asked)).filter((lockId) => lockId !== null);
    assert.equal(await ended, 0);
    await own.restart();
    const { body } = await own.request<AllocationsAnswer>('GET', '/allocations');
    const left = new Set(body.allocations.map(({ lock_id }) => lock_id));
    assert.deepEqual(
      answered.filter((lockId) => !left.has(lockId)),
      [],
    );
    await own.stop();
  });
});
