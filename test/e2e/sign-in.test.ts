// Proves the sign-in of a browser over TCP: the files and their policy, the code that works once, the session and its end.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { OverviewAnswer, SignInAnswer, SignInCodeAnswer } from '../../src/api/schemas-dashboard.ts';
import { openPlace, type Place } from './cli-harness.ts';
import { startDaemon, type TestDaemon } from './daemon-fixture.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon({ isBuilt: true });
});
after(() => daemon.stop());

const newCode = async (): Promise<string> =>
  (await daemon.request<SignInCodeAnswer>('POST', '/ui/code')).body.code;
const bearing = (token: string) => ({ authorization: `Bearer ${token}` });
const exchange = (code: string) => daemon.tcp<SignInAnswer>('POST', '/ui/session', undefined, bearing(code));
const nobody = { authorization: undefined };

describe('the files of the dashboard', () => {
  it('come with a policy that lets nothing else in', async () => {
    const page = await daemon.tcp('GET', '/', undefined, nobody);
    assert.equal(page.status, 200);
    assert.match(String(page.headers['content-type']), /^text\/html/);
    const policy = String(page.headers['content-security-policy']);
    for (const part of [
      "default-src 'none'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "script-src 'self'",
    ])
      assert.ok(policy.includes(part), part);
    assert.doesNotMatch(policy, /unsafe|http|\*|data:/);
    assert.equal(page.headers['x-content-type-options'], 'nosniff');
    assert.equal(page.headers['set-cookie'], undefined);
    const files = [...page.text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
    assert.equal(files.length, 3);
    for (const path of files) {
      const asPage = { ...nobody, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'no-cors' };
      const file = await daemon.tcp('GET', path, undefined, { ...asPage, 'accept-encoding': 'gzip' });
      assert.deepEqual([file.status, file.headers['content-encoding']], [200, 'gzip'], path);
      assert.match(String(file.headers['cache-control']), /immutable/);
      assert.equal(file.headers['x-content-type-options'], 'nosniff');
    }
  });

  it('are not for other pages, and there are no others', async () => {
    for (const site of ['cross-site', 'same-site']) {
      const headers = { ...nobody, 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' };
      assert.equal((await daemon.tcp('GET', '/', undefined, headers)).status, 403);
    }
    for (const path of ['/assets/index.html', '/assets/auth.token', '/assets/..%2findex.html', '/assets/'])
      assert.equal((await daemon.tcp('GET', path, undefined, nobody)).status, 404, path);
  });
});

describe('the sign-in of a browser', () => {
  it('takes a code once, for a session that does what the token does', async () => {
    const code = await newCode();
    const { status, body, headers } = await exchange(code);
    assert.deepEqual([status, headers['set-cookie'], headers['cache-control']], [200, undefined, 'no-store']);
    const overview = await daemon.tcp<OverviewAnswer>('GET', '/overview', undefined, bearing(body.token));
    assert.equal(overview.status, 200);
    assert.ok(overview.body.ranges.some(({ service_type: type }) => type === 'dev'));
    assert.equal((await exchange(code)).status, 401);
  });

  it('takes of many who come with one code a single one', async () => {
    const code = await newCode();
    const answers = await Promise.all(Array.from({ length: 8 }, () => exchange(code)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  });

  it('takes no code for anything else, and nothing else for a code', async () => {
    const code = await newCode();
    assert.equal((await daemon.tcp('GET', '/overview', undefined, bearing(code))).status, 401);
    assert.equal((await daemon.tcp('GET', '/ui/session', undefined, bearing(code))).status, 401);
    assert.equal((await exchange(daemon.token)).status, 401);
    assert.equal((await daemon.tcp('POST', `/ui/session?code=${code}`, undefined, nobody)).status, 401);
    const cookie = { ...nobody, cookie: `token=${daemon.token}; code=${code}` };
    assert.equal((await daemon.tcp('POST', '/ui/session', undefined, cookie)).status, 401);
    const foreign = { ...bearing(code), origin: 'http://evil.com' };
    assert.equal((await daemon.tcp('POST', '/ui/session', undefined, foreign)).status, 403);
    assert.equal((await exchange(code)).status, 200, 'none of them used it');
  });

  it('keeps a session over a restart, and ends it with the token', async () => {
    const { body } = await exchange(await newCode());
    const asks = async () => (await daemon.tcp('GET', '/status', undefined, bearing(body.token))).status;
    await daemon.end();
    await daemon.restart();
    assert.equal(await asks(), 200);
    await daemon.request('POST', '/token/rotate');
    assert.equal(await asks(), 401);
  });
});

describe('styxy ui', () => {
  let place: Place;
  before(() => {
    place = openPlace();
  });
  after(() => place.close());

  it('prints the link, and over SSH the tunnel with the same port', async () => {
    const printed = await place.styxy(['ui', '--print']);
    const [, port = ''] = /^http:\/\/127\.0\.0\.1:(\d+)\/#code=[\w-]{43}\n$/.exec(printed.stdout) ?? [];
    assert.deepEqual([printed.status, printed.stderr], [0, '']);
    const env = { SSH_CONNECTION: '192.0.2.7 52011 192.0.2.1 22' };
    const remote = await place.styxy(['ui'], { env });
    assert.match(remote.stdout, /^http:\/\/127\.0\.0\.1:\d+\/#code=/);
    assert.match(remote.stderr, new RegExp(`ssh -N -L ${port}:127\\.0\\.0\\.1:${port} .*192\\.0\\.2\\.1`));
    const json = JSON.parse((await place.styxy(['ui', '--json'], { env })).stdout);
    assert.deepEqual([json.success, json.opened], [true, false]);
    assert.match(json.tunnel, /^ssh -N/);
  });

  it('opens the browser, and prints no code then', { skip: process.platform !== 'linux' }, async () => {
    const bin = place.directory('bin');
    const opened = join(place.dir, 'opened');
    writeFileSync(join(bin, 'xdg-open'), `#!/bin/sh\necho "$1" >'${opened}'\n`, { mode: 0o755 });
    const env = { DISPLAY: ':77', PATH: `${bin}:${process.env.PATH}` };
    const { status, stdout, stderr } = await place.styxy(['ui'], { env });
    assert.deepEqual([status, stdout, stderr], [0, '', 'The dashboard opens in your browser.\n']);
    assert.match(readFileSync(opened, 'utf8'), /^http:\/\/127\.0\.0\.1:\d+\/#code=[\w-]{43}\n$/);
  });

  it('says where no browser can be opened, and prints the link', async () => {
    const { status, stdout, stderr } = await place.styxy(['ui']);
    assert.equal(status, 0);
    assert.match(stdout, /^http:\/\/127\.0\.0\.1:\d+\/#code=/);
    assert.match(stderr, /No browser could be opened/);
  });
});
