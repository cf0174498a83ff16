// Proves that a home in a place where no daemon can be, or be reached, gets a sentence that says what to do, and no hang.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Outcome, openPlace, type Place, PROGRAM, runProgram } from './cli-harness.ts';
import { freeRange } from './port-range.ts';
import { isAlive, until, untilGone } from './run-fixture.ts';

const NOBODY = 65_534;
const ALLOCATE = ['allocate', '-s', 'dev', '-n', 'web', '-q'];

interface Listed {
  readonly lock_id: string;
  readonly pid: number | null;
  readonly expires_at: string | null;
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
const daemonPid = (): number => (JSON.parse(readFileSync(infoPath(), 'utf8')) as { pid: number }).pid;

/** Why the namespaces of `unshare` cannot be had here, or false. */
function missing(...flags: readonly string[]): string | false {
  if (process.platform !== 'linux') return 'namespaces are a matter of Linux';
  const { status } = spawnSync('unshare', [...flags, 'true'], { stdio: 'ignore' });
  return status === 0 ? false : `unshare ${flags.join(' ')} is not permitted here`;
}

/** Runs the program in namespaces of its own. */
function styxyIn(flags: readonly string[], args: readonly string[]): Promise<Outcome> {
  return runProgram('unshare', [...flags, process.execPath, PROGRAM, ...args], {
    cwd: place.dir,
    env: place.env,
  });
}

/** Runs the program in a mount namespace of its own, where the home is what some words of shell mount on it. */
function styxyWhere(mounts: string, args: readonly string[]): Promise<Outcome> {
  // A file system that a program serves ends that program when it is unmounted.
  const script = `${mounts}\nstatus=0; "$@" || status=$?\numount '${place.home}'\nexit $status`;
  return runProgram('unshare', ['-m', 'sh', '-ec', script, 'sh', process.execPath, PROGRAM, ...args], {
    cwd: place.dir,
    env: place.env,
  });
}

const SANDBOXES: readonly (readonly [string, readonly string[]])[] = [
  ['a network namespace', ['-n']],
  ['a pid namespace', ['-p', '--fork', '--mount-proc']],
  ['both', ['-n', '-p', '--fork', '--mount-proc']],
];

describe('in a sandbox', () => {
  for (const [what, flags] of SANDBOXES) {
    it(`of ${what}, the daemon outside is used, and none is started`, {
      skip: missing(...flags),
    }, async () => {
      const port = (await place.styxy(ALLOCATE)).stdout;
      const pid = daemonPid();
      const inside = await styxyIn(flags, ALLOCATE);
      assert.deepEqual([inside.status, inside.stdout], [0, port], inside.stderr);
      assert.equal(/another network than the daemon/.test(inside.stderr), flags.includes('-n'));
      await place.styxy(['daemon', 'stop']);
      for (const how of ['stopped', 'killed']) {
        const refused = await styxyIn(flags, ALLOCATE);
        assert.deepEqual([refused.status, refused.stdout], [3, ''], how);
        assert.match(refused.stderr, /outside of this .*\n.*set STYXY_HOME/);
        assert.equal((await place.styxy(ALLOCATE)).stdout, port);
        process.kill(daemonPid(), 'SIGKILL');
        await untilGone(daemonPid());
      }
      assert.notEqual(daemonPid(), pid);
    });
  }

  it('the pid that daemon.json names is not taken for the daemon, nor for a dead one', {
    skip: missing('-p', '--fork', '--mount-proc'),
  }, async () => {
    await place.styxy(['daemon', 'start']);
    const pid = daemonPid();
    process.kill(pid, 'SIGSTOP');
    const inside = await styxyIn(['-p', '--fork', '--mount-proc'], ['list']);
    assert.equal(inside.status, 3);
    assert.match(inside.stderr, /cannot be proven/);
    process.kill(pid, 'SIGCONT');
    assert.equal((await styxyIn(['-p', '--fork', '--mount-proc'], ['daemon', 'stop'])).status, 0);
    await untilGone(pid);
  });

  it('a pid is not sent to a daemon that knows somebody else by it', {
    skip: missing('-p', '--fork', '--mount-proc'),
  }, async () => {
    await place.styxy(['daemon', 'start']);
    const inside = await styxyIn(
      ['-p', '--fork', '--mount-proc'],
      ['allocate', '-s', 'dev', '-n', 'web', '--pid', '1', '--json'],
    );
    assert.equal((JSON.parse(inside.stdout) as { pid: number | null }).pid, null);
    const outside = await place.styxy(['allocate', '-s', 'dev', '-n', 'api', '--pid', '1', '--json']);
    assert.equal((JSON.parse(outside.stdout) as { pid: number | null }).pid, 1);
  });

  for (const flags of [
    ['-p', '--fork', '--kill-child', '--mount-proc'],
    // Without a /proc of its own, the sandbox does not even know its own pid namespace.
    ['-p', '--fork', '--kill-child'],
  ]) {
    it(`of ${flags.join(' ')}, a run takes the lease that waits for it, and its death ends it`, {
      skip: missing(...flags),
    }, async () => {
      mkdirSync(place.home, { mode: 0o700 });
      const [first, last] = freeRange('runs', 20);
      const config = { service_types: { one: { range: [first, last], instance_behavior: 'single' } } };
      writeFileSync(join(place.home, 'config.json'), JSON.stringify(config));
      const allocate = ['allocate', '-s', 'one', '-n', 'web', '--json'];
      const leases = async () =>
        (JSON.parse((await place.styxy(['list', '--json'])).stdout) as { allocations: Listed[] }).allocations;
      for (const isNamed of [true, false]) {
        const { lock_id } = JSON.parse((await place.styxy(allocate)).stdout) as { lock_id: string };
        const asked = isNamed ? ['--lock', lock_id] : ['-s', 'one', '-n', 'web'];
        const run = spawn(
          'unshare',
          [...flags, process.execPath, PROGRAM, 'run', ...asked, '--', 'sleep', '1000000'],
          { cwd: place.dir, env: place.env, stdio: 'ignore' },
        );
        children.add(run);
        const held = await until('the run to hold its lease', async () => {
          assert.equal(run.exitCode, null, 'the run has ended');
          return (await leases()).find(({ expires_at }) => expires_at === null) ?? null;
        });
        assert.deepEqual([held.lock_id, held.pid], [lock_id, null]);
        assert.equal((await leases()).length, 1);
        run.kill('SIGKILL');
        await until('the end of the lease', async () => ((await leases()).length === 0 ? true : null));
      }
    });
  }

  it('a daemon can be had by who asks for one by name', { skip: missing('-n') }, async () => {
    await place.styxy(['daemon', 'start']);
    await place.styxy(['daemon', 'stop']);
    assert.equal((await styxyIn(['-n'], ['daemon', 'start'])).status, 0);
    assert.equal((await styxyIn(['-n'], ALLOCATE)).status, 0);
    await place.styxy(['daemon', 'stop']);
    assert.equal((await place.styxy(ALLOCATE)).status, 3);
    assert.equal((await place.styxy(['daemon', 'restart'])).status, 0);
  });
});

describe('a home that cannot be written', () => {
  const readOnly = (): string =>
    `mount --bind '${place.home}' '${place.home}'; mount -o remount,ro,bind '${place.home}'`;

  it('is served by the daemon that runs, and starts none', { skip: missing('-m') }, async () => {
    const port = (await place.styxy(ALLOCATE)).stdout;
    const inside = await styxyWhere(readOnly(), ALLOCATE);
    assert.deepEqual([inside.status, inside.stdout], [0, port], inside.stderr);
    const pid = daemonPid();
    process.kill(pid, 'SIGKILL');
    await untilGone(pid);
    const refused = await styxyWhere(readOnly(), ALLOCATE);
    assert.deepEqual([refused.status, refused.stdout], [3, '']);
    assert.match(refused.stderr, /read-only[\s\S]*STYXY_HOME/);
    rmSync(place.home, { recursive: true });
    mkdirSync(place.home, { mode: 0o700 });
    assert.match((await styxyWhere(readOnly(), ALLOCATE)).stderr, /read-only[\s\S]*STYXY_HOME/);
  });

  it('because it is another user’s, or closed, says so', {
    skip: process.geteuid?.() === 0 ? false : 'only root can be somebody else',
  }, async () => {
    await place.styxy(['daemon', 'start']);
    chmodSync(place.dir, 0o755);
    const asNobody = (env: NodeJS.ProcessEnv): Promise<Outcome> =>
      runProgram(
        'setpriv',
        [
          '--reuid',
          `${NOBODY}`,
          '--regid',
          `${NOBODY}`,
          '--clear-groups',
          process.execPath,
          PROGRAM,
          ...ALLOCATE,
        ],
        {
          cwd: '/',
          env: { ...place.env, ...env },
        },
      );
    const denied = await asNobody({});
    assert.deepEqual([denied.status, denied.stdout], [3, '']);
    assert.match(denied.stderr, /does not permit the connection[\s\S]*STYXY_HOME/);
    const closed = place.directory('closed');
    chownSync(closed, NOBODY, NOBODY);
    chmodSync(closed, 0o500);
    const unwritable = await asNobody({ STYXY_HOME: closed });
    assert.deepEqual([unwritable.status, unwritable.stdout], [3, '']);
    assert.match(unwritable.stderr, /may not write[\s\S]*STYXY_HOME/);
  });
});

describe('root in another user’s home', () => {
  it('is refused by every command that touches it, and does nothing to its daemon', {
    skip: process.geteuid?.() === 0 ? false : 'only root can be somebody else',
  }, async () => {
    const dir = place.directory('theirs');
    chmodSync(place.dir, 0o755);
    chownSync(dir, NOBODY, NOBODY);
    chmodSync(dir, 0o700);
    const env = { ...place.env, STYXY_HOME: dir };
    const ids = ['--reuid', `${NOBODY}`, '--regid', `${NOBODY}`, '--clear-groups'];
    const asOwner = (args: readonly string[]): Promise<Outcome> =>
      runProgram('setpriv', [...ids, process.execPath, PROGRAM, ...args], { cwd: '/', env });
    assert.equal((await asOwner(['daemon', 'start'])).status, 0);
    const { pid } = JSON.parse(readFileSync(join(dir, 'daemon.json'), 'utf8')) as { pid: number };
    try {
      for (const words of [
        'daemon stop',
        'daemon restart',
        'daemon start',
        'daemon run',
        'daemon status',
        'daemon logs',
        'token rotate',
        'config path',
        'config validate',
        'config show',
        'list',
      ]) {
        const refused = await place.styxy(words.split(' '), { env });
        assert.deepEqual([refused.status, refused.stdout], [1, ''], words);
        assert.match(refused.stderr, /belongs to user 65534, and root does not work there/, words);
        assert.equal(isAlive(pid), true, words);
      }
    } finally {
      await asOwner(['daemon', 'stop']);
    }
    assert.equal(isAlive(pid), false);
  });
});

describe('a home on a network file system', () => {
  const SFTP_SERVER = '/usr/lib/openssh/sftp-server';
  const hasSshfs =
    existsSync(SFTP_SERVER) && spawnSync('sshfs', ['--version'], { stdio: 'ignore' }).status === 0;

  it('is refused, and a local disk asked for', {
    skip: missing('-m') || (hasSshfs ? false : 'sshfs is missing'),
  }, async () => {
    const far = place.directory('far');
    mkdirSync(place.home);
    // The same file system as over a network, whose other end is a program right here.
    const ssh = join(place.dir, 'ssh');
    writeFileSync(ssh, `#!/bin/sh\nexec ${SFTP_SERVER}\n`, { mode: 0o755 });
    const mount = `sshfs -o ssh_command='${ssh}' far:'${far}' '${place.home}'`;
    const outcome = await styxyWhere(mount, [...ALLOCATE.slice(0, -1), '--json']);
    assert.equal(outcome.status, 3, outcome.stderr);
    const problem = JSON.parse(outcome.stdout) as Record<string, string>;
    assert.equal(problem.reason, 'HOME_UNUSABLE');
    assert.match(problem.detail ?? '', /network or shared file system \(fuse\.sshfs\)/);
    assert.match(problem.hint ?? '', /STYXY_HOME.*local disk/);
    assert.equal(existsSync(join(far, 'state.db')), false);
  });
});

describe('a home that is removed', () => {
  it('takes its daemon along, and the next command makes another', async () => {
    await place.styxy(ALLOCATE);
    const pid = daemonPid();
    rmSync(place.home, { recursive: true });
    const next = await place.styxy(ALLOCATE);
    assert.equal(next.status, 0, next.stderr);
    await untilGone(pid);
    assert.equal(isAlive(daemonPid()), true);
    // The old one must not have removed what is the new one's.
    assert.ok(statSync(join(place.home, 'styxy.sock')).isSocket());
    assert.equal((await place.styxy(['list'])).status, 0);
  });

  it('or moved is left by its daemon, with all leases in it', async () => {
    await place.styxy(ALLOCATE);
    const pid = daemonPid();
    const moved = join(place.dir, 'moved');
    renameSync(place.home, moved);
    await untilGone(pid);
    const list = await place.styxy(['list', '--json'], { env: { STYXY_HOME: moved } });
    assert.match(list.stdout, /"count": 1/);
    await place.styxy(['daemon', 'stop'], { env: { STYXY_HOME: moved } });
  });

  it('in part gets its daemon.json back', async () => {
    await place.styxy(['daemon', 'start']);
    const pid = daemonPid();
    rmSync(infoPath());
    await until('daemon.json', () => (existsSync(infoPath()) ? true : null));
    assert.equal(daemonPid(), pid);
    writeFileSync(infoPath(), 'garbage');
    await until('daemon.json', () => (readFileSync(infoPath(), 'utf8').startsWith('{') ? true : null));
    assert.equal(daemonPid(), pid);
  });
});

describe('two daemons for one home', () => {
  it('race, one wins, and the others say who did, with a status that is no reason to try again', async () => {
    const racers = Array.from({ length: 4 }, () => place.styxy(['daemon', 'run']));
    const winner = await until('a winner', () => (existsSync(infoPath()) ? daemonPid() : null));
    const ended: Outcome[] = [];
    for (const racer of racers) void racer.then((outcome) => ended.push(outcome));
    const lost = await until('the others to give up', () => (ended.length === 3 ? ended.slice() : null));
    for (const { status, stderr } of lost) {
      assert.equal(status, 1);
      assert.match(stderr, new RegExp(`pid ${winner}\\) serves`));
    }
    process.kill(winner, 'SIGTERM');
    await Promise.all(racers);
    assert.deepEqual(ended.map(({ status }) => status).toSorted(), [0, 1, 1, 1]);
  });
});
