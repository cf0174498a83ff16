// Proves that the examples on the pages of errors are what the program says: each code is provoked, and the forms compared.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import type { AllocateAnswer, AllocationsAnswer } from '../../src/api/schemas.ts';
import { ERROR_CODES, type ErrorCode } from '../../src/errors.ts';
import { exampleProblem } from '../../src/explanations/all.ts';
import { openPlace } from './cli-harness.ts';
import {
  type Fields,
  type Headers,
  startDaemon,
  startRival,
  startToFail,
  type TestDaemon,
} from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';
import { until } from './run-fixture.ts';

/** Codes that no daemon can be made to say here and at once, each with what shows its sentence instead. */
const ELSEWHERE: Readonly<Partial<Record<ErrorCode, string>>> = {
  INTERNAL: 'a bug',
  STORE_UNAVAILABLE: 'a disk that fails: test/contract',
  STORE_FULL: 'a full disk: test/e2e/full-disk.test.ts',
  SYSTEM_LIMIT: 'a daemon without descriptors: test/contract/os-probe-limit.test.ts',
  PORTS_UNREADABLE: 'a machine without /proc and tools: the unit tests of the handlers',
  REQUEST_TIMEOUT: 'a client that is silent for long: test/e2e/security.test.ts',
  HOME_UNUSABLE: 'a home on a network: test/e2e/daemon-places.test.ts',
  WAIT_TIMEOUT: 'the command line: test/e2e/adopt-wait.test.ts',
  AUTOSTART_UNAVAILABLE: 'a machine without service managers: test/e2e/autostart.test.ts',
  PROJECT_FILE_MISSING: 'the command line: test/e2e/up.test.ts',
  PROJECT_FILE_INVALID: 'the command line: test/e2e/up.test.ts',
  ALREADY_UP: 'the command line: test/e2e/up.test.ts',
  FILE_NOT_OURS: 'the command line: test/e2e/autostart.test.ts',
};

const [FIRST, LAST] = freeRange('explaining', 6);
const root = realpathSync(mkdtempSync(join(tmpdir(), 'styxy-examples-')));
const shop = join(root, 'shop');
const WEB = { service_type: 'dev', service_name: 'web', project_path: shop, preferred_port: FIRST };
const MODEL = { service_type: 'ai', service_name: 'ollama' };
const servers = [net.createServer(), net.createServer()];
let daemon: TestDaemon;
let web: AllocateAnswer;

const ask = (path: string, body?: unknown, method = 'POST', headers: Headers = {}) =>
  daemon.request(method, path, body, headers).then((answer) => answer.body);
const other = { service_type: 'dev', service_name: 'other', project_path: '/src/blog' };
const grant = async (body: object) => (await daemon.request<AllocateAnswer>('POST', '/allocate', body)).body;

before(async () => {
  const dev = { range: [FIRST, FIRST] };
  const ai = { range: [FIRST + 1, LAST - 2], instance_behavior: 'single' };
  const wide = { range: [LAST - 1, LAST] };
  daemon = await startDaemon({
    config: {
      service_types: { dev, ai, wide },
      auto_allocation: { enabled: false },
      quotas: { max_leases_per_project: 2 },
    },
  });
  mkdirSync(join(shop, '.git'), { recursive: true });
  writeFileSync(join(shop, '.git', 'HEAD'), 'ref: refs/heads/main\n');
  web = await grant({ ...WEB, pid: process.pid });
  const model = await grant({ ...MODEL, project_path: shop, pid: process.pid });
  for (const [index, port] of [web.port, model.port].entries())
    await new Promise<void>((resolve) => servers[index]?.listen(port, '127.0.0.1', resolve));
  await until('both to be seen', async () => {
    const { body } = await daemon.request<AllocationsAnswer>('GET', '/allocations');
    return body.allocations.every(({ state }) => state === 'active') ? true : null;
  });
});
after(async () => {
  for (const server of servers) server.close();
  await daemon.stop();
  rmSync(root, { recursive: true, force: true });
});

/** How each code is provoked. */
const PROVOKED: Readonly<Partial<Record<ErrorCode, () => Promise<Fields>>>> = {
  INVALID_REQUEST: () => ask('/allocate', { ...WEB, preferred_port: 80 }),
  UNAUTHORIZED: async () =>
    (await daemon.tcp('GET', '/status', undefined, { authorization: undefined })).body,
  FORBIDDEN: async () =>
    (await daemon.tcp('GET', '/status', undefined, { origin: 'http://localhost:5173' })).body,
  NOT_FOUND: () => ask('/nothing', undefined, 'GET'),
  METHOD_NOT_ALLOWED: () => ask('/allocate', undefined, 'GET'),
  PAYLOAD_TOO_LARGE: () => ask('/allocate', JSON.stringify({ ...WEB, service_name: 'x'.repeat(70_000) })),
  UNSUPPORTED_MEDIA_TYPE: () => ask('/allocate', '{}', 'POST', { 'content-type': 'text/plain' }),
  HEADERS_TOO_LARGE: async () => {
    const head = `GET /health HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\n`;
    const text = await daemon.raw(`${head}X: ${'x'.repeat(20_000)}\r\n\r\n`);
    return JSON.parse(text.slice(text.indexOf('{')));
  },
  TOO_MANY_REQUESTS: async () => {
    for (;;) {
      const { body } = await daemon.tcp('GET', '/status', undefined, { authorization: 'Bearer wrong' });
      if (body.code !== 'UNAUTHORIZED') return body;
    }
  },
  UNKNOWN_SERVICE_TYPE: () => ask('/allocate', { service_type: 'grpc' }),
  LEASE_NOT_FOUND: () => ask('/allocate/7f3a9c51e0b24d8863aa', undefined, 'DELETE'),
  INSTANCE_NOT_FOUND: () => ask('/instance/agent-2/heartbeat', undefined, 'PUT'),
  PORT_UNAVAILABLE: () => ask('/allocate', { ...other, preferred_port: FIRST, exact: true }),
  RANGE_EXHAUSTED: () => ask('/allocate', other),
  QUOTA_EXCEEDED: () => ask('/allocate', { service_type: 'wide', project_path: shop }),
  STALE_FENCE: () => ask(`/allocate/${web.lock_id}?fence=${web.fence + 1}`, undefined, 'DELETE'),
  LEASE_IN_USE: () => ask(`/allocate/${web.lock_id}?project_path=/src/blog`, undefined, 'DELETE'),
  SINGLETON_HELD: () => ask('/allocate', { ...MODEL, project_path: '/src/blog', new: true }),
  CONFIG_NOT_WRITABLE: () => {
    chmodSync(daemon.home.config, 0o444);
    return ask('/config/auto-allocation', { enabled: true }, 'PUT');
  },
  DAEMON_UNREACHABLE: async () => {
    const place = openPlace();
    const env = { ...place.env, STYXY_AUTOSTART: '0' };
    const { stdout } = await place.styxy(['list', '--json'], { env });
    await place.close();
    return JSON.parse(stdout);
  },
  STORE_NEWER: async () => {
    const failed = await startToFail({
      prepare: ({ store }) => {
        const db = new DatabaseSync(store);
        db.exec('CREATE TABLE later (x); PRAGMA user_version = 4711');
        db.close();
        chmodSync(store, 0o600);
      },
    });
    return failed.problem;
  },
  ALREADY_RUNNING: async () => (await startRival(daemon)).problem,
  HOME_UNSAFE: async () => {
    const failed = await startToFail({
      prepare: ({ token }) => {
        writeFileSync(token, 'a'.repeat(64));
        chmodSync(token, 0o644);
      },
    });
    return failed.problem;
  },
};
/** The sentence without what is another on every machine. */
function formOf(text: unknown): string {
  return String(text)
    .replace(/[0-9a-f]{20}/g, 'ID')
    .replace(/(?<=this machine, and )[^;]*?(?= \(pid)/, 'SERVER')
    .replace(/(?<=Use one of ).*(?=, add)/, 'TYPES')
    .replace(/(?:\/[\w.@-]+)+/g, 'PATH')
    .replace(/\d+/g, 'N');
}

const WHOLE = new Set(Object.keys(exampleProblem('INTERNAL')));

/** What is told beside the sentences, by its names. */
const fieldsOf = (problem: object): string[] =>
  Object.keys(problem)
    .filter((name) => !WHOLE.has(name))
    .sort();

describe('the example on the page of', () => {
  for (const code of ERROR_CODES) {
    const provoke = PROVOKED[code];
    if (provoke === undefined) continue;
    it(`${code} is what the program says`, async () => {
      const problem = await provoke();
      const example = exampleProblem(code);
      assert.equal(problem.code, code);
      assert.equal(formOf(problem.detail), formOf(example.detail));
      assert.equal(formOf(problem.hint), formOf(example.hint));
      assert.deepEqual(fieldsOf(problem), fieldsOf(example));
    });
  }

  it('every code is compared here, or it is said where its sentence is shown', () => {
    const known = [...Object.keys(PROVOKED), ...Object.keys(ELSEWHERE)];
    assert.deepEqual(known.sort(), [...ERROR_CODES].sort());
  });
});
