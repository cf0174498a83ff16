// Proves that the next command finds its way past everything that a daemon can leave behind, or become.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openPlace, type Place, PROGRAM, ROOT } from './cli-harness.ts';
import { isAlive, until, untilGone } from './run-fixture.ts';

const notLinux = process.platform === 'linux' ? false : 'only Linux proves which process a pid is';
const CLIENTS = 50;

interface Info {
  readonly pid: number;
  readonly start_ticks: string;
  readonly boot_id: string;
}
interface Lease {
  readonly lock_id: string;
  readonly port: number;
}

let place: Place;
const children = new Set<ChildProcess>();

beforeEach(() => {
  place = openPlace();
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  await place.close();
});

const infoPath = (): string => join(place.home, 'daemon.json');
const daemonInfo = (): Info => JSON.parse(readFileSync(infoPath(), 'utf8')) as Info;
const isReady = (pid: number): true | null =>
  existsSync(infoPath()) && daemonInfo().pid === pid ? true : null;

/** A program of somebody else's that does nothing. */
function bystander(): number {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
  children.add(child);
  return child.pid ?? 0;
}

async function allocate(name: string, env: NodeJS.ProcessEnv = {}): Promise<Lease> {
  const outcome = await place.styxy(['allocate', '-s', 'dev', '-n', name, '--json'], { env });
  assert.equal(outcome.status, 0, outcome.stdout + outcome.stderr);
  return JSON.parse(outcome.stdout) as Lease;
}

async function leases(): Promise<readonly Lease[]> {
  const outcome = await place.styxy(['list', '--json']);
  assert.equal(outcome.status, 0, outcome.stderr);
  return (JSON.parse(outcome.stdout) as { allocations: Lease[] }).allocations;
}

/** A daemon that hangs in a loop once it gets SIGUSR2. */
async function startHangable(): Promise<ChildProcess> {
  const preload = join(place.dir, 'hang.cjs');
  writeFileSync(preload, `process.on('SIGUSR2', () => { for (;;); });`);
  mkdirSync(place.home, { mode: 0o700 });
  const child = spawn(process.execPath, ['--require', preload, join(ROOT, 'dist', 'daemon.cjs')], {
    cwd: '/',
    env: place.env,
    stdio: 'ignore',
  });
  children.add(child);
  await until('the daemon', () => isReady(child.pid ?? 0));
  return child;
}

describe(`${CLIENTS} commands at once on a cold machine`, () => {
  it('start one daemon and are all answered', async () => {
    const granted = await Promise.all(
      Array.from({ length: CLIENTS }, (_, index) => allocate(`service-${index}`)),
    );
    assert.equal(new Set(granted.map(({ port }) => port)).size, CLIENTS);
    assert.equal((await leases()).length, CLIENTS);
    const log = readFileSync(join(place.home, 'logs', 'daemon.log'), 'utf8');
    assert.equal(log.split('\n').filter((line) => line.includes('the daemon is ready')).length, 1);
    assert.equal(existsSync(join(place.home, 'daemon.starting')), false);
  });
});

describe('a home that a crash left behind', () => {
  const stale: readonly (readonly [string, () => void])[] = [
    ['a daemon.json that is empty', () => writeFileSync(infoPath(), '')],
    ['a daemon.json of garbage', () => writeFileSync(infoPath(), Buffer.from([0, 255, 1, 0x7b]))],
    [
      'a daemon.json of another shape',
      () => writeFileSync(infoPath(), '{"pid": "1", "port": [], "version": 7}'),
    ],
    [
      'a socket that is a plain file',
      () => {
        rmSync(join(place.home, 'styxy.sock'));
        writeFileSync(join(place.home, 'styxy.sock'), '');
      },
    ],
  ];
  for (const [what, spoil] of stale) {
    it(`with ${what} serves the next command, leases and all`, async () => {
      const before = await allocate('web');
      const { pid } = daemonInfo();
      process.kill(pid, 'SIGKILL');
      await untilGone(pid);
      spoil();
      assert.deepEqual((await allocate('web')).lock_id, before.lock_id);
      assert.notEqual(daemonInfo().pid, pid);
    });
  }

  it('whose pid is another program’s by now never sends it a signal, nor the token', {
    skip: notLinux,
  }, async () => {
    const before = await allocate('web');
    const info = daemonInfo();
    process.kill(info.pid, 'SIGKILL');
    await untilGone(info.pid);
    const stranger = bystander();
    const heard: string[] = [];
    const server = createServer((socket) => socket.on('data', (bytes) => heard.push(bytes.toString())));
    server.listen(0, '127.0.0.1');
    await until('the stranger to listen', () => server.address());
    const port = (server.address() as { port: number }).port;
    writeFileSync(infoPath(), JSON.stringify({ ...info, pid: stranger, port }));
    assert.match((await place.styxy(['daemon', 'stop'])).stdout, /No daemon ran/);
    assert.equal((await allocate('web')).lock_id, before.lock_id);
    server.close();
    assert.deepEqual([isAlive(stranger), heard], [true, []]);
  });

  it('with a start marker of a process that is another one by now is not waited for', {
    skip: notLinux,
  }, async () => {
    mkdirSync(place.home, { mode: 0o700 });
    const marker = join(place.home, 'daemon.starting');
    const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
    writeFileSync(marker, `${bystander()} ${namespace} 1`);
    await allocate('web');
    assert.equal(existsSync(marker), false);
  });

  it('with a start marker of garbage from yesterday is not waited for', async () => {
    mkdirSync(place.home, { mode: 0o700 });
    const marker = join(place.home, 'daemon.starting');
    writeFileSync(marker, '\0\0');
    const yesterday = statSync(marker).mtimeMs / 1000 - 86_400;
    utimesSync(marker, yesterday, yesterday);
    await allocate('web');
  });
});

describe('a daemon that is merely busy', () => {
  /** Asks again and again, each time with a new connection. */
  function hammer(isOver: () => boolean): void {
    const body = JSON.stringify({ service_type: 'dev', service_name: 'crowd', project_path: '/tmp' });
    const socket = connect(join(place.home, 'styxy.sock'));
    socket.on('connect', () =>
      socket.write(
        `POST /allocate HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
      ),
    );
    socket.resume();
    // A full backlog refuses some of them, which come again.
    socket.on('error', () => {});
    socket.on('close', () => {
      if (!isOver()) setImmediate(hammer, isOver);
    });
  }

  it('with nearly all the connections that it takes is waited for, not replaced', async () => {
    await place.styxy(['daemon', 'start']);
    const { pid } = daemonInfo();
    let isOver = false;
    for (let clients = 0; clients < 1_000; clients++) hammer(() => isOver);
    try {
      const outcomes = await Promise.all(Array.from({ length: 6 }, (_, index) => allocate(`late-${index}`)));
      assert.equal(new Set(outcomes.map(({ port }) => port)).size, 6);
      assert.equal(daemonInfo().pid, pid);
    } finally {
      isOver = true;
    }
  });
});

describe('a daemon that cannot answer any more', { skip: notLinux }, () => {
  const ways: readonly (readonly [string, NodeJS.Signals, RegExp])[] = [
    ['is stopped', 'SIGSTOP', /did not answer, it is stopped.*was replaced by a new one \(pid \d+\)/],
    ['hangs', 'SIGUSR2', /did not answer, it hangs, and was replaced by a new one \(pid \d+\)/],
  ];
  for (const [what, signal, sentence] of ways) {
    it(`because it ${what}, is replaced by the next command, and every lease is there`, async () => {
      const daemon = await startHangable();
      const before = [await allocate('web'), await allocate('api')];
      daemon.kill(signal);
      const outcome = await place.styxy(['allocate', '-s', 'dev', '-n', 'late', '--json']);
      assert.equal(outcome.status, 0, outcome.stderr);
      assert.match(outcome.stderr, sentence);
      assert.match(outcome.stderr, new RegExp(`pid ${daemon.pid}`));
      const late = JSON.parse(outcome.stdout) as Lease;
      const ids = (list: readonly Lease[]): string[] => list.map(({ lock_id }) => lock_id).toSorted();
      assert.deepEqual(ids(await leases()), ids([...before, late]));
      assert.equal(isAlive(daemon.pid ?? 0), false);
    });
  }

  it('is replaced once by many commands, whose requests are carried out once', async () => {
    const daemon = await startHangable();
    const kept = await allocate('kept');
    const gone = await allocate('gone');
    daemon.kill('SIGSTOP');
    const crowd = await Promise.all([
      // Without a name, and always new: each of these must be granted exactly once.
      ...Array.from({ length: 6 }, () => place.styxy(['allocate', '-s', 'dev', '-n', 'new', '--new', '-q'])),
      place.styxy(['release', gone.lock_id]),
      place.styxy(['list']),
    ]);
    assert.deepEqual(
      crowd.map(({ status }) => status),
      crowd.map(() => 0),
      crowd.map(({ stderr }) => stderr).join(''),
    );
    const said = crowd.map(({ stderr }) => stderr).join('');
    assert.equal(said.split('was replaced').length - 1, 1, said);
    const after = await leases();
    assert.equal(after.length, 7);
    assert.ok(after.some(({ lock_id }) => lock_id === kept.lock_id));
  });

  it('is ended without carrying out what waited for it', async () => {
    const daemon = await startHangable();
    const kept = await allocate('kept');
    daemon.kill('SIGSTOP');
    const body = JSON.stringify({ service_type: 'dev', service_name: 'given-up', project_path: place.dir });
    const socket = connect(join(place.home, 'styxy.sock'));
    socket.on('error', () => {});
    await new Promise<void>((resolve) => {
      socket.write(
        `POST /allocate HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
        () => resolve(),
      );
    });
    const outcome = await place.styxy(['release', kept.lock_id]);
    assert.match(outcome.stderr, /is stopped.*was replaced/);
    socket.destroy();
    // Nobody waited for that lease any more: it would have been held for an hour.
    assert.deepEqual(await leases(), []);
  });

  it('is not replaced where that is forbidden, but named', async () => {
    const daemon = await startHangable();
    daemon.kill('SIGSTOP');
    for (const args of [['list'], ['allocate', '-s', 'dev', '-q']]) {
      const outcome = await place.styxy(args, { env: { STYXY_AUTOSTART: '0' } });
      assert.deepEqual([outcome.status, outcome.stdout], [3, '']);
      assert.match(outcome.stderr, new RegExp(`pid ${daemon.pid}.*is stopped[^]*styxy daemon restart`));
    }
    daemon.kill('SIGCONT');
    assert.equal((await place.styxy(['list'], { env: { STYXY_AUTOSTART: '0' } })).status, 0);
    daemon.kill('SIGSTOP');
    assert.match((await place.styxy(['daemon', 'start'])).stdout, /^Started/);
  });

  it('is none where another program listens on the socket of a fresh home, which is told apart', async () => {
    mkdirSync(place.home, { recursive: true, mode: 0o700 });
    const socket = join(place.home, 'styxy.sock');
    const callers = new Set<Socket>();
    const server = createServer((caller) => void callers.add(caller));
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    try {
      const { status, stderr } = await place.styxy(['list']);
      assert.equal(status, 3);
      assert.match(
        stderr,
        /cannot be proven[\s\S]*another program listens on its socket \(`fuser '.*styxy\.sock'`\)/,
      );
    } finally {
      for (const caller of callers) caller.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('is not touched where it cannot be told which process it is', async () => {
    const daemon = await startHangable();
    const info = daemonInfo();
    const stranger = bystander();
    daemon.kill('SIGSTOP');
    for (const [text, args] of [
      ['', ['list']],
      ['', ['daemon', 'stop']],
      [JSON.stringify({ ...info, pid: stranger }), ['daemon', 'restart']],
    ] as const) {
      writeFileSync(infoPath(), text);
      const outcome = await place.styxy(args);
      assert.equal(outcome.status, 3, `${args}: ${outcome.stdout}${outcome.stderr}`);
      assert.match(outcome.stderr, /cannot be proven[\s\S]*fuser/);
    }
    assert.deepEqual([isAlive(daemon.pid ?? 0), isAlive(stranger)], [true, true]);
    writeFileSync(infoPath(), JSON.stringify(info));
    assert.equal((await place.styxy(['daemon', 'stop'])).status, 0);
  });

  it('is missed by nobody: a run holds its lease at the new one', async () => {
    const daemon = await startHangable();
    const child = spawn(
      process.execPath,
      [PROGRAM, 'run', '-s', 'dev', '-n', 'held', '--', process.execPath, '-e', 'setInterval(() => {}, 1e6)'],
      { cwd: place.dir, env: place.env, stdio: 'ignore' },
    );
    children.add(child);
    const held = (list: readonly (Lease & { expires_at?: unknown })[]) =>
      list.find(({ expires_at }) => expires_at === null) ?? null;
    const before = await until('the lease to be held', async () => held(await leases()));
    daemon.kill('SIGSTOP');
    const after = await until('the lease to be held again', async () => held(await leases()));
    assert.equal(after.lock_id, before.lock_id);
    assert.notEqual(daemonInfo().pid, daemon.pid);
    const exit = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await exit;
    assert.deepEqual(await leases(), []);
  });
});
