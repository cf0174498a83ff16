import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { serviceType, testCatalogue } from '../../test/fixtures/catalogue.ts';
import { createDesk } from '../../test/fixtures/core-desk.ts';
import { leasesInTheWay } from './quota.ts';

const catalogue = testCatalogue(
  [serviceType('dev', 3000, 3019), serviceType('ai', 11_400, 11_409, { instanceBehavior: 'single' })],
  { maxLeasesPerProject: 3, maxLeasesPerInstance: 2 },
);

function full(projectPath = "/it's") {
  const desk = createDesk(catalogue);
  for (const serviceName of ['a', 'b', 'c']) desk.granted({ serviceName, projectPath });
  return desk;
}

describe('a quota', () => {
  it('refuses one lease more, names the count, and says how to raise it', () => {
    const { code, detail, hint, fields } = full().refused({ serviceName: 'd', projectPath: "/it's" });
    assert.equal(code, 'QUOTA_EXCEEDED');
    assert.match(detail, /project \/it's holds 3 leases, and one project may hold 3/);
    assert.ok(hint.includes(`styxy list --project '/it'\\''s'`), hint);
    assert.match(hint, /raise "quotas\.max_leases_per_project" in config\.json/);
    const quota = 'quotas.max_leases_per_project';
    assert.deepEqual(fields, { quota, limit: 3, count: 3, project_path: "/it's" });
  });

  it("is each project's and each instance's own", () => {
    const desk = full('/a');
    desk.granted({ serviceName: 'd', projectPath: '/b', instanceId: 'one' });
    desk.granted({ serviceName: 'd', projectPath: '/c', instanceId: 'one' });
    const { detail } = desk.refused({ serviceName: 'd', projectPath: '/d', instanceId: 'one' });
    assert.match(detail, /instance one holds 2 leases, and one instance may hold 2/);
    desk.granted({ serviceName: 'd', projectPath: '/d' });
  });

  it('takes no lease away, neither one that is asked for again nor by being lowered', () => {
    const desk = full('/a');
    assert.equal(desk.granted({ serviceName: 'a', projectPath: '/a' }).existing, true);
    desk.catalogue = { ...catalogue, maxLeasesPerProject: 1 };
    assert.equal(desk.state.leaseCount, 3);
    assert.match(
      desk.refused({ serviceName: 'd', projectPath: '/a' }).detail,
      /holds 3 leases, .* may hold 1/,
    );
  });

  it('counts no singleton of somebody else', () => {
    const desk = full('/a');
    desk.granted({ serviceType: 'ai', serviceName: 'ollama', projectPath: '/b' });
    assert.equal(
      desk.granted({ serviceType: 'ai', serviceName: 'ollama', projectPath: '/a' }).existing,
      true,
    );
  });

  it('counts no lease that ends with the grant', () => {
    for (const owner of [
      { projectPath: '/a', instanceId: null },
      { projectPath: null, instanceId: 'one' },
    ]) {
      const desk = createDesk({ ...catalogue, maxLeasesPerProject: 2, maxLeasesPerInstance: 2 });
      desk.granted({ serviceName: 'a', ...owner });
      const single = { serviceType: 'ai', serviceName: 'ollama', ...owner };
      const { lockId } = desk.granted(single).snapshot.lease;
      const listeners = new Map([[lockId, 'stranger']] as const);
      desk.submit({ kind: 'observe', listeners, holders: new Map(), instances: new Map() });
      assert.notEqual(desk.granted(single).snapshot.lease.lockId, lockId);
      assert.equal(desk.refused({ serviceName: 'b', ...owner }).code, 'QUOTA_EXCEEDED');
    }
  });

  it('gives way once a lease is released', () => {
    const desk = full('/a');
    const [first] = desk.state.leases();
    const caller = { callerInstanceId: null, callerProjectPath: null };
    const lockId = first?.lease.lockId ?? '';
    desk.submit({ kind: 'release', lockId, fence: null, force: false, ...caller });
    desk.granted({ serviceName: 'd', projectPath: '/a' });
    desk.refused({ serviceName: 'e', projectPath: '/a' });
  });

  it('holds for the requests of a batch together, and has the leases in its way looked at', () => {
    const desk = createDesk(catalogue);
    for (const serviceName of ['a', 'b']) desk.granted({ serviceName, projectPath: '/a' });
    desk.granted({ serviceName: 'a', projectPath: '/b' });
    const owner = { projectPath: '/a', instanceId: null };
    assert.deepEqual(leasesInTheWay(desk.state, [owner], catalogue), []);
    assert.deepEqual(
      leasesInTheWay(desk.state, [owner, owner], catalogue).map(({ lease }) => lease.projectPath),
      ['/a', '/a'],
    );
  });
});
