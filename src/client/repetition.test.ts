import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { prepare } from './repetition.ts';

const KEYED = { service_type: 'dev', service_name: 'web' };

describe('a request that no answer came to', () => {
  const cases: readonly (readonly [string, string, unknown, boolean])[] = [
    ['GET', '/status', undefined, true],
    ['PUT', '/allocate/x/heartbeat', {}, true],
    ['DELETE', '/allocate/x', undefined, true],
    ['POST', '/allocate', KEYED, true],
    ['POST', '/allocate', { service_type: 'dev', request_id: 'mine' }, true],
    ['POST', '/allocate/batch', { allocations: [KEYED] }, false],
    ['POST', '/cleanup', {}, false],
    ['POST', '/shutdown', undefined, false],
  ];
  for (const [method, path, body, isRepeatable] of cases) {
    it(`is ${isRepeatable ? '' : 'not '}sent again: ${method} ${path} ${JSON.stringify(body)}`, () => {
      const prepared = prepare(method, path, body);
      assert.equal(prepared.isRepeatable, isRepeatable);
      assert.deepEqual(prepared.body, body);
    });
  }

  it('gets a request id of its own where it could be granted twice', () => {
    for (const body of [{ service_type: 'dev' }, { ...KEYED, new: true }]) {
      const [first, second] = [prepare('POST', '/allocate', body), prepare('POST', '/allocate', body)];
      assert.equal(first.isRepeatable, true);
      const ids = [first, second].map((each) => (each.body as { request_id: string }).request_id);
      for (const id of ids) assert.match(id, /^[A-Za-z0-9-]{20,100}$/);
      assert.notEqual(ids[0], ids[1]);
    }
  });
});
