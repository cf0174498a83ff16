// Owns the daemon under test: a real process in a temporary home on a free port, of which nothing is left afterwards.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { daemonCommand } from '../../src/client/daemon-entry.ts';
import { type Home, homeAt } from '../../src/home.ts';

/** How long a daemon may take to say that it is ready, on a machine that is busy with other tests. */
const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 10_000;
const BUNDLE = fileURLToPath(new URL('../../dist/daemon.cjs', import.meta.url));

export interface DaemonOptions {
  /** Beside STYXY_HOME and STYXY_API_PORT=0. */
  readonly env?: Readonly<Record<string, string>>;
  /** The content of config.json: an object, or text as it is. */
  readonly config?: object | string;
  /** Arguments of the daemon's program. */
  readonly args?: readonly string[];
  /** Whether the bundle is run instead of the source: it starts in half the time. */
  readonly isBuilt?: boolean;
  /** A program and its arguments that become the daemon; asked anew at each start. */
  readonly under?: (home: Home) => readonly string[];
  /** Called with the home before the daemon starts in it. */
  readonly prepare?: (home: Home) => void;
}

export type Fields = Readonly<Record<string, unknown>>;

export interface Answer<Body = Fields> {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON, or an empty object where it is none. */
  readonly body: Body;
}

/** A header of the value undefined is left out, also one that would be sent otherwise. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface TestDaemon {
  readonly home: Home;
  readonly pid: number;
  readonly port: number;
  readonly token: string;
  /** Sends a request over the unix socket; `body` is sent as JSON, a string as it is. */
  request<Body = Fields>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Headers,
  ): Promise<Answer<Body>>;
  /** The same over TCP, with the token. */
  tcp<Body = Fields>(method: string, path: string, body?: unknown, headers?: Headers): Promise<Answer<Body>>;
  /** Sends bytes over TCP and returns everything that comes back until the daemon closes or is silent. */
  raw(bytes: string, silenceMs?: number): Promise<string>;
  /** Ends the daemon by SIGTERM and returns its exit status; the home stays until the end of the test file. */
  end(): Promise<number | null>;
  kill9(): Promise<void>;
  /** Starts another daemon in the same home, after `end` or `kill9`. */
  restart(): Promise<void>;
  /** Ends the daemon and removes its home. */
  stop(): Promise<void>;
}

/** What a daemon said that did not start. */
export interface FailedStart {
  readonly status: number | null;
  /** The problem document that it wrote to its notify descriptor. */
  readonly problem: Fields;
  readonly stderr: string;
}

const left = new Map<string, ChildProcess | null>();
process.once('exit', () => {
  for (const [dir, child] of left) {
    child?.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  }
});

/** Starts a daemon and resolves when it is ready. */
export async function startDaemon(options: DaemonOptions = {}): Promise<TestDaemon> {
  const home = newHome(options);
  let child = await born(home, options);
  let port = readPort(home);

  const ended = async (signal: NodeJS.Signals): Promise<number | null> => {
    const status = await end(child, signal);
    left.set(home.dir, null);
    return status;
  };
  const daemon: TestDaemon = {
    home,
    get pid() {
      return child.pid ?? 0;
    },
    get port() {
      return port;
    },
    get token() {
      return readFileSync(home.token, 'latin1').trim();
    },
    request: (method, path, body, headers) =>
      send({ socketPath: home.socket, headers: {} }, method, path, body, headers),
    tcp: (method, path, body, headers) =>
      send(
        { host: '127.0.0.1', port, headers: { authorization: `Bearer ${daemon.token}` } },
        method,
        path,
        body,
        headers,
      ),
    raw: (bytes, silenceMs) => exchange(port, bytes, silenceMs),
    end: () => ended('SIGTERM'),
    kill9: async () => void (await ended('SIGKILL')),
    restart: async () => {
      child = await born(home, options);
      port = readPort(home);
    },
    stop: async () => {
      await ended('SIGTERM');
      rmSync(home.dir, { recursive: true, force: true });
      left.delete(home.dir);
    },
  };
  return daemon;
}

/** Starts a daemon that is expected to refuse, and returns what it said. */
export async function startToFail(options: DaemonOptions = {}): Promise<FailedStart> {
  const home = newHome(options);
  try {
    const { child, said, stderr } = launch(home, options);
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
    left.set(home.dir, null);
    const line = (await said).trim();
    return { status, problem: parse<Fields>(line), stderr: stderr() };
  } finally {
    rmSync(home.dir, { recursive: true, force: true });
    left.delete(home.dir);
  }
}

/** A second daemon for a home that has one; resolves with what it said. */
export async function startRival(daemon: TestDaemon): Promise<FailedStart> {
  const { child, said, stderr } = launch(daemon.home, {});
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, problem: parse<Fields>(await said), stderr: stderr() };
}

function newHome(options: DaemonOptions): Home {
  const home = homeAt(mkdtempSync(join(tmpdir(), 'styxy-e2e-')));
  left.set(home.dir, null);
  if (options.config !== undefined) {
    const text = typeof options.config === 'string' ? options.config : JSON.stringify(options.config);
    writeFileSync(home.config, text);
  }
  options.prepare?.(home);
  return home;
}

function launch(home: Home, options: DaemonOptions) {
  const { file, args } = daemonCommand(['--notify-fd', '3', ...(options.args ?? [])]);
  const entry = options.isBuilt === true ? BUNDLE : null;
  const words = args.map((word) => (entry !== null && word.endsWith('main.ts') ? entry : word));
  const [program = file, ...rest] = [...(options.under?.(home) ?? []), file, ...words];
  const child = spawn(program, rest, {
    cwd: '/',
    env: { PATH: process.env.PATH, STYXY_API_PORT: '0', ...options.env, STYXY_HOME: home.dir },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    errors += bytes.toString('utf8');
  });
  const notify = child.stdio[3] as Readable;
  const said = new Promise<string>((resolve) => {
    let text = '';
    notify.on('data', (bytes: Buffer) => {
      text += bytes.toString('utf8');
      if (text.includes('\n')) resolve(text);
    });
    notify.on('close', () => resolve(text));
  });
  return { child, said, stderr: () => errors };
}

async function born(home: Home, options: DaemonOptions): Promise<ChildProcess> {
  const { child, said, stderr } = launch(home, options);
  left.set(home.dir, child);
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
  const word = await said;
  clearTimeout(timer);
  if (!word.includes('"ready":true')) throw new Error(`the daemon did not start: ${word}\n${stderr()}`);
  // A test that forgets to stop it must not hang; the daemon ends with the test's process.
  child.unref();
  for (const stream of child.stdio) (stream as net.Socket | null)?.unref?.();
  return child;
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    child.once('exit', (status) => {
      clearTimeout(timer);
      resolve(status);
    });
    child.kill(signal);
  });
}

function readPort(home: Home): number {
  return JSON.parse(readFileSync(home.daemonInfo, 'utf8')).port;
}

function send<Body>(
  target: Omit<http.RequestOptions, 'headers'> & { readonly headers: Headers },
  method: string,
  path: string,
  body: unknown,
  headers: Headers = {},
): Promise<Answer<Body>> {
  const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const all: Headers = {
    ...target.headers,
    ...(payload === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(payload)) }),
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const request = http.request({ ...target, method, path, agent: false, headers: {} }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          body: parse<Body>(text),
        });
      });
    });
    for (const [name, value] of Object.entries(all)) if (value !== undefined) request.setHeader(name, value);
    request.on('error', reject);
    request.end(payload);
  });
}

function parse<Body>(text: string): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return {} as Body;
  }
}

function exchange(port: number, bytes: string, silenceMs = 10_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    let text = '';
    socket.setTimeout(silenceMs, () => socket.destroy());
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
    socket.write(bytes, 'latin1');
  });
}
