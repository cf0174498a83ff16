import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findPortConflicts, TELLING_OF_CONFLICTS } from './address-in-use.ts';

/** As the programs print it. */
const CAPTURED: readonly (readonly [who: string, port: number | null, text: string])[] = [
  ['Node', 3000, 'Error: listen EADDRINUSE: address already in use :::3000\n    at Server.setupListenHandle'],
  ['Node, IPv4', 8080, 'Error: listen EADDRINUSE: address already in use 127.0.0.1:8080'],
  [
    'Node, its error object',
    4000,
    "  code: 'EADDRINUSE',\n  port: 4000\nError: listen EADDRINUSE: address already in use 0.0.0.0:4000",
  ],
  [
    'Bun',
    3000,
    'error: Failed to start server. Is port 3000 in use?\n syscall: "listen",\n code: "EADDRINUSE"',
  ],
  ['Deno', null, 'error: Uncaught (in promise) AddrInUse: Address already in use (os error 98)'],
  [
    'Vite, strict',
    5173,
    'error when starting dev server:\nError: Port 5173 is already in use\n    at Server.onError',
  ],
  ['Vite, moving on', 5173, 'Port 5173 is in use, trying another one...'],
  ['Next.js 14', 3000, ' ⨯ Failed to start server\nError: listen EADDRINUSE: address already in use :::3000'],
  ['Next.js 15', 3000, ' ⚠ Port 3000 is in use by process 4121, using available port 3001 instead.'],
  ['Angular', 4200, "Error: Port 4200 is already in use. Use '--port' to specify a different port."],
  ['Create React App', 3000, 'Something is already running on port 3000.'],
  ['Storybook', 6006, 'Port 6006 is not available. Would you like to run Storybook on port 6007 instead?'],
  ['Expo', 8081, '› Port 8081 is being used by another process'],
  ['Python', null, 'OSError: [Errno 98] Address already in use'],
  ['Python on macOS', null, 'OSError: [Errno 48] Address already in use'],
  [
    'Flask',
    5000,
    'Address already in use\nPort 5000 is in use by another program. Either identify and stop that program',
  ],
  ['Django', null, 'Error: That port is already in use.'],
  [
    'uvicorn',
    8000,
    "ERROR:    [Errno 98] error while attempting to bind on address ('127.0.0.1', 8000): address already in use",
  ],
  ['gunicorn', 8000, "[2026-01-02 10:31:22 +0000] [4121] [ERROR] Connection in use: ('127.0.0.1', 8000)"],
  ['Go', 8080, '2026/01/02 10:31:22 listen tcp :8080: bind: address already in use\nexit status 1'],
  ['Go, IPv6', 9090, 'panic: listen tcp [::1]:9090: bind: address already in use'],
  ['Spring Boot', 8080, 'Web server failed to start. Port 8080 was already in use.'],
  ['Java', null, 'Caused by: java.net.BindException: Address already in use'],
  [
    'Jetty',
    8080,
    'java.io.IOException: Failed to bind to 0.0.0.0/0.0.0.0:8080\nCaused by: java.net.BindException: Address already in use',
  ],
  [
    'Rust',
    null,
    'called `Result::unwrap()` on an `Err` value: Os { code: 98, kind: AddrInUse, message: "Address already in use" }',
  ],
  ['Ruby', 3000, `Address already in use - bind(2) for "127.0.0.1" port 3000 (Errno::EADDRINUSE)`],
  ['Puma', 9292, 'Address already in use - bind(2) for 127.0.0.1:9292 (Errno::EADDRINUSE)'],
  [
    'PHP',
    8000,
    '[Fri Jan  2 10:31:22 2026] Failed to listen on localhost:8000 (reason: Address already in use)',
  ],
  [
    'Elixir',
    null,
    '[error] Running Web.Endpoint with Bandit failed, reason: :eaddrinuse (address already in use)',
  ],
  [
    '.NET',
    5000,
    'System.IO.IOException: Failed to bind to address http://127.0.0.1:5000: address already in use.',
  ],
  ['nginx', 80, 'nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)'],
  ['nginx, IPv6', 8080, 'nginx: [emerg] bind() to [::]:8080 failed (98: Address already in use)'],
  [
    'PostgreSQL',
    5432,
    'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use\nHINT:  Is another postmaster already running on port 5432? If not, wait a few seconds and retry.',
  ],
  [
    'Redis',
    6379,
    '# Warning: Could not create server TCP listening socket *:6379: bind: Address already in use',
  ],
  [
    'MySQL',
    3306,
    "[ERROR] Can't start server: Bind on TCP/IP port: Address already in use\n[ERROR] Do you already have another mysqld server running on port: 3306 ?",
  ],
  [
    'Docker',
    8080,
    'docker: Error response from daemon: driver failed programming external connectivity: Bind for 0.0.0.0:8080 failed: port is already allocated.',
  ],
  [
    'Docker, a process',
    5432,
    'Error starting userland proxy: listen tcp4 0.0.0.0:5432: bind: address already in use',
  ],
  [
    'Docker Desktop',
    3000,
    'ports are not available: exposing port TCP 0.0.0.0:3000 -> 0.0.0.0:0: listen tcp 0.0.0.0:3000: bind: Only one usage of each socket address',
  ],
];

/** No complaint of a program, whatever is in it. */
const HARMLESS: readonly string[] = [
  'Server listening on port 3000',
  'ok 12 - refuses a port that is out of range',
  'the address of the customer is in use elsewhere',
  'This port of the library uses less memory',
];

describe('complaints about a port', () => {
  for (const [who, port, text] of CAPTURED) {
    it(`is understood of ${who}`, () => {
      const found = findPortConflicts(`> app@1.0.0 dev\n\n${text}\n`);
      assert.deepEqual(
        found.map((each) => each.port),
        [port],
      );
    });
  }

  it('is nothing else', () => {
    for (const text of HARMLESS) assert.deepEqual(findPortConflicts(text), [], text);
  });

  it('is certain where no code is about it', () => {
    const isCertain = (text: string): boolean | undefined => findPortConflicts(text)[0]?.isCertain;
    assert.equal(isCertain('OSError: [Errno 98] Address already in use'), true);
    assert.equal(isCertain("src/server.ts:12:    if (error.code === 'EADDRINUSE') retry();"), false);
  });

  it('is found at the end of a long text, and each port once', () => {
    const line = 'Error: listen EADDRINUSE: address already in use :::3000';
    const text = `${'x'.repeat(200_000)}\n${line}\n${line}\n`;
    assert.deepEqual(
      findPortConflicts(text).map((each) => each.port),
      [3000],
    );
    const many = Array.from({ length: 9 }, (_, at) => line.replace('3000', String(3000 + at))).join('\n');
    assert.equal(findPortConflicts(many).length, 3);
  });

  it('have a text in them that a front can look for', () => {
    for (const [who, , text] of CAPTURED) {
      const plain = text.toLowerCase();
      assert.ok(
        TELLING_OF_CONFLICTS.some((telling) => plain.includes(telling)),
        who,
      );
    }
  });
});
