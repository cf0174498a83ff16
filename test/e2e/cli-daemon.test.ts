import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openPlace, type Place, PROGRAM } from './cli-harness.ts';

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

function daemonPid(): number {
  return (JSON.parse(readFileSync(join(place.home, 'daemon.json'), 'utf8')) as { pid: number }).pid;
}

describe('the daemon', () => {
  it('is started once, stopped once, and both may be asked for again', async () => {
    assert.match((await place.styxy(['daemon', 'stop'])).stdout, /No daemon ran/);
    assert.equal((await place.styxy(['daemon', 'status'])).status, 3);
    assert.match((await place.styxy(['daemon', 'start'])).stdout, /^Started/);
    const again = await place.styxy(['daemon', 'start']);
    assert.deepEqual([again.status, /^Runs already/.test(again.stdout)], [0, true]);
    assert.equal((await place.styxy(['daemon', 'status'])).status, 0);
    assert.match((await place.styxy(['daemon', 'stop'])).stdout, /is stopped/);
    assert.equal(existsSync(join(place.home, 'styxy.sock')), false);
    assert.equal((await place.styxy(['daemon', 'stop'])).status, 0);
  });

  it('that was killed is replaced by the next command, with its leases', async () => {
    const first = await place.styxy(['allocate', '-s', 'dev', '-q']);
    process.kill(daemonPid(), 'SIGKILL');
    assert.equal((await place.styxy(['allocate', '-s', 'dev', '-q'])).stdout, first.stdout);
    assert.match((await place.styxy(['list', '--json'])).stdout, /"count": 1/);
  });

  it('that a command of a run started stays when the run ends', async () => {
    await place.styxy(['daemon', 'start']);
    const before = daemonPid();
    const program = '"$0" "$1" daemon';
    const line = `${program} stop; ${program} run >/dev/null 2>&1 & until ${program} status; do sleep 0.1; done; sleep 1`;
    const run = await place.styxy(['run', '--', 'sh', '-c', line, process.execPath, PROGRAM]);
    assert.equal(run.status, 0, run.stderr);
    assert.notEqual(daemonPid(), before);
    assert.equal((await place.styxy(['daemon', 'status'])).status, 0);
  });

  it('in the foreground is this very process, ends by its signals, and names the one that runs', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'daemon', 'run'], {
      cwd: place.dir,
      env: place.env,
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    children.add(child);
    let stderr = '';
    child.stderr.on('data', (bytes: Buffer) => {
      stderr += bytes.toString();
    });
    while ((await place.styxy(['daemon', 'status'])).status !== 0) assert.equal(child.exitCode, null, stderr);
    if (process.platform === 'linux' && typeof process.execve === 'function')
      assert.equal(daemonPid(), child.pid);
    const second = await place.styxy(['daemon', 'run']);
    assert.equal(second.status, 1);
    assert.match(second.stderr, new RegExp(`pid ${daemonPid()}`));
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    assert.deepEqual(await exit, [0, null]);
    assert.doesNotMatch(stderr, /ExperimentalWarning/);
  });

  it('that is refused is a problem document too, and an address that may not be is wrong usage', async () => {
    await place.styxy(['daemon', 'start']);
    const pid = daemonPid();
    const second = await place.styxy(['daemon', 'run', '--json']);
    const problem = JSON.parse(second.stdout) as Record<string, unknown>;
    assert.deepEqual([second.status, problem.code, problem.pid], [1, 'ALREADY_RUNNING', pid]);
    for (const command of ['run', 'start', 'restart']) {
      const refused = await place.styxy(['daemon', command, '--host', '0.0.0.0', '--json']);
      const { code } = JSON.parse(refused.stdout) as Record<string, unknown>;
      assert.deepEqual([refused.status, code], [2, 'INVALID_REQUEST'], command);
    }
    assert.equal(daemonPid(), pid);
  });

  it('on another port than the one that was asked for says so at its start, and in the status', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const env = { STYXY_API_PORT: String(port) };
    const started = await place.styxy(['list'], { env });
    assert.equal(started.status, 0, started.stderr);
    assert.match(
      started.stderr,
      new RegExp(`port ${port} \\(STYXY_API_PORT\\) cannot be had: the daemon is on port \\d+`),
    );
    const again = await place.styxy(['status'], { env });
    assert.equal(again.stderr, '', 'it is said once');
    assert.match(
      again.stdout,
      new RegExp(`API +http://127.0.0.1:\\d+; port ${port}, which was asked for, was taken`),
    );
    const { asked_port: asked } = JSON.parse((await place.styxy(['status', '--json'], { env })).stdout);
    assert.equal(asked, port);
    await place.styxy(['daemon', 'stop']);
    server.close();
    const usual = await place.styxy(['daemon', 'start', '--json']);
    assert.equal(JSON.parse(usual.stdout).asked_port, null);
  });

  it('in the foreground says with --json where it answers', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'daemon', 'run', '--json'], {
      cwd: place.dir,
      env: place.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.add(child);
    let stdout = '';
    child.stdout.on('data', (bytes: Buffer) => {
      stdout += bytes.toString();
    });
    while ((await place.styxy(['daemon', 'status'])).status !== 0) assert.equal(child.exitCode, null);
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    await closed;
    const said = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual([said.success, said.home], [true, place.home]);
  });

  it('that is frozen is replaced by a restart, and by a stop ended', {
    skip: process.platform === 'linux' ? false : 'only Linux proves which process a pid is',
  }, async () => {
    await place.styxy(['daemon', 'start']);
    const pid = daemonPid();
    process.kill(pid, 'SIGSTOP');
    const restarted = await place.styxy(['daemon', 'restart']);
    assert.equal(restarted.status, 0, restarted.stderr);
    assert.match(restarted.stdout, new RegExp(`pid ${pid}\\) did not answer and was killed.*Started`));
    assert.notEqual(daemonPid(), pid);
    process.kill(daemonPid(), 'SIGSTOP');
    assert.match((await place.styxy(['daemon', 'stop'])).stdout, /was killed; no lease is lost/);
    assert.match((await place.styxy(['daemon', 'stop'])).stdout, /No daemon ran/);
  });

  it('logs what it does, where `daemon logs` finds it', async () => {
    assert.match((await place.styxy(['daemon', 'logs'])).stderr, /no log yet/);
    await place.styxy(['daemon', 'start']);
    await place.styxy(['daemon', 'stop']);
    assert.match((await place.styxy(['daemon', 'logs'])).stdout, /INFO .*ready/);
    assert.match((await place.styxy(['daemon', 'logs', '-n', '1'])).stdout, /^.*stopped.*\n$/);
  });
});

describe('without a daemon', () => {
  it('that may be started, commands exit with 3 and say what to do', async () => {
    for (const args of [['allocate', '-s', 'dev', '-q'], ['list'], ['check', '3000'], ['status']]) {
      const outcome = await place.styxy(args, { env: { STYXY_AUTOSTART: '0' } });
      assert.deepEqual([outcome.status, outcome.stdout], [3, ''], args.join(' '));
      assert.match(outcome.stderr, /No daemon runs.*\n.*styxy daemon start/);
    }
    assert.equal(existsSync(place.home), false);
    const started = await place.styxy(['daemon', 'start'], { env: { STYXY_AUTOSTART: '0' } });
    assert.equal(started.status, 0, started.stderr);
  });

  const cases: readonly (readonly [string, () => NodeJS.ProcessEnv, number, RegExp])[] = [
    ['STYXY_HOME is relative', () => ({ STYXY_HOME: 'styxy' }), 1, /no absolute path/],
    ['STYXY_HOME is empty', () => ({ STYXY_HOME: '' }), 1, /no absolute path/],
    ['STYXY_HOME is a file', () => ({ STYXY_HOME: file(place) }), 3, /is no directory/],
    ['STYXY_HOME is below a file', () => ({ STYXY_HOME: join(file(place), 'x') }), 3, /no directory/],
    ['STYXY_HOME cannot be made', () => ({ STYXY_HOME: '/proc/styxy' }), 3, /\/proc\/styxy/],
    ['STYXY_API_PORT is a word', () => ({ STYXY_API_PORT: 'http' }), 3, /STYXY_API_PORT is "http"/],
    ['STYXY_API_PORT is no port', () => ({ STYXY_API_PORT: '70000' }), 3, /STYXY_API_PORT is "70000"/],
  ];
  for (const [what, env, status, message] of cases) {
    it(`because ${what}, the reason is given`, async () => {
      const plain = await place.styxy(['allocate', '-s', 'dev', '-q'], { env: env() });
      assert.deepEqual([plain.status, plain.stdout], [status, ''], plain.stderr);
      assert.match(plain.stderr, message);
      const json = await place.styxy(['allocate', '-s', 'dev', '--json'], { env: env() });
      assert.equal((JSON.parse(json.stdout) as { success: boolean }).success, false);
    });
  }

  it('because its socket’s place is a directory’s, the remedy is to remove that', async () => {
    mkdirSync(join(place.home, 'styxy.sock'), { mode: 0o700, recursive: true });
    const { status, stderr } = await place.styxy(['daemon', 'run']);
    assert.equal(status, 1);
    assert.match(stderr, /Remove the directory.*styxy\.sock/);
  });

  it('because its home is a directory of others, which stays as it is', async () => {
    const shared = place.directory('shared');
    writeFileSync(join(shared, 'theirs'), '');
    chmodSync(shared, 0o1777);
    const { status, stderr } = await place.styxy(['list'], { env: { STYXY_HOME: shared } });
    assert.equal(status, 1);
    assert.match(stderr, /open to others[\s\S]*STYXY_HOME/);
    assert.deepEqual([statSync(shared).mode & 0o7777, readdirSync(shared)], [0o1777, ['theirs']]);
  });

  it('of a short path, the status shows the socket of the home, and that others use TCP', {
    skip: process.platform === 'linux' ? false : 'only Linux binds a longer path',
  }, async () => {
    const home = join(place.dir, 'h'.repeat(110));
    const env = { STYXY_HOME: home };
    const { stdout } = await place.styxy(['status'], { env });
    await place.styxy(['daemon', 'stop'], { env });
    assert.match(stdout, /h{110}\/styxy\.sock; too long.*TCP with the token/);
    assert.doesNotMatch(stdout, /\/proc\/self/);
  });

  it('because the token is not safe, the file and the remedy are named', async () => {
    mkdirSync(place.home, { mode: 0o700 });
    writeFileSync(join(place.home, 'auth.token'), 'a'.repeat(64));
    chmodSync(join(place.home, 'auth.token'), 0o644);
    const { status, stdout } = await place.styxy(['list', '--json']);
    const problem = JSON.parse(stdout) as Record<string, string>;
    assert.deepEqual([status, problem.code, problem.reason], [3, 'DAEMON_UNREACHABLE', 'HOME_UNSAFE']);
    assert.match(problem.detail ?? '', /auth\.token/);
    assert.match(problem.hint ?? '', /chmod/);
    rmSync(join(place.home, 'auth.token'));
    assert.equal((await place.styxy(['list'])).status, 0);
  });
});

function file({ dir }: Place): string {
  const path = join(dir, 'file');
  writeFileSync(path, '');
  return path;
}
