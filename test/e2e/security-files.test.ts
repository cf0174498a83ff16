// Proves that the daemon refuses a home, a token, a store or an address that others could reach, and says which and why.

import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, it } from 'node:test';
import type { Home } from '../../src/home.ts';
import { startDaemon, startRival, startToFail } from './daemon-fixture.ts';

const isRoot = process.geteuid?.() === 0;
const someToken = 'a'.repeat(64);

function put(path: string, mode = 0o600): void {
  writeFileSync(path, path.endsWith('.token') ? someToken : '');
  chmodSync(path, mode);
}

const FAULTS: readonly [string, (path: string) => void, boolean][] = [
  [
    'is a symbolic link',
    (path) => {
      put(`${path}.real`);
      symlinkSync(`${path}.real`, path);
    },
    true,
  ],
  ['is a link to nowhere', (path) => symlinkSync('/nonexistent/x', path), true],
  ['is readable by its group', (path) => put(path, 0o640), true],
  ['is writable by others', (path) => put(path, 0o602), true],
  [
    'has two names',
    (path) => {
      put(path);
      linkSync(path, `${path}.other`);
    },
    true,
  ],
  ['is a directory', (path) => mkdirSync(path), true],
  [
    'is of another owner',
    (path) => {
      put(path);
      chownSync(path, 12_345, 12_345);
    },
    isRoot,
  ],
];

describe('files', () => {
  for (const [file, pathOf] of [
    ['the token', (home: Home) => home.token],
    ['the store', (home: Home) => home.store],
  ] as const) {
    for (const [what, spoil, can] of FAULTS) {
      it(`${file} ${what}: no start`, { skip: can ? false : 'needs root' }, async () => {
        let path = '';
        const failed = await startToFail({
          prepare: (home) => {
            path = pathOf(home);
            spoil(path);
          },
        });
        assert.equal(failed.status, 1, failed.stderr);
        assert.equal(failed.problem.code, 'HOME_UNSAFE', JSON.stringify(failed.problem));
        assert.ok(String(failed.problem.detail).includes(path), String(failed.problem.detail));
        assert.ok(failed.stderr.includes(path));
        assert.equal(failed.stderr.trim().split('\n').length, 1, failed.stderr);
      });
    }
  }
  it('everything in the home is for its owner alone', async () => {
    const daemon = await startDaemon();
    await daemon.request('POST', '/allocate', { service_type: 'dev' });
    const { dir, token, store, socket, daemonInfo, logs } = daemon.home;
    const modes = [dir, logs, token, store, socket, daemonInfo].map((path) =>
      (statSync(path).mode & 0o777).toString(8),
    );
    assert.deepEqual(modes, ['700', '700', '600', '600', '600', '600']);
    assert.match(daemon.token, /^[0-9a-f]{64}$/);
    await daemon.stop();
  });
  it('a home of our own that others may enter is closed', async () => {
    const daemon = await startDaemon({ prepare: (home) => chmodSync(home.dir, 0o755) });
    assert.equal(statSync(daemon.home.dir).mode & 0o777, 0o700);
    await daemon.stop();
  });
  it("root does not work in another user's home", { skip: isRoot ? false : 'needs root' }, async () => {
    const failed = await startToFail({ prepare: (home) => chownSync(home.dir, 12_345, 12_345) });
    assert.equal(failed.problem.code, 'HOME_UNSAFE');
  });
  it('an empty token is replaced, a usable one is kept', async () => {
    const emptied = await startDaemon({ prepare: (home) => writeFileSync(home.token, '', { mode: 0o600 }) });
    assert.match(emptied.token, /^[0-9a-f]{64}$/);
    assert.equal((await emptied.tcp('GET', '/status')).status, 200);
    assert.equal((await emptied.tcp('GET', '/status', undefined, { authorization: 'Bearer ' })).status, 401);
    await emptied.stop();
    const kept = await startDaemon({ prepare: (home) => put(home.token) });
    assert.equal(
      (await kept.tcp('GET', '/status', undefined, { authorization: `Bearer ${someToken}` })).status,
      200,
    );
    await kept.stop();
  });
  it('the token is in no log and no answer', async () => {
    const daemon = await startDaemon({ env: { STYXY_LOG_LEVEL: 'trace' } });
    const answers = [
      await daemon.tcp('GET', '/status'),
      await daemon.tcp('GET', '/config'),
      await daemon.tcp('GET', `/nope?token=${daemon.token}`),
      await daemon.tcp('GET', `/check/${daemon.port}`),
    ];
    const status = answers[0]?.body.token;
    assert.equal(status, `${daemon.token.slice(0, 4)}***${daemon.token.slice(-4)}`);
    for (const answer of answers) assert.ok(!answer.text.includes(daemon.token));
    const { token } = daemon;
    await daemon.end();
    assert.ok(!readFileSync(`${daemon.home.logs}/daemon.log`, 'utf8').includes(token));
    await daemon.stop();
  });
});

describe('addresses', () => {
  for (const address of [
    '0.0.0.0',
    '::',
    '::ffff:0.0.0.0',
    '',
    '[::]',
    '0',
    '192.0.2.1',
    'example.com',
    '::ffff:192.0.2.1',
  ]) {
    it(`${JSON.stringify(address)} is not listened on`, async () => {
      const failed = await startToFail({ args: [`--listen=${address}`] });
      assert.equal(failed.status, 1, failed.stderr);
      assert.equal(failed.problem.code, 'INVALID_REQUEST');
    });
  }
  it('an open one is listened on when somebody insists, and its Host is still checked', async () => {
    const daemon = await startDaemon({ args: ['--listen', '0.0.0.0', '--dangerously-listen'] });
    assert.equal((await daemon.tcp('GET', '/status')).status, 200);
    assert.equal(
      (await daemon.tcp('GET', '/status', undefined, { host: `192.0.2.7:${daemon.port}` })).status,
      200,
    );
    assert.equal(
      (await daemon.tcp('GET', '/status', undefined, { host: `evil.com:${daemon.port}` })).status,
      403,
    );
    await daemon.stop();
  });
});

describe('one daemon', () => {
  it('is all that a home has; the second names the first', async () => {
    const daemon = await startDaemon();
    const rival = await startRival(daemon);
    assert.equal(rival.status, 1);
    assert.equal(rival.problem.code, 'ALREADY_RUNNING');
    assert.ok(String(rival.problem.detail).includes(String(daemon.pid)), String(rival.problem.detail));
    assert.equal((await daemon.request('GET', '/health')).status, 200);
    await daemon.stop();
  });
  it('takes over what a killed one left', async () => {
    const daemon = await startDaemon();
    const lease = await daemon.request('POST', '/allocate', {
      service_type: 'dev',
      service_name: 'a',
      project_path: '/tmp/a',
    });
    await daemon.kill9();
    assert.ok(statSync(daemon.home.socket).isSocket());
    await daemon.restart();
    const { body } = await daemon.request<{ allocations: { lock_id: string }[] }>('GET', '/allocations');
    assert.deepEqual(
      body.allocations.map(({ lock_id }) => lock_id),
      [lease.body.lock_id],
    );
    await daemon.stop();
  });
  it('refuses a port that is none', async () => {
    for (const port of ['70000', '-1', '80', 'x', '1.5']) {
      const failed = await startToFail({ env: { STYXY_API_PORT: port } });
      assert.equal(failed.problem.code, 'INVALID_REQUEST', port);
    }
  });
  it('says in one line what is wrong with a home that cannot be', async () => {
    const failed = await startToFail({
      prepare: (home) => {
        rmSync(home.dir, { recursive: true });
        writeFileSync(home.dir, '');
      },
    });
    assert.equal(failed.problem.code, 'HOME_UNUSABLE', JSON.stringify(failed));
  });
});
