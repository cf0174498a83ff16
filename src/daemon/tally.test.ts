import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTally, OTHER } from './tally.ts';

describe('the tally', () => {
  it('counts grants and refusals by type', () => {
    const tally = createTally((name) => name === 'dev');
    tally.granted('dev', false, 2);
    tally.granted('dev', true, 0);
    tally.refused('dev', 'RANGE_EXHAUSTED');
    assert.deepEqual(Object.fromEntries(tally.allocations.get('dev') ?? []), {
      granted: 1,
      existing: 1,
      range_exhausted: 1,
    });
    assert.deepEqual(tally.avoided, { ports: 2, grants: 1 });
  });

  it('gives names of no type one label, until they are a type', () => {
    const tally = createTally(() => false);
    for (let i = 0; i < 1000; i++) tally.refused(`no-type-${i}`, 'UNKNOWN_SERVICE_TYPE');
    assert.deepEqual([...tally.allocations.keys()], [OTHER]);
    tally.granted('grpc', false, 0);
    tally.refused('grpc', 'QUOTA_EXCEEDED');
    assert.deepEqual([...tally.allocations.keys()], [OTHER, 'grpc']);
  });

  it('gives no more labels than a scrape can bear', () => {
    const tally = createTally(() => true);
    for (let i = 0; i < 1000; i++) tally.granted(`type-${i}`, false, 0);
    assert.equal(tally.allocations.size, 201);
    assert.equal(tally.allocations.get(OTHER)?.get('granted'), 800);
  });
});
