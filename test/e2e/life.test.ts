// Proves the life of a lease with real servers, real strangers and real deaths: its states, in their order, and its end.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { AllocateAnswer, LeaseJson } from '../../src/api/schemas.ts';
import { startDaemon } from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';
import { RunFixture, SERVER, type Started, serving, TYPE, until, untilGone } from './run-fixture.ts';

/** Waits until something ends it. */
const SLEEPER = 'setInterval(() => {}, 1000); console.log("sleeping");';
/** A missing listener is counted once in this time, so that three misses need no minute and a half. */
const MISS_INTERVAL_MS = 1000;
/** Three misses are three looks, five seconds apart, on a machine that may be busy. */
const PATIENCE_MS = 60_000;

const range = freeRange('life', 60);
let fixture: RunFixture;
before(async () => {
  const types = { [TYPE]: { range } };
  const health_monitoring = { check_interval_ms: MISS_INTERVAL_MS, max_failures: 3 };
  const config = { service_types: types, recovery: { health_monitoring } };
  fixture = new RunFixture(await startDaemon({ config }));
});
after(() => fixture.stop());

/** A directory that is no project's but its own. */
function directory(name: string): string {
  const path = join(fixture.root, name);
  mkdirSync(path, { recursive: true });
  return path;
}

/** Starts a server in `cwd` and waits until it serves on `port`. */
async function serve(port: number, cwd: string): Promise<Started> {
  const server = fixture.start(process.execPath, ['-e', SERVER], { cwd, env: { PORT: String(port) } });
  await serving(server);
  return server;
}

async function sleeper(): Promise<Started> {
  const holder = fixture.start(process.execPath, ['-e', SLEEPER]);
  await holder.printed(/sleeping/);
  return holder;
}

async function kill({ child, pid }: Started): Promise<void> {
  child.kill('SIGKILL');
  await untilGone(pid);
}

const leaseOf = async ({ lock_id }: LeaseJson): Promise<LeaseJson | null> =>
  (await fixture.leases()).find((lease) => lease.lock_id === lock_id) ?? null;

/** Waits until a lease is as it should be; an end of the lease meanwhile is a failure. */
function untilLease(lease: LeaseJson, what: string, isSo: (now: LeaseJson) => boolean): Promise<LeaseJson> {
  return until(
    what,
    async () => {
      const now = await leaseOf(lease);
      assert.ok(now !== null, `the lease ended while it should become ${what}`);
      return isSo(now) ? now : null;
    },
    PATIENCE_MS,
  );
}

const untilState = (lease: LeaseJson, state: LeaseJson['state']): Promise<LeaseJson> =>
  untilLease(lease, state, (now) => now.state === state);

const untilEnded = (lease: LeaseJson): Promise<true> =>
  until(
    `the end of the lease of ${lease.service_name}`,
    async () => ((await leaseOf(lease)) === null ? true : null),
    PATIENCE_MS,
  );

/** Opens a connection that holds a lease, and resolves once it does. */
function hold(lease: LeaseJson): Promise<http.ClientRequest> {
  return new Promise((resolve, reject) => {
    const request = http.get({
      socketPath: fixture.daemon.home.socket,
      path: `/allocate/${lease.lock_id}/hold`,
      agent: false,
    });
    request.on('error', reject);
    request.once('response', (response) => {
      response.once('data', (line: Buffer) => {
        if (String(line).includes('"held"')) resolve(request);
        else reject(new Error(String(line)));
      });
    });
  });
}

function drop(request: http.ClientRequest): void {
  request.removeAllListeners('error').on('error', () => {});
  request.destroy();
}

/** The same request once more. */
async function askAgain(lease: AllocateAnswer): Promise<AllocateAnswer> {
  const { service_type, service_name, project_path } = lease;
  const body = { service_type, service_name, project_path };
  const { body: answer, text } = await fixture.daemon.request<AllocateAnswer>('POST', '/allocate', body);
  assert.equal(answer.success, true, text);
  return answer;
}

describe('a lease', { concurrency: true }, () => {
  it('is reserved, then active, then idle, and then over where nobody holds it', async () => {
    const project = directory('states');
    const lease = await fixture.allocate({ service_name: 'states', project_path: project });
    // Never listened on, it does not end because nobody listens.
    const quiet = await fixture.allocate({ service_name: 'quiet', project_path: project });
    assert.equal(lease.state, 'reserved');
    assert.notEqual(lease.expires_at, null);
    const server = await serve(lease.port, project);
    const active = await untilState(lease, 'active');
    assert.deepEqual([active.expires_at, active.fence, active.orphan], [null, lease.fence, false]);
    await kill(server);
    const idle = await untilState(lease, 'idle');
    assert.notEqual(idle.expires_at, null);
    await untilEnded(lease);
    assert.equal((await leaseOf(quiet))?.state, 'reserved');
    // The key that had the port is not bound by the port's rest; nobody else gets it meanwhile.
    const other = await fixture.allocate({ service_name: 'other', preferred_port: lease.port });
    assert.notEqual(other.port, lease.port);
    assert.equal((await askAgain(lease)).port, lease.port);
  });

  it('stays idle as long as somebody holds it', async () => {
    const project = directory('held-idle');
    const holder = await sleeper();
    const lease = await fixture.allocate({ service_name: 'held', project_path: project, pid: holder.pid });
    const free = await fixture.allocate({ service_name: 'free', project_path: project });
    const servers = [await serve(lease.port, project), await serve(free.port, project)];
    await untilState(lease, 'active');
    await untilState(free, 'active');
    await Promise.all(servers.map(kill));
    await untilEnded(free);
    const idle = await untilState(lease, 'idle');
    assert.equal(idle.expires_at, null);
    assert.equal((await askAgain(lease)).lock_id, lease.lock_id);
    await kill(holder);
    await untilEnded(lease);
  });

  it('on which a stranger listens is hijacked, and its owner gets another port', async () => {
    const lease = await fixture.allocate({ service_name: 'prey', project_path: directory('prey') });
    const stranger = await serve(lease.port, directory('stranger'));
    const hijacked = await untilState(lease, 'hijacked');
    // A stranger's listening renews nothing.
    assert.notEqual(hijacked.expires_at, null);
    const other = await askAgain(lease);
    assert.deepEqual([other.existing, other.port === lease.port], [false, false]);
    const own = await serve(other.port, directory('prey'));
    await untilState(other, 'active');
    assert.equal((await askAgain(lease)).lock_id, other.lock_id);
    await Promise.all([stranger, own].map(kill));
  });

  it('on which a server below its project listens is active', async () => {
    const lease = await fixture.allocate({ service_name: 'below', project_path: directory('whole') });
    const server = await serve(lease.port, directory('whole/packages/web'));
    await untilState(lease, 'active');
    await kill(server);
  });

  it('ends when its process was killed and nobody listens', async () => {
    const holder = await sleeper();
    const lease = await fixture.allocate({ service_name: 'of-pid', pid: holder.pid });
    const beside = await fixture.allocate({ service_name: 'beside' });
    assert.equal(lease.expires_at, null);
    await kill(holder);
    await untilEnded(lease);
    assert.notEqual(await leaseOf(beside), null);
  });

  it('is an orphan when its process is dead but its server is not, until that ends too', async () => {
    const project = directory('orphan');
    const holder = await sleeper();
    const lease = await fixture.allocate({ service_name: 'o', project_path: project, pid: holder.pid });
    const server = await serve(lease.port, project);
    assert.equal((await untilState(lease, 'active')).orphan, false);
    await kill(holder);
    const orphan = await untilLease(lease, 'an orphan', (now) => now.orphan);
    assert.deepEqual([orphan.state, orphan.lock_id, orphan.port], ['active', lease.lock_id, lease.port]);
    // Whoever wants its port does not get it.
    const other = await fixture.allocate({ service_name: 'wish', preferred_port: lease.port });
    assert.notEqual(other.port, lease.port);
    await kill(server);
    await untilEnded(lease);
  });

  it('ends with the connection that held it, where nobody listens', async () => {
    const lease = await fixture.allocate({ service_name: 'connected' });
    const connection = await hold(lease);
    await untilLease(lease, 'held', (now) => now.expires_at === null);
    drop(connection);
    await untilEnded(lease);
  });

  it('outlives the connection that held it, while somebody else holds it', async () => {
    const holder = await sleeper();
    const lease = await fixture.allocate({ service_name: 'twice-held', pid: holder.pid });
    const witness = await fixture.allocate({ service_name: 'witness' });
    const connections = [await hold(lease), await hold(witness)];
    connections.forEach(drop);
    await untilEnded(witness);
    assert.equal((await leaseOf(lease))?.expires_at, null);
    await kill(holder);
    await untilEnded(lease);
  });

  it('outlives the connection that held it, while its server listens', async () => {
    const project = directory('still-served');
    const lease = await fixture.allocate({ service_name: 'served', project_path: project });
    const connection = await hold(lease);
    const server = await serve(lease.port, project);
    await untilState(lease, 'active');
    drop(connection);
    await untilLease(lease, 'an orphan', (now) => now.orphan && now.state === 'active');
    await kill(server);
    await untilEnded(lease);
  });

  it('of an instance whose process was killed ends', async () => {
    const holder = await sleeper();
    const instance = { instance_id: 'life-agent', pid: holder.pid };
    assert.equal((await fixture.daemon.request('POST', '/instance/register', instance)).status, 201);
    const lease = await fixture.allocate({ service_name: 'of-instance', instance_id: 'life-agent' });
    await kill(holder);
    await untilEnded(lease);
  });
});

describe('two worktrees of one repository', () => {
  it('serve on two ports at once, and on the same ones again after release, death and restart', async () => {
    const main = directory('repository');
    const linked = join(realpathSync(fixture.root), 'linked');
    const git = (...words: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...words], { cwd: main });
    git('init', '--quiet');
    git('commit', '--quiet', '--allow-empty', '-m', 'first');
    git('worktree', 'add', '--quiet', linked);

    const start = async (cwd: string, ...wish: string[]) => {
      const run = fixture.runTyped([...wish, '--require', '--', process.execPath, '-e', SERVER], { cwd });
      return { run, port: (await serving(run)).port };
    };
    const ports = (both: readonly { readonly port: number }[]) => both.map(({ port }) => port);
    const answers = async (port: number) => (await fetch(`http://127.0.0.1:${port}/`)).text();

    // A port that neither would get by itself, so that it is memory and not the usual order that gives it again.
    const first = await Promise.all([start(main), start(linked, '-p', String(range[1]))]);
    assert.notEqual(first[0]?.port, first[1]?.port);
    assert.equal(first[1]?.port, range[1]);
    assert.deepEqual(await Promise.all(ports(first).map(answers)), ['served', 'served']);
    for (const { run } of first) {
      run.child.kill('SIGTERM');
      await run.ended;
    }
    const held = async () =>
      (await fixture.leases()).filter(({ project_path }) => [main, linked].includes(project_path ?? ''));
    assert.deepEqual(await held(), [], 'both were released');
    await fixture.daemon.kill9();
    await fixture.daemon.restart();
    // The other way round, so that it is not the order that decides.
    const again = [await start(linked), await start(main)].toReversed();
    assert.deepEqual(ports(again), ports(first));
    assert.equal((await held()).length, 2);
    for (const { run } of again) {
      run.child.kill('SIGTERM');
      await run.ended;
    }
  });
});
