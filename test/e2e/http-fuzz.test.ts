// Throws arbitrary requests at every operation of a real daemon: none may end in a 5xx, and no 4xx may change anything.

import assert from 'node:assert/strict';
import http from 'node:http';
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
/** How much longer than usual; `npm run test:full` sets it. */
const FACTOR = Number(process.env.STYXY_FUZZ ?? 1);
const TIME_LIMIT_MS = 4_000 * Math.max(1, FACTOR / 5);

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
    { numRuns: 2_000 * FACTOR, interruptAfterTimeLimit: TIME_LIMIT_MS },
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
    { numRuns: 1_000 * FACTOR, interruptAfterTimeLimit: TIME_LIMIT_MS },
  );
});

/** Everything but what ends the daemon; those that stay open are closed as soon as they answer. */
const ALL = operationEntries().filter(([id]) => id !== 'shutdown');
/** Those that mean something to the daemon, to Node or to whatever stands between; lengths are tested elsewhere. */
const HEADERS = [
  ...['host', 'origin', 'referer', 'authorization', 'cookie', 'user-agent', 'last-event-id', 'content-type'],
  ...['content-encoding', 'accept', 'accept-encoding', 'connection', 'keep-alive', 'upgrade', 'expect', 'te'],
  ...[
    'range',
    'if-none-match',
    'sec-fetch-site',
    'sec-fetch-mode',
    'x-forwarded-for',
    'x-http-method-override',
  ],
  ...['styxy-pid-namespace', 'forwarded', 'via', '__proto__', 'constructor'],
];
const headerValue = fc.oneof(
  fc.string({
    unit: fc
      .integer({ min: 0x20, max: 0xff })
      .filter((code) => code !== 0x7f)
      .map((code) => String.fromCharCode(code)),
    maxLength: 60,
  }),
  fc.constantFrom(
    ...[
      '',
      ' ',
      '0',
      '-1',
      '1e999',
      '9'.repeat(30),
      'null',
      'localhost',
      'localhost:1',
      'evil.example',
      '[::1]:1',
    ],
    ...[
      'http://evil.example',
      'file:///',
      'Bearer',
      'Bearer x',
      'Basic eDp5',
      'application/json',
      'text/plain',
    ],
    ...['application/json; charset=utf-16', 'multipart/form-data', 'gzip', 'close', 'keep-alive', 'upgrade'],
    ...['websocket', 'h2c', '100-continue', '200-maybe', 'bytes=0-', 'cross-site', 'no-cors', 'DELETE'],
    ...[`styxy/1 (${'x'.repeat(300)})`, 'styxy/1.0.0 (run; pid 99999999999; instance ;)', 'x'.repeat(4_000)],
  ),
);
const headers = fc.array(fc.tuple(fc.constantFrom(...HEADERS), headerValue), { minLength: 1, maxLength: 5 });
const headed = fc.constantFrom(...ALL).chain(([, operation]) =>
  fc.record({
    method: fc.constant(operation.method),
    path: pathOf(operation),
    body: fc.option(bodyOf(operation), { nil: undefined }),
    headers,
    isTcp: fc.boolean(),
  }),
);

interface Headed {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly headers: readonly (readonly [string, string])[];
  readonly isTcp: boolean;
}

/** The status of the answer, without waiting for its end; null where the connection was closed. */
function statusOf({ method, path, body, headers: given, isTcp }: Headed): Promise<number | null> {
  const place = isTcp ? { host: '127.0.0.1', port: daemon.port } : { socketPath: daemon.home.socket };
  return new Promise((resolve) => {
    const asked = http.request({ ...place, method, path, agent: false }, (response) => {
      response.on('error', () => {});
      resolve(response.statusCode ?? 0);
      asked.destroy();
    });
    asked.on('error', () => resolve(null));
    if (isTcp) asked.setHeader('authorization', `Bearer ${daemon.token}`);
    if (body !== undefined) asked.setHeader('content-type', 'application/json');
    for (const [name, text] of given) asked.setHeader(name, text);
    asked.flushHeaders();
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

it('whatever headers come with it, no answer is a 5xx and no refusal changes anything', async () => {
  const answered = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(headed, async (asked) => {
      const before = await stateOf();
      const status = await statusOf(asked);
      answered.set(`${status}`, (answered.get(`${status}`) ?? 0) + 1);
      assert.ok(status === null || (status >= 100 && status < 500), `${JSON.stringify(asked)} → ${status}`);
      if (status !== null && status < 400) return;
      assert.equal(await stateOf(), before, JSON.stringify(asked));
    }),
    { numRuns: 1_500 * FACTOR, interruptAfterTimeLimit: TIME_LIMIT_MS },
  );
  for (const status of ['200', '400']) assert.ok(answered.has(status), JSON.stringify([...answered]));
  assert.equal((await daemon.request('GET', '/health')).status, 200);
});
