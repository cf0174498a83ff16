import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { StyxyError } from '../errors.ts';
import { type Home, homeAt } from '../home.ts';
import { type Client, connect, expectOk } from './client.ts';

const ENV = { STYXY_AUTOSTART: '0' };
let home: Home;
let server: Server | null = null;
const sockets = new Set<Socket>();

beforeEach(() => {
  home = homeAt(mkdtempSync(join(tmpdir(), 'styxy-client-')));
});
afterEach(() => {
  server?.close();
  server = null;
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  rmSync(home.dir, { recursive: true, force: true });
});

/** A daemon that does with each request what `answer` says. */
async function serve(
  answer: (request: string, socket: Socket) => void,
  address: string | number,
): Promise<Server> {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let request = '';
    socket.on('data', (bytes) => {
      request += bytes.toString();
      const length = /content-length: (\d+)/.exec(request)?.[1] ?? '0';
      const end = request.indexOf('\r\n\r\n');
      if (end >= 0 && request.length >= end + 4 + Number(length)) answer(request, socket);
    });
  });
  server.listen(address);
  await once(server, 'listening');
  return server;
}

function json(socket: Socket, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${status} X\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  );
}

function open(timeoutMs = 5_000): Promise<Client> {
  return connect({ home, env: ENV, timeoutMs });
}

describe('a client', () => {
  it('sends a request with its body, and answers status and body', async () => {
    const seen: string[] = [];
    await serve((request, socket) => {
      seen.push(request);
      json(socket, 201, { port: 3000 });
    }, home.socket);
    const client = await open();
    const body = { service_type: 'dev', service_name: 'web' };
    assert.deepEqual(await client.request('POST', '/allocate', body), {
      status: 201,
      body: { port: 3000 },
    });
    assert.match(seen[0] ?? '', /^POST \/allocate HTTP\/1\.1\r\nhost: localhost\r\n/);
    assert.match(
      seen[0] ?? '',
      /content-type: application\/json\r\n[\s\S]*\{"service_type":"dev","service_name":"web"\}$/,
    );
    assert.doesNotMatch(seen[0] ?? '', /authorization/);
    // A second request opens a connection of its own.
    assert.equal((await client.request('GET', '/status')).status, 201);
    assert.equal(seen.length, 2);
  });

  it('turns a refusal into an error with its code, hint and details', async () => {
    await serve((_, socket) => {
      json(socket, 409, {
        code: 'PORT_UNAVAILABLE',
        detail: 'port 3000 is held',
        hint: 'take another',
        holders: [1],
        success: false,
      });
    }, home.socket);
    const client = await open();
    const reply = await client.request('GET', '/x');
    assert.throws(
      () => expectOk(reply),
      (error: unknown) =>
        error instanceof StyxyError &&
        error.code === 'PORT_UNAVAILABLE' &&
        error.message === 'port 3000 is held' &&
        error.hint === 'take another' &&
        assert.deepEqual(error.fields, { holders: [1] }) === undefined,
    );
  });

  it('gives up on a daemon that does not answer, and says so', async () => {
    await serve(() => {}, home.socket);
    const client = await open(60);
    await assert.rejects(client.request('GET', '/status'), {
      code: 'DAEMON_UNREACHABLE',
      message: /no answer came within/,
      hint: /daemon restart/,
    });
  });

  it('says that an answer was cut short, or is none', async () => {
    const answers = [
      'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{"a"',
      'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{a}',
      'hello there',
    ];
    await serve((_, socket) => socket.end(answers.shift() ?? ''), home.socket);
    const client = await open();
    for (const expected of [/broke/, /not JSON/, /not HTTP/])
      await assert.rejects(client.request('POST', '/cleanup'), {
        code: 'DAEMON_UNREACHABLE',
        message: expected,
      });
  });

  it('repeats what can be repeated when the connection breaks', async () => {
    let count = 0;
    await serve((_, socket) => {
      count += 1;
      if (count === 1) socket.destroy();
      else json(socket, 200, { count });
    }, home.socket);
    const client = await open();
    assert.deepEqual((await client.request('GET', '/status')).body, { count: 2 });
    for (const body of [{ service_type: 'dev', service_name: 'web' }, { service_type: 'dev' }]) {
      count = 0;
      assert.deepEqual((await client.request('POST', '/allocate', body)).body, { count: 2 });
    }
    count = 0;
    await assert.rejects(client.request('POST', '/cleanup', {}), { code: 'DAEMON_UNREACHABLE' });
  });

  it('finds nobody where nobody is, and a socket without a daemon is nobody', async () => {
    await assert.rejects(open(), { code: 'DAEMON_UNREACHABLE', message: /No daemon runs for/ });
    writeFileSync(home.socket, '');
    await assert.rejects(open(), { code: 'DAEMON_UNREACHABLE', message: /No daemon runs for/ });
  });

  it('uses TCP and the token where there is no socket, and only with the process that wrote daemon.json', async () => {
    const seen: string[] = [];
    const { port } = (
      await serve((request, socket) => {
        seen.push(request);
        json(socket, 200, {});
      }, 0)
    ).address() as { port: number };
    writeFileSync(home.token, 'a'.repeat(64));
    writeFileSync(home.daemonInfo, JSON.stringify({ pid: process.pid, port }));
    const client = await open();
    assert.equal((await client.request('GET', '/status')).status, 200);
    assert.match(
      seen[0] ?? '',
      new RegExp(`host: 127\\.0\\.0\\.1:${port}\\r\\n[^]*authorization: Bearer a{64}\\r\\n`),
    );
    if (process.platform === 'linux') {
      writeFileSync(home.daemonInfo, JSON.stringify({ pid: process.pid, start_ticks: '1', port }));
      await assert.rejects(open(), { message: /No daemon runs for/ });
    }
  });

  it('does not start a daemon in what is no directory', async () => {
    const file = join(home.dir, 'file');
    writeFileSync(file, '');
    for (const dir of [file, join(file, 'below')])
      await assert.rejects(connect({ home: homeAt(dir), env: {} }), (error: unknown) => {
        assert.ok(error instanceof StyxyError);
        assert.equal(error.code, 'DAEMON_UNREACHABLE');
        assert.equal(error.fields.reason, 'HOME_UNUSABLE');
        return true;
      });
  });
});

describe('a hold', () => {
  it('is opened by the answer, and closed by either side', async () => {
    await serve((request, socket) => {
      assert.match(request, /^GET \/allocate\/a%20b\/hold /);
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{}\n\r\n');
    }, home.socket);
    const client = await open();
    const first = client.hold('a b');
    await first.opened;
    first.close();
    await first.closed;
    const second = client.hold('a b');
    await second.opened;
    for (const socket of sockets) socket.destroy();
    await second.closed;
  });

  it('passes on what the daemon says of the lease, and nothing else', async () => {
    const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
    await serve((_, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunk('{"event":"held"}\n')}`);
      socket.write(chunk('\n'));
      socket.write(chunk('{"event":"seen","sta'));
      socket.end(`${chunk('te":"active"}\nnonsense\n[1]\n{"event":"ended"}\n')}0\r\n\r\n`);
    }, home.socket);
    const said: unknown[] = [];
    const hold = (await open()).hold('x', (event) => said.push(event));
    await hold.closed;
    assert.deepEqual(said, [{ event: 'held' }, { event: 'seen', state: 'active' }, { event: 'ended' }]);
  });

  it('is refused like a request', async () => {
    await serve(
      (_, socket) => json(socket, 404, { code: 'LEASE_NOT_FOUND', detail: 'gone', hint: 'h' }),
      home.socket,
    );
    const hold = (await open()).hold('x');
    await assert.rejects(hold.opened, { code: 'LEASE_NOT_FOUND', message: 'gone' });
    await hold.closed;
  });
});

describe('a path of a home that is too long for a socket', () => {
  it('is reached all the same', { skip: process.platform !== 'linux' }, async () => {
    const dir = join(home.dir, 'x'.repeat(120));
    mkdirSync(dir);
    const long = homeAt(dir);
    const { socketAddress } = await import('../home.ts');
    await serve((_, socket) => json(socket, 200, { ok: true }), socketAddress(long) ?? '');
    const client = await connect({ home: long, env: ENV });
    assert.deepEqual((await client.request('GET', '/')).body, { ok: true });
  });
});
