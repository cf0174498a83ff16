import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LeaseJson } from '../api/schemas.ts';
import { EVERYTHING, type Filter, isEverything, matcher, type SortKey, sorted } from './filter.ts';
import { leaseWith } from './lease-fixture.ts';

const LEASES: readonly LeaseJson[] = [
  leaseWith({ port: 3000, allocated_at: '2026-01-02T00:00:00.000Z' }),
  leaseWith({
    port: 3010,
    ports: [3010, 3011],
    service_name: 'api',
    state: 'hijacked',
    instance_id: 'claude-7',
  }),
  leaseWith({
    port: 5432,
    service_type: 'database',
    service_name: null,
    singleton: true,
    project_path: null,
  }),
  leaseWith({ port: 3020, project_path: '/code/blog', orphan: true, pid: 3011 }),
];

function found(filter: Partial<Filter>): number[] {
  const branchOf = (path: string) => (path === '/code/blog' ? 'fix/Typo' : 'main');
  return LEASES.filter(matcher({ ...EVERYTHING, ...filter }, branchOf)).map(({ port }) => port);
}

describe('the filter', () => {
  it('finds by port, project, type, session, branch and state', () => {
    assert.deepEqual(found({}), [3000, 3010, 5432, 3020]);
    assert.deepEqual(found({ text: '3000' }), [3000]);
    assert.deepEqual(found({ text: '30' }), [3000, 3010, 3020]);
    // The second port of a block, and the pid of another lease.
    assert.deepEqual(found({ text: '3011' }), [3010, 3020]);
    assert.deepEqual(found({ text: 'FIX/typo web' }), [3020]);
    assert.deepEqual(found({ text: 'claude' }), [3010]);
    assert.deepEqual(found({ serviceType: 'database' }), [5432]);
    assert.deepEqual(found({ projectPath: '/code/shop' }), [3000, 3010]);
    assert.deepEqual(found({ instanceId: 'claude-7' }), [3010]);
    assert.deepEqual(found({ state: 'hijacked' }), [3010]);
    assert.deepEqual(found({ state: 'orphan' }), [3020]);
    assert.deepEqual(found({ state: 'singleton' }), [5432]);
    assert.deepEqual(found({ text: 'nothing like it' }), []);
  });

  it('knows when nothing is looked for', () => {
    assert.ok(isEverything({ ...EVERYTHING, text: '  ' }));
    assert.ok(!isEverything({ ...EVERYTHING, state: 'idle' }));
  });
});

describe('the order', () => {
  const order = (key: SortKey, isDescending = false): number[] =>
    sorted(LEASES, { key, isDescending }).map(({ port }) => port);

  it('is by what is asked, then by port', () => {
    assert.deepEqual(order('port'), [3000, 3010, 3020, 5432]);
    assert.deepEqual(order('port', true), [5432, 3020, 3010, 3000]);
    assert.deepEqual(order('service'), [3010, 5432, 3000, 3020]);
    assert.deepEqual(order('project'), [3020, 3000, 3010, 5432]);
    assert.deepEqual(order('session'), [3010, 3000, 3020, 5432]);
    assert.deepEqual(order('state'), [3010, 3020, 3000, 5432]);
    assert.deepEqual(order('age'), [3000, 3010, 3020, 5432]);
  });
});
