// Proves that a project is its real path, by whatever link a client names it: everywhere that the API takes a path.

import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { AllocationsAnswer, BatchAnswer } from '../../src/api/schemas.ts';
import type { InstanceAnswer } from '../../src/api/schemas-instance.ts';
import { type RunFixture, SERVER, serving, startRunFixture, TYPE, until } from './run-fixture.ts';

let fixture: RunFixture;
before(async () => {
  fixture = await startRunFixture();
});
after(() => fixture.stop());

/** A linked worktree, and a symbolic link to it. */
function checkout(name: string): { readonly real: string; readonly link: string } {
  const real = join(fixture.root, name);
  const link = join(fixture.root, `link-to-${name}`);
  mkdirSync(real);
  writeFileSync(join(real, '.git'), `gitdir: /src/shop/.git/worktrees/${name}`);
  symlinkSync(real, link);
  return { real, link };
}

describe('a project that is named by a link', () => {
  it('is the project itself, for one lease, a batch and a list', async () => {
    const { real, link } = checkout('one');
    const body = { service_type: TYPE, service_name: 'web' };
    const lease = await fixture.allocate({ ...body, project_path: link });
    assert.equal(lease.project_path, real);
    const { body: batch } = await fixture.daemon.request<BatchAnswer>('POST', '/allocate/batch', {
      allocations: [real, `${real}/`, link].map((project_path) => ({ ...body, project_path })),
    });
    assert.deepEqual(
      batch.allocations.map(({ lock_id }) => lock_id),
      [lease.lock_id, lease.lock_id, lease.lock_id],
    );
    for (const path of [real, link]) {
      const query = `/allocations?project_path=${encodeURIComponent(path)}`;
      const listed = await fixture.daemon.request<AllocationsAnswer>('GET', query);
      assert.equal(listed.body.count, 1, path);
    }
  });

  it('is not hijacked by its own server, and releases what is in use', async () => {
    const { real, link } = checkout('two');
    const lease = await fixture.allocate({ service_name: 'web', project_path: link });
    const env = { PORT: String(lease.port) };
    await serving(fixture.start(process.execPath, ['-e', SERVER], { cwd: real, env }));
    const seen = await until('the listener', async () => {
      const now = await fixture.leaseOn(lease.port);
      return now === null || now.state === 'reserved' ? null : now;
    });
    assert.equal(seen.state, 'active');
    const release = (query: string) => fixture.daemon.request('DELETE', `/allocate/${lease.lock_id}${query}`);
    assert.equal((await release('')).body.code, 'LEASE_IN_USE');
    assert.equal((await release(`?project_path=${encodeURIComponent(link)}`)).status, 200);
  });

  it('is what an instance works in, whose template it decides', async () => {
    const { real, link } = checkout('three');
    const instance = await fixture.daemon.request<InstanceAnswer>('POST', '/instance/register', {
      instance_id: 'registered',
      working_directory: link,
    });
    assert.deepEqual([instance.body.working_directory, instance.body.template], [real, 'features']);
    await fixture.allocate({ project_path: link, instance_id: 'implied' });
    const implied = await fixture.daemon.request<InstanceAnswer>('PUT', '/instance/implied/heartbeat');
    assert.equal(implied.body.template, 'features');
  });

  it('stays as it is while it leads nowhere', async () => {
    const path = join(fixture.root, 'nowhere', 'yet');
    assert.equal((await fixture.allocate({ project_path: `${path}/` })).project_path, path);
  });
});
