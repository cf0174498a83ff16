// Proves that the daemon takes the socket that a service manager opened, tells it how it is, and answers also when it cannot start.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openPlace, type Place, ROOT } from './cli-harness.ts';
import { until } from './run-fixture.ts';

const ACTIVATOR = '/usr/bin/systemd-socket-activate';
const NOTIFIER = '/usr/bin/systemd-notify';
const DAEMON = join(ROOT, 'dist', 'daemon.cjs');
const missing = (path: string): string | false => (existsSync(path) ? false : `${path} is missing`);

let place: Place;
const children = new Set<ChildProcess>();
beforeEach(() => {
  place = openPlace();
  mkdirSync(place.home, { mode: 0o700 });
});
afterEach(async () => {
  await place.close();
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});

const socketPath = (): string => join(place.home, 'styxy.sock');

/** Listens on the home's socket and becomes the daemon at the first connection, as systemd does. */
async function activator(env: NodeJS.ProcessEnv = {}, before: readonly string[] = []): Promise<ChildProcess> {
  const all = { ...place.env, ...env };
  const passed = Object.keys(all).flatMap((name) => ['-E', name]);
  const child = spawn(ACTIVATOR, [...passed, '-l', socketPath(), ...before, process.execPath, DAEMON], {
    env: all,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.add(child);
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  // The file is there a moment before anybody listens.
  await until('the socket', () => /^Listening on/m.test(said) || null);
  return child;
}

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', resolve));
}

function ask(path: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: socketPath(), path, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.on('error', reject).end();
  });
}

describe('a daemon that is started by a connection', { skip: missing(ACTIVATOR) }, () => {
  it('answers the one that started it, and is found by all others', async () => {
    const child = await activator();
    const granted = await place.styxy(['allocate', '-s', 'dev', '-n', 'web', '--json']);
    assert.equal(granted.status, 0, granted.stderr);
    const started = await place.styxy(['daemon', 'start', '--json']);
    const { pid, started: isNew } = JSON.parse(started.stdout) as { pid: number; started: boolean };
    assert.deepEqual([pid, isNew], [child.pid, false]);
    assert.equal(statSync(socketPath()).mode & 0o777, 0o600);
  });

  it('leaves the socket to whoever opened it', async () => {
    const child = await activator();
    await place.styxy(['status']);
    const inode = statSync(socketPath()).ino;
    await place.styxy(['daemon', 'stop']);
    assert.equal(await ended(child), 0);
    assert.equal(statSync(socketPath()).ino, inode);
  });

  it('tells why it cannot start, and takes the waiting out of the queue', async () => {
    const child = await activator({ STYXY_API_PORT: '7' });
    const { status, text } = await ask('/health');
    assert.equal(status, 400);
    const { code, detail } = JSON.parse(text) as { code: string; detail: string };
    assert.deepEqual([code, /STYXY_API_PORT/.test(detail)], ['INVALID_REQUEST', true]);
    assert.equal(await ended(child), 1);
  });

  it('makes its own socket where the file of the passed one leads to nobody', async () => {
    const path = socketPath();
    // Another program's, which has ended, once the daemon is about to start: what starts it is in the queue by then.
    const stale = `import socket; socket.socket(socket.AF_UNIX).bind('${path}')`;
    const wrapper = `rm '${path}'; python3 -c "${stale}"; exec "$0" "$@"`;
    const child = await activator({}, ['/bin/sh', '-c', wrapper]);
    const waiting = ask('/health').catch(() => null);
    await until('the daemon', () => existsSync(join(place.home, 'daemon.json')) || null);
    assert.equal((await ask('/health')).status, 200);
    child.kill('SIGTERM');
    await Promise.all([ended(child), waiting]);
  });

  it('takes no socket that was passed to another process', async () => {
    const env = { LISTEN_FDS: '1', LISTEN_PID: '1' };
    const child = spawn(process.execPath, [DAEMON], { env: { ...place.env, ...env }, stdio: 'ignore' });
    children.add(child);
    await until('the daemon', () => existsSync(join(place.home, 'daemon.json')) || null);
    assert.equal((await ask('/health')).status, 200);
    assert.equal((await place.styxy(['daemon', 'stop'])).status, 0);
    assert.equal(existsSync(socketPath()), false);
  });
});

/** A manager's end of the conversation: prints each datagram. */
const LISTENER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('bound', flush=True)
while True:
    data, fds, _, _ = socket.recv_fds(s, 4096, 4)
    print(data.decode().strip().replace('\\n', ' '), flush=True)
    for fd in fds: socket.close(fd)
`;

describe('a daemon that a service manager watches', { skip: missing(NOTIFIER) }, () => {
  it('says that it is ready, and then again and again that it is well', async () => {
    const address = join(place.dir, 'notify');
    const listener = spawn('python3', ['-c', LISTENER, address], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.add(listener);
    const said: string[] = [];
    listener.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.push(...text.trim().split('\n'));
    });
    await until('the listener', () => said.includes('bound') || null);
    const env = { ...place.env, NOTIFY_SOCKET: address, WATCHDOG_USEC: '600000' };
    const child = spawn(process.execPath, [DAEMON], { env, stdio: 'ignore' });
    children.add(child);
    const wellWords = (): number => said.filter((word) => word === 'WATCHDOG=1').length;
    await until('three words', () => wellWords() >= 3 || null);
    assert.equal(said.filter((word) => word === 'READY=1').length, 1);
    // Stopped, it says nothing; the words under way are let pass first.
    child.kill('SIGSTOP');
    const status = `/proc/${child.pid}/status`;
    await until('it to stop', () => /^State:\s*T/m.test(readFileSync(status, 'latin1')) || null);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const before = wellWords();
    await new Promise((resolve) => setTimeout(resolve, 900));
    assert.equal(wellWords(), before);
    child.kill('SIGCONT');
    await until('another word', () => wellWords() > before || null);
  });
});
