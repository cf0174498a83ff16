import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type * as Library from '../../src/index.ts';
import { openPlace, type Place, ROOT } from './cli-harness.ts';
import { freeRange } from './port-range.ts';

const DIST = join(ROOT, 'dist');
const { connect, StyxyError }: typeof Library = await import(pathToFileURL(join(DIST, 'index.js')).href);

let place: Place;
let shop = '';
before(async () => {
  place = openPlace();
  mkdirSync(place.home, { mode: 0o700 });
  const config = {
    service_types: {
      dev: { range: freeRange('embedding', 30), preferred_ports: [] },
      ai: { range: freeRange('embedding', 5), instance_behavior: 'single' },
    },
  };
  writeFileSync(join(place.home, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  shop = place.directory('shop');
  await place.styxy(['daemon', 'start']);
});
after(() => place.close());

const open = (options: Library.ConnectOptions = {}) =>
  connect({ home: place.home, project: shop, ...options });

interface Listed {
  readonly lock_id: string;
  readonly port: number;
  readonly pid: number | null;
}
async function listed(): Promise<readonly Listed[]> {
  return JSON.parse((await place.styxy(['list', '--json'])).stdout).allocations;
}

async function listenOn(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('the library', () => {
  it('is one, imported and required', () => {
    const required: typeof Library = createRequire(import.meta.url)(join(DIST, 'index.cjs'));
    assert.equal(required.StyxyError, StyxyError);
    assert.equal(required.connect, connect);
  });

  it('gets a port for this process, and the same lease when it asks again', async () => {
    const daemon = await open();
    assert.equal(daemon.projectPath, shop);
    const lease = await daemon.allocate({ serviceType: 'dev', serviceName: 'web' });
    assert.equal(await daemon.allocate({ serviceType: 'dev', serviceName: 'web' }), lease);
    assert.deepEqual([lease.isOwn, lease.isExisting, lease.ports], [true, false, [lease.port]]);
    assert.equal(lease.url, `http://web.shop.localhost:${lease.port}`);
    assert.deepEqual(
      (await listed()).map(({ lock_id, pid }) => [lock_id, pid]),
      [[lease.lockId, process.pid]],
    );
    await lease.renew(600);
    await lease.release();
    await lease.release();
    assert.deepEqual(await listed(), []);
    await daemon.close();
  });

  it('gives back with `await using`, but not what another process has', async () => {
    const other = await place.styxy(
      ['allocate', '-s', 'dev', '-n', 'theirs', '--pid', String(process.ppid), '-q'],
      { cwd: shop },
    );
    {
      await using daemon = await open();
      await using theirs = await daemon.allocate({ serviceType: 'dev', serviceName: 'theirs' });
      await using own = await daemon.allocate({ serviceType: 'dev', serviceName: 'own' });
      assert.deepEqual([theirs.isOwn, own.isOwn], [false, true]);
      assert.equal((await listed()).length, 2);
    }
    assert.deepEqual(
      (await listed()).map(({ port }) => port),
      [Number(other.stdout)],
    );
    await place.styxy(['release', '--port', other.stdout.trim()], { cwd: shop });
  });

  it('gives every withPort a port of its own, beside what runs, and takes it back', async (context) => {
    await using daemon = await open();
    const running = await daemon.claim({ serviceType: 'dev', serviceName: 'job' });
    const server = await listenOn(running.port);
    context.after(() => server.close());
    const ports = new Set<number>();
    const all = Promise.withResolvers<void>();
    let begun = 0;
    const jobs = [1, 2, 3, 4].map(() =>
      daemon.withPort({ serviceType: 'dev', serviceName: 'job' }, async ({ port }) => {
        ports.add(port);
        begun += 1;
        if (begun === 4) all.resolve();
        await all.promise;
      }),
    );
    await Promise.all(jobs);
    assert.deepEqual([ports.size, ports.has(running.port)], [4, false]);
    await assert.rejects(
      daemon.withPort('dev', () => {
        throw new Error('mine');
      }),
      /^Error: mine$/,
    );
    await running.release();
    assert.deepEqual(await listed(), []);
  });

  it('starts no second one of what the machine runs once', async () => {
    await using daemon = await open();
    await using first = await daemon.claim('ai');
    await using elsewhere = await open({ project: place.directory('other') });
    await assert.rejects(elsewhere.claim('ai'), { name: 'StyxyError', code: 'SINGLETON_HELD' });
    assert.equal((await elsewhere.allocate('ai')).port, first.port);
  });

  it('throws what the daemon refuses, with code and hint', async () => {
    await using daemon = await open();
    await assert.rejects(daemon.allocate({ serviceType: 'NO' }), (error) => {
      assert.ok(error instanceof StyxyError);
      assert.equal(error.code, 'INVALID_REQUEST');
      assert.ok(error.hint.length > 0);
      return true;
    });
    await assert.rejects(open({ project: join(shop, 'gone') }), { code: 'INVALID_REQUEST' });
    const nobody = place.directory('nobody');
    await assert.rejects(open({ home: join(nobody, 'home'), autostart: false }), {
      code: 'DAEMON_UNREACHABLE',
    });
  });

  it('says when a lease is lost', async () => {
    await using daemon = await open();
    const lease = await daemon.allocate({ serviceType: 'dev', serviceName: 'lost' });
    const hold = await lease.hold();
    const gone = once(lease.lost, 'abort');
    assert.equal((await place.styxy(['release', lease.lockId, '--force'])).status, 0);
    await gone;
    assert.ok(lease.lost.reason instanceof StyxyError);
    await assert.rejects(lease.renew(), { code: 'LEASE_NOT_FOUND' });
    hold.close();
  });

  it('holds a lease through a restart of the daemon', async () => {
    await using daemon = await open();
    await using lease = await daemon.allocate({ serviceType: 'dev', serviceName: 'held' });
    using _hold = await lease.hold();
    await place.styxy(['daemon', 'restart']);
    await lease.renew();
    assert.deepEqual(
      (await listed()).map(({ lock_id }) => lock_id),
      [lease.lockId],
    );
    assert.equal(lease.lost.aborted, false);
  });

  it('keeps no process alive by a lease, and prints nothing', async () => {
    const code = `
      const { connect } = require(${JSON.stringify(join(DIST, 'index.cjs'))});
      connect({ project: ${JSON.stringify(shop)} }).then((daemon) => daemon.allocate('dev'));`;
    const child = spawn(process.execPath, ['-e', code, 'sub-command'], {
      env: place.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (part: Buffer) => {
        said += part.toString();
      });
    }
    const [status] = await once(child, 'close');
    assert.deepEqual([status, said], [0, '']);
    // In the audit it is the library that asked, whatever the program was called with.
    const { stdout } = await place.styxy(['audit', '--event', 'granted', '--json']);
    assert.match(stdout.trim().split('\n').at(-1) ?? '', /library/);
  });
});
