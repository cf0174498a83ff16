import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Candidate, createContainerLookup, type Engines } from './lookup.ts';

const candidate = (port: number): Candidate => ({ protocol: 'tcp', port });
const never: Engines = () => new Promise(() => {});
const proxy = { protocol: 'tcp', port: 8080, container: '172.17.0.2:80' };

test("the engine's name comes before the proxy's address", async () => {
  let searched = 0;
  const lookup = createContainerLookup(
    async () => new Map([['tcp 8080', 'web']]),
    async () => {
      searched += 1;
      return [proxy];
    },
  );
  assert.deepEqual([...(await lookup([candidate(8080)]))], [['tcp 8080', 'web']]);
  assert.equal(searched, 0, 'nobody looks through all processes for a name that is known');
});

const failing: readonly (readonly [string, Engines])[] = [
  ['is not there', async () => null],
  ['fails', () => Promise.reject(new Error('no'))],
  ['does not answer', never],
];
for (const [what, engines] of failing) {
  test(`names the address where the engine ${what}`, async () => {
    const lookup = createContainerLookup(engines, async () => [proxy], 5);
    assert.deepEqual(
      [...(await lookup([candidate(8080), candidate(8081)]))],
      [['tcp 8080', '172.17.0.2:80']],
    );
  });
}

test('an answer that comes late is there the next time', async () => {
  const { promise, resolve } = Promise.withResolvers<ReadonlyMap<string, string>>();
  const lookup = createContainerLookup(
    () => promise,
    async () => [proxy],
    1,
  );
  assert.equal((await lookup([candidate(8080)])).get('tcp 8080'), '172.17.0.2:80');
  resolve(new Map([['tcp 8080', 'web']]));
  assert.equal((await lookup([candidate(8080)])).get('tcp 8080'), 'web');
});

test('asks nobody when there is no candidate, and once for many', async () => {
  let asked = 0;
  const lookup = createContainerLookup(
    async () => {
      asked += 1;
      return new Map();
    },
    async () => [],
  );
  assert.equal((await lookup([])).size, 0);
  assert.equal(asked, 0);
  await Promise.all([lookup([candidate(1)]), lookup([candidate(2)]), lookup([candidate(3)])]);
  assert.equal(asked, 1);
});
