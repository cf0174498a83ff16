// Proves the security table of the contract against a real daemon, row by row, over real sockets.

import assert from 'node:assert/strict';
import net from 'node:net';
import { networkInterfaces } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { type Answer, type Headers, startDaemon, type TestDaemon } from './daemon-fixture.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.stop());

const lease = { service_type: 'dev', service_name: 'web', project_path: '/tmp/security' };

/** Sends a request, and checks the problem document and that nothing changed. */
async function refused(status: number, code: string, send: () => Promise<Answer>): Promise<Answer> {
  const before = await stateOf();
  const answer = await send();
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.body.code, code, answer.text);
  assert.equal(answer.headers['content-type'], 'application/problem+json');
  for (const field of ['type', 'title', 'detail', 'hint']) assert.equal(typeof answer.body[field], 'string');
  assert.equal(answer.body.success, false);
  assert.equal(answer.body.status, status);
  assert.deepEqual(
    Object.keys(answer.headers).filter((name) => name.startsWith('access-control-')),
    [],
  );
  assert.equal(await stateOf(), before);
  return answer;
}

/** Everything that a request could have changed. */
async function stateOf(): Promise<string> {
  const { body: leases } = await daemon.request('GET', '/allocations');
  const { body: instances } = await daemon.request<{ instances: Record<string, unknown>[] }>(
    'GET',
    '/instance/list',
  );
  const still = instances.instances.map(({ last_seen_at: _seen, ...rest }) => rest);
  return JSON.stringify([leases, still]);
}

const allocate = (headers: Headers) => () => daemon.tcp('POST', '/allocate', lease, headers);
const statusOf = (text: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);

describe('Host', () => {
  for (const name of [
    'evil.com',
    '127.0.0.1.nip.io',
    'localhost',
    'localhost.:PORT',
    '0.0.0.0:PORT',
    '127.0.0.2:PORT',
    '127.0.0.1:1',
    '[::]:PORT',
    '[::ffff:127.0.0.1]:PORT',
    'localhost:PORT@evil.com',
    'user@localhost:PORT',
  ]) {
    it(`${name} is refused`, async () => {
      const host = name.replace('PORT', String(daemon.port));
      await refused(403, 'FORBIDDEN', allocate({ host }));
    });
  }
  it('an address of the local network is refused', async () => {
    const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    for (const { address, internal } of addresses) {
      if (internal || address.includes(':')) continue;
      await refused(403, 'FORBIDDEN', allocate({ host: `${address}:${daemon.port}` }));
    }
  });
  for (const [what, hosts] of [
    ['none', ''],
    ['an empty one', 'Host:\r\n'],
    ['two', 'Host: 127.0.0.1:PORT\r\nHost: evil.com\r\n'],
    ['two alike', 'Host: 127.0.0.1:PORT\r\nhost: 127.0.0.1:PORT\r\n'],
  ] as const) {
    it(`${what} is malformed`, async () => {
      const lines = hosts.replaceAll('PORT', String(daemon.port));
      const text = await daemon.raw(
        `GET /allocations HTTP/1.1\r\n${lines}Authorization: Bearer ${daemon.token}\r\nConnection: close\r\n\r\n`,
      );
      assert.equal(statusOf(text), 400, text);
      assert.match(text, /application\/problem\+json/);
      assert.match(text, /INVALID_REQUEST/);
    });
  }
  it('a second one behind two thousand headers is seen', async () => {
    const many = 'a:\r\n'.repeat(2_500);
    const text = await daemon.raw(
      `GET /health HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\n${many}Host: evil.com\r\nConnection: close\r\n\r\n`,
    );
    assert.equal(statusOf(text), 400, text);
  });
  for (const name of ['127.0.0.1', 'localhost', '[::1]', 'LOCALHOST']) {
    it(`${name} with the port is served`, async () => {
      const answer = await daemon.tcp('GET', '/allocations', undefined, { host: `${name}:${daemon.port}` });
      assert.equal(answer.status, 200, answer.text);
    });
  }
  it('a foreign authority in the request line is refused, the own one is served', async () => {
    const ask = (url: string) =>
      daemon.raw(
        `GET ${url} HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\nAuthorization: Bearer ${daemon.token}\r\nConnection: close\r\n\r\n`,
      );
    assert.equal(statusOf(await ask('http://evil.com/allocations')), 403);
    assert.equal(statusOf(await ask(`http://127.0.0.1:${daemon.port}/allocations`)), 200);
    assert.equal(statusOf(await ask('ftp://evil.com/')), 400);
  });
  it('is not asked for on the unix socket', async () => {
    assert.equal((await daemon.request('GET', '/allocations', undefined, { host: 'anything' })).status, 200);
  });
});

describe('web pages', () => {
  const cases: readonly [string, Headers][] = [
    ['Origin of another site', { origin: 'http://evil.com' }],
    ['Origin null', { origin: 'null' }],
    ['Origin file', { origin: 'file:///etc/passwd' }],
    ['Origin of another port of localhost', { origin: 'http://localhost:3000' }],
    ['Origin of our port with https', { origin: 'https://localhost:PORT' }],
    ['Origin with our address as a prefix', { origin: 'http://localhost:PORT.evil.com' }],
    ['an empty Origin', { origin: '' }],
    ['Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['Sec-Fetch-Site: same-site', { 'sec-fetch-site': 'same-site' }],
    ['Sec-Fetch-Site of a kind that is not known', { 'sec-fetch-site': 'whatever' }],
    ['Sec-Fetch-Mode: no-cors', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-site': 'same-origin' }],
  ];
  for (const [what, given] of cases) {
    it(`${what} is refused`, async () => {
      const headers = Object.fromEntries(
        Object.entries(given).map(([name, value]) => [
          name,
          String(value).replace('PORT', String(daemon.port)),
        ]),
      );
      await refused(403, 'FORBIDDEN', allocate(headers));
      await refused(403, 'FORBIDDEN', () => daemon.tcp('GET', '/health', undefined, headers));
    });
  }
  it('a preflight is refused', async () => {
    await refused(403, 'FORBIDDEN', () =>
      daemon.tcp('OPTIONS', '/allocate', undefined, {
        authorization: undefined,
        origin: 'http://evil.com',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      }),
    );
  });
  it('our own origin is served', async () => {
    const origin = `http://127.0.0.1:${daemon.port}`;
    const headers = { origin, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' };
    assert.equal((await daemon.tcp('GET', '/allocations', undefined, headers)).status, 200);
  });
});

describe('token', () => {
  const wrong = 'f'.repeat(64);
  const cases: readonly [string, string, Headers][] = [
    ['missing', '/allocate', { authorization: undefined }],
    ['wrong', '/allocate', { authorization: `Bearer ${wrong}` }],
    ['empty', '/allocate', { authorization: 'Bearer ' }],
    ['of another scheme', '/allocate', { authorization: 'Basic TOKEN' }],
    ['bare', '/allocate', { authorization: 'TOKEN' }],
    ['in the query', '/allocate?token=TOKEN&access_token=TOKEN', { authorization: undefined }],
    [
      'in a cookie',
      '/allocate',
      { authorization: undefined, cookie: 'token=TOKEN; Authorization=Bearer TOKEN' },
    ],
    ['too long', '/allocate', { authorization: 'Bearer TOKENTOKEN' }],
    ['cut short', '/allocate', { authorization: 'Bearer SHORT' }],
  ];
  const fill = (text: string): string =>
    text.replaceAll('TOKEN', daemon.token).replaceAll('SHORT', daemon.token.slice(0, 63));
  for (const [what, path, headers] of cases) {
    it(`${what} is refused`, async () => {
      const filled = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [
          name,
          value === undefined ? value : fill(String(value)),
        ]),
      );
      const answer = await refused(401, 'UNAUTHORIZED', () => daemon.tcp('POST', fill(path), lease, filled));
      assert.match(String(answer.headers['www-authenticate']), /^Bearer/);
    });
  }
  it('is not needed for health and the files of the dashboard, and for nothing else', async () => {
    const none = { authorization: undefined };
    assert.equal((await daemon.tcp('GET', '/health', undefined, none)).status, 200);
    for (const path of ['/', '/assets/nope.js', '/assets/auth.token'])
      assert.notEqual((await daemon.tcp('GET', path, undefined, none)).status, 401, path);
    for (const path of [
      '/health/',
      '/HEALTH',
      '//health',
      '/health/..',
      '/status',
      '/openapi.json',
      '/assets',
      '/index.html',
      '/overview',
      '/nope',
    ]) {
      assert.equal((await daemon.tcp('GET', path, undefined, none)).status, 401, path);
    }
    assert.equal((await daemon.tcp('POST', '/health', {}, none)).status, 401);
    assert.equal((await daemon.tcp('POST', '/', {}, none)).status, 401);
    assert.equal((await daemon.tcp('POST', '/ui/code', {}, none)).status, 401);
    assert.equal((await daemon.tcp('POST', '/ui/session', {}, none)).status, 401);
  });
  it('after a hundred wrong ones a wrong one waits, the right one does not', async () => {
    const own = await startDaemon();
    const guess = () => own.tcp('GET', '/status', undefined, { authorization: `Bearer ${wrong}` });
    for (let tries = 0; tries < 100; tries++) assert.equal((await guess()).status, 401);
    const answer = await guess();
    assert.equal(answer.status, 429, answer.text);
    assert.equal(answer.body.code, 'TOO_MANY_REQUESTS');
    assert.ok(Number(answer.headers['retry-after']) > 0);
    assert.equal((await own.tcp('GET', '/status')).status, 200);
    assert.equal((await own.tcp('GET', '/status', undefined, { authorization: undefined })).status, 401);
    await own.stop();
  });
  it('once rotated is refused, and the new one is served', async () => {
    const own = await startDaemon();
    const former = own.token;
    const rotated = await own.request('POST', '/token/rotate');
    assert.equal(rotated.status, 200, rotated.text);
    assert.ok(!rotated.text.includes(own.token));
    assert.notEqual(own.token, former);
    assert.equal(
      (await own.tcp('GET', '/status', undefined, { authorization: `Bearer ${former}` })).status,
      401,
    );
    assert.equal((await own.tcp('GET', '/status')).status, 200);
    await own.stop();
  });
});

describe('bodies and paths', () => {
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain; application/json',
    'application/jsonp',
    'application/json, text/plain',
    'garbage',
  ]) {
    it(`a body of ${type} is refused`, async () => {
      await refused(415, 'UNSUPPORTED_MEDIA_TYPE', allocate({ 'content-type': type }));
      await refused(415, 'UNSUPPORTED_MEDIA_TYPE', () =>
        daemon.request('PUT', '/allocate/x/heartbeat', lease, { 'content-type': type }),
      );
    });
  }
  it('a body of no type is refused', async () => {
    await refused(415, 'UNSUPPORTED_MEDIA_TYPE', allocate({ 'content-type': undefined }));
  });
  it('JSON with a charset is served', async () => {
    const answer = await daemon.tcp(
      'POST',
      '/cleanup',
      {},
      { 'content-type': 'Application/JSON; charset=utf-8' },
    );
    assert.equal(answer.status, 200, answer.text);
  });
  it('a GET changes nothing', async () => {
    for (const path of [
      '/allocate',
      '/allocate/batch',
      '/allocate/x',
      '/allocate/x/heartbeat',
      '/instance/register',
      '/instance/x',
      '/instance/x/heartbeat',
      '/cleanup',
      '/token/rotate',
      '/shutdown',
    ]) {
      const answer = await refused(405, 'METHOD_NOT_ALLOWED', () => daemon.tcp('GET', path));
      assert.ok(String(answer.headers.allow).length > 0);
      assert.ok(!String(answer.headers.allow).includes('GET'));
    }
  });
  it('other methods are named in Allow', async () => {
    const answer = await refused(405, 'METHOD_NOT_ALLOWED', () => daemon.tcp('PATCH', '/allocate', lease));
    assert.equal(answer.headers.allow, 'POST');
  });
  for (const path of [
    '/nope',
    '/allocate/',
    '/..%2f..%2fetc/passwd',
    '/allocate/..%2f..%2fhealth/hold',
    '/%2e%2e/allocations',
    '/../allocations',
    '/instance/..%2flist/heartbeat',
    '/check/..%2f..%2f3000',
    '/allocations/%2e%2e%5c',
    '/instance/%2e%2e/heartbeat',
  ]) {
    it(`${path} is not found`, async () => {
      const method = path.endsWith('heartbeat') ? 'PUT' : 'GET';
      await refused(404, 'NOT_FOUND', () => daemon.tcp(method, path));
    });
  }
  it('a path that is not percent-encoded correctly is malformed', async () => {
    await refused(400, 'INVALID_REQUEST', () => daemon.tcp('GET', '/check/%zz'));
    await refused(400, 'INVALID_REQUEST', () => daemon.tcp('GET', '/%'));
  });
  it('a lock id of any kind is only unknown', async () => {
    for (const id of ['nope', '%24%28reboot%29', '%00', 'x'.repeat(400), '%F0%9F%92%A9']) {
      await refused(404, 'LEASE_NOT_FOUND', () => daemon.tcp('DELETE', `/allocate/${id}`));
      await refused(404, 'LEASE_NOT_FOUND', () => daemon.tcp('GET', `/allocate/${id}/hold`));
    }
    await refused(404, 'NOT_FOUND', () => daemon.tcp('DELETE', `/allocate/${'x'.repeat(4_000)}`));
  });
});

describe('limits', () => {
  const large = JSON.stringify({ ...lease, service_name: 'x'.repeat(70_000) });
  it('a declared body over 64 KiB is refused, without the connection breaking', async () => {
    await refused(413, 'PAYLOAD_TOO_LARGE', () => daemon.tcp('POST', '/allocate', large));
    await refused(413, 'PAYLOAD_TOO_LARGE', () => daemon.request('POST', '/allocate', large));
  });
  it('a chunked body over 64 KiB is refused', async () => {
    await refused(413, 'PAYLOAD_TOO_LARGE', () =>
      daemon.tcp('POST', '/allocate', large, { 'content-length': undefined, 'transfer-encoding': 'chunked' }),
    );
  });
  it('a body of 64 KiB is read', async () => {
    const body = `{"service_type":"dev","nope":"${'x'.repeat(65_536 - 32)}"}`;
    assert.equal(Buffer.byteLength(body), 65_536);
    await refused(400, 'INVALID_REQUEST', () => daemon.tcp('POST', '/allocate', body));
  });
  it('headers over 16 KiB are refused', async () => {
    const text = await daemon.raw(
      `GET /health HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\nX-Large: ${'x'.repeat(17_000)}\r\n\r\n`,
    );
    assert.equal(statusOf(text), 431, text);
    assert.match(text, /application\/problem\+json[\s\S]*HEADERS_TOO_LARGE/);
  });
  it('a request line over 16 KiB is refused', async () => {
    const text = await daemon.raw(
      `GET /${'x'.repeat(17_000)} HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\n\r\n`,
    );
    assert.equal(statusOf(text), 431, text);
  });
  it('what is no HTTP is malformed', async () => {
    for (const bytes of [
      '\x16\x03\x01\x02\x00\x01',
      'hello\r\n\r\n',
      'GET /health\r\n\r\n',
      'GET /health HTTP/9.9\r\nHost: x\r\n\r\n',
    ]) {
      const text = await daemon.raw(bytes);
      assert.equal(statusOf(text), 400, JSON.stringify(text));
      assert.match(text, /application\/problem\+json[\s\S]*INVALID_REQUEST/);
    }
  });
  it('two lengths, or a length and chunks, are malformed', async () => {
    const head = `POST /allocate HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\nAuthorization: Bearer ${daemon.token}\r\nContent-Type: application/json\r\n`;
    for (const lengths of [
      'Content-Length: 5\r\nContent-Length: 6\r\n',
      'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n',
      'Content-Length: -1\r\n',
    ]) {
      assert.equal(statusOf(await daemon.raw(`${head}${lengths}\r\n{}\r\n0\r\n\r\n`)), 400);
    }
  });
  it('too slow headers and a too slow body end with 408', async () => {
    const head = `POST /allocate HTTP/1.1\r\nHost: 127.0.0.1:${daemon.port}\r\n`;
    const [headers, body] = await Promise.all([
      daemon.raw(head, 60_000),
      daemon.raw(
        `${head}Authorization: Bearer ${daemon.token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
        60_000,
      ),
    ]);
    for (const text of [headers, body]) {
      assert.equal(statusOf(text), 408, text);
      assert.match(text, /application\/problem\+json[\s\S]*REQUEST_TIMEOUT/);
    }
  });
});

describe('listening', () => {
  it('is on loopback alone', async () => {
    for (const { address, internal, family } of Object.values(networkInterfaces()).flatMap(
      (each) => each ?? [],
    )) {
      if (internal || family !== 'IPv4') continue;
      const outcome = await new Promise<string>((resolve) => {
        const socket = net.connect(daemon.port, address, () => resolve('connected'));
        socket.on('error', () => resolve('refused'));
        socket.on('close', () => socket.destroy());
      });
      assert.equal(outcome, 'refused', address);
    }
  });
  it('has the same port on IPv6', async () => {
    const text = await new Promise<string>((resolve) => {
      const socket = net.connect(daemon.port, '::1', () => {
        socket.write(`GET /health HTTP/1.1\r\nHost: [::1]:${daemon.port}\r\nConnection: close\r\n\r\n`);
      });
      let said = '';
      socket.on('data', (bytes) => {
        said += bytes.toString('latin1');
      });
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
      socket.on('end', () => resolve(said));
    });
    // A machine without IPv6 is served on IPv4 alone.
    assert.match(text, /^(?:HTTP\/1\.1 200|EADDRNOTAVAIL|EAFNOSUPPORT)/);
  });
});
