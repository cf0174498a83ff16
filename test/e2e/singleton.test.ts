// Proves singletons with a real daemon and real servers: one lease for all, said who runs it, and released by nobody else.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { AllocateAnswer, CheckAnswer, LeaseJson } from '../../src/api/schemas.ts';
import type { StatusAnswer } from '../../src/api/schemas-daemon.ts';
import { startDaemon } from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';
import { RunFixture, SERVER, STYXY, serving, until } from './run-fixture.ts';

const [FIRST] = freeRange('singles', 30);
const TYPES = {
  one: { range: [FIRST, FIRST + 9], instance_behavior: 'single' },
  many: { range: [FIRST + 10, FIRST + 29] },
};
const SERVE = ['--', process.execPath, '-e', SERVER];

let fixture: RunFixture;
/** A checkout of its own, on a branch. */
let shop: string;
let other: string;
before(async () => {
  const config = { service_types: TYPES, services: { search: { instance_behavior: 'single' } } };
  fixture = new RunFixture(await startDaemon({ config }));
  shop = checkout('shop', 'fix-ui');
  other = checkout('other', 'main');
});
after(() => fixture.stop());

function checkout(name: string, branch: string): string {
  const path = join(fixture.root, name);
  mkdirSync(path);
  execFileSync('git', ['init', '-q', '-b', branch, path]);
  return path;
}

async function styxy(args: readonly string[], cwd: string): Promise<{ status: unknown; said: string }> {
  const started = fixture.start(process.execPath, [...STYXY, ...args], { cwd });
  const status = await started.ended;
  return { status, said: started.out() + started.err() };
}

const ask = (body: object) => fixture.daemon.request<AllocateAnswer>('POST', '/allocate', body);

describe('a singleton that runs', () => {
  it('is given to everybody, who is told who runs it, where, and how to reach it', async () => {
    const run = fixture.run(['-s', 'one', '-n', 'model', ...SERVE], { cwd: shop });
    const { port, pid } = await serving(run);
    const url = `http://model.shop.localhost:${port}`;
    const { body } = await until('the daemon to see it', async () => {
      const answer = await ask({ service_type: 'one', service_name: 'model', project_path: other });
      return answer.body.state === 'active' ? answer : null;
    });
    assert.deepEqual([body.existing, body.port, body.singleton, body.url], [true, port, true, url]);
    assert.ok(body.message.includes(`of ${shop} on branch fix-ui`), body.message);
    assert.ok(body.message.includes(`(pid ${pid})`), body.message);
    assert.ok(body.message.endsWith(`use it at ${url}`), body.message);

    const held = await ask({ service_type: 'one', service_name: 'model', project_path: other, new: true });
    assert.deepEqual([held.status, (held.body as { code?: string }).code], [409, 'SINGLETON_HELD']);
    assert.match(held.text, /on branch fix-ui/);

    const second = fixture.run(['-s', 'one', '-n', 'model', '--', 'false'], { cwd: other });
    assert.equal(await second.ended, 0);
    assert.equal(second.out(), `${url}\n`);
    assert.match(second.err(), /on branch fix-ui.*; nothing was started/);

    const check = await fixture.daemon.request<CheckAnswer>('GET', `/check/${port}`);
    assert.match(check.body.suggestion, new RegExp(`it runs once on this machine: use it at ${url}`));
    assert.match((await styxy(['list'], other)).said, /model +one \(single\) +active/);
    const status = await fixture.daemon.request<StatusAnswer>('GET', '/status');
    assert.equal(status.body.counts.singletons, 1);

    process.kill(run.pid, 'SIGTERM');
    await run.ended;
    const next = await ask({ service_type: 'one', service_name: 'model', project_path: other });
    assert.equal(next.status, 201);
    assert.ok(next.body.fence > body.fence);
  });

  it('is released by its holder alone, unless it is forced', async () => {
    const { body } = await ask({ service_type: 'many', service_name: 'search', project_path: shop });
    for (const args of [[body.lock_id], ['--port', String(body.port)], ['--project', shop]]) {
      const { status, said } = await styxy(['release', ...args], other);
      assert.equal(status, 1, said);
      assert.match(
        said,
        /search runs once on this machine, and .* has reserved it \(leased since [-: 0-9]+ UTC\): nobody else releases it/,
      );
    }
    assert.equal((await styxy(['release', body.lock_id], shop)).status, 0);
    const next = await ask({ service_type: 'many', service_name: 'search', project_path: shop });
    assert.equal((await styxy(['release', next.body.lock_id, '--force'], other)).status, 0);
  });

  it('is not taken over by a run while another project has reserved it', async () => {
    const { body } = await ask({ service_type: 'many', service_name: 'search', project_path: shop });
    const run = fixture.run(['-s', 'many', '-n', 'search', ...SERVE], { cwd: other });
    assert.equal(await run.ended, 0);
    assert.match(
      run.err(),
      /has reserved it \(leased since .* UTC\); nobody listens there yet.*; nothing was started/,
    );
    const own = fixture.run(['-s', 'many', '-n', 'search', ...SERVE], { cwd: shop });
    assert.equal((await serving(own)).port, body.port);
    process.kill(own.pid, 'SIGTERM');
    await own.ended;
  });
});

describe('a change of the configuration', () => {
  const configure = (services: object): void =>
    writeFileSync(fixture.daemon.home.config, JSON.stringify({ service_types: TYPES, services }));

  it('makes one of many a singleton, and the other way round, and ends no lease', async () => {
    const request = { service_type: 'many', service_name: 'queue' };
    const leases: LeaseJson[] = [];
    for (const project_path of [shop, other]) leases.push((await ask({ ...request, project_path })).body);
    const marked = async () => {
      const all = await fixture.leases();
      return all
        .filter(({ service_name: name, singleton }) => name === 'queue' && singleton)
        .map((l) => l.lock_id);
    };
    assert.deepEqual(await marked(), []);
    configure({ queue: { instance_behavior: 'single' } });
    const oldest = await until('the mark', async () => {
      const [one, ...more] = await marked();
      assert.deepEqual(more, []);
      return one ?? null;
    });
    assert.equal(oldest, leases[0]?.lock_id);
    const joined = await ask({ ...request, project_path: fixture.project });
    assert.deepEqual([joined.status, joined.body.lock_id], [200, oldest]);
    configure({});
    await until('the end of the mark', async () => ((await marked()).length === 0 ? true : null));
    assert.equal((await ask({ ...request, project_path: fixture.project })).status, 201);
    assert.equal((await fixture.leases()).filter((lease) => lease.service_name === 'queue').length, 3);
  });
});
