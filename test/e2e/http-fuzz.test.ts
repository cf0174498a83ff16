// Throws arbitrary requests at every operation of a real daemon: none may end in a 5xx, and no 4xx may change anything.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import fc from 'fast-check';
import type { Operation } from '../../src/api/operation.ts';
import { operationEntries } from '../../src/api/operations.ts';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.stop());

/** Those that end the daemon or stay open are tested elsewhere. */
const OPERATIONS = operationEntries().filter(([id]) => !['shutdown', 'hold', 'events'].includes(id));
const TIME_LIMIT_MS = 4_000;

const nasty = fc.constantFrom<unknown>(
  '',
  '-x',
  '../..',
  'a;b',
  '$(id)',
  '\u0000',
  '\u202e',
  '💩',
  'x'.repeat(300),
  '/tmp/f',
  'dev',
  'web',
  'udp',
  0,
  -1,
  1,
  3000,
  1.5,
  65_536,
  1e21,
  2 ** 53,
  true,
  false,
  null,
  [],
  {},
  [[]],
  { a: { b: 1 } },
);
const value = fc.oneof(
  { weight: 3, arbitrary: nasty },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** A body that has the operation's own fields often enough to get past the first check. */
function bodyOf({ body }: Operation): fc.Arbitrary<unknown> {
  if (body === undefined) return fc.oneof(fc.constant(undefined), value);
  // A short term or a process that ends would end a lease by itself, between the two looks at the state.
  const fields = Object.keys(body.properties).filter((name) => name !== 'ttl_seconds' && name !== 'pid');
  const own = fc.dictionary(fc.constantFrom(...fields, 'nope', '__proto__'), value, { maxKeys: 5 });
  const likely = own.map((given) => ({ service_type: 'dev', ...given }));
  const batch = fc.array(likely, { maxLength: 4 }).map((allocations) => ({ allocations }));
  return fc.oneof(
    own,
    ...('service_type' in body.properties ? [likely] : []),
    ...('allocations' in body.properties ? [batch] : []),
    value,
  );
}

function pathOf({ path, query }: Operation): fc.Arbitrary<string> {
  const piece = fc.oneof(
    nasty.map(String),
    fc.string({ maxLength: 20 }),
    fc.constantFrom('3000', 'main', 'batch', 'list'),
  );
  const names = [...Object.keys(query?.properties ?? {}), 'nope', 'token'];
  const pairs = fc.array(fc.tuple(fc.constantFrom(...names), piece), { maxLength: 3 });
  return fc.tuple(piece, pairs).map(([param, given]) => {
    const search = given.map(([name, text]) => `${name}=${encode(text)}`).join('&');
    return `${path.replace(/:\w+/, encode(param) || 'x')}${search === '' ? '' : `?${search}`}`;
  });
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

const request = fc.constantFrom(...OPERATIONS).chain(([id, operation]) =>
  fc.record({
    id: fc.constant(id),
    method: fc.constant(operation.method),
    path: pathOf(operation),
    body: bodyOf(operation),
  }),
);

async function stateOf(): Promise<string> {
  const { text } = await daemon.request('GET', '/allocations');
  const { body } = await daemon.request<{ instances: Record<string, unknown>[] }>('GET', '/instance/list');
  return JSON.stringify([text, body.instances.map(({ last_seen_at: _seen, ...rest }) => rest)]);
}

it('whatever is sent to any operation, no answer is a 5xx and no refusal changes anything', async () => {
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, body }) => {
      const before = await stateOf();
      const answer = await daemon.request(method, path, body);
      assert.ok(answer.status >= 200 && answer.status < 500, `${method} ${path} → ${answer.text}`);
      if (answer.status < 400) return;
      assert.equal(answer.headers['content-type'], 'application/problem+json');
      assert.equal(answer.body.status, answer.status);
      assert.equal(await stateOf(), before, `${method} ${path}`);
    }),
    { numRuns: 2_000, interruptAfterTimeLimit: TIME_LIMIT_MS },
  );
  assert.equal((await daemon.request('GET', '/health')).status, 200);
});

it('whatever bytes come as a body, no answer is a 5xx', async () => {
  const bodies = fc.oneof(
    fc.json(),
    fc.json().map((text) => text.slice(0, -1)),
    fc.string({ unit: 'binary', maxLength: 200 }),
  );
  const operations = OPERATIONS.filter(([, { body }]) => body !== undefined).map(
    ([, operation]) => operation,
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...operations), bodies, async ({ method, path }, body) => {
      const answer = await daemon.request(method, path.replace(/:\w+/, 'x'), body);
      assert.ok(answer.status < 500, `${method} ${path} ${JSON.stringify(body)} → ${answer.text}`);
    }),
    { numRuns: 1_000, interruptAfterTimeLimit: TIME_LIMIT_MS },
  );
});
