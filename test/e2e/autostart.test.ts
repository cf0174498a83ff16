// Proves the autostart with a real systemd: installed, the daemon is always there, and removed, nothing of it is left.

import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { VERSION } from '../../src/api/api-version.ts';
import { ODD } from '../fixtures/autostart-facts.ts';
import { type Outcome, openPlace, type Place, PROGRAM, ROOT, runProgram } from './cli-harness.ts';
import { isAlive, until } from './run-fixture.ts';
import { type Manager, missingManager, startManager } from './service-manager.ts';

interface Status {
  readonly installed: boolean;
  readonly healthy: boolean;
  readonly layers: readonly { readonly name: string; readonly state: string; readonly detail: string }[];
}

let place: Place;
let manager: Manager | null;
beforeEach(async () => {
  place = openPlace();
  manager = missingManager() === false ? await startManager(place.dir) : null;
});
afterEach(async () => {
  await styxy(['autostart', 'uninstall']);
  await manager?.stop();
  await place.close();
});

/** The program as somebody runs it whose service manager is the test's. */
function styxy(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return place.styxy(args, { env: { ...manager?.env, ...env } });
}

async function good(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await styxy(args);
  assert.equal(status, 0, `${stdout}${stderr}`);
  return stdout;
}

async function layers(): Promise<Status> {
  return JSON.parse((await styxy(['autostart', 'status', '--json'])).stdout) as Status;
}

const infoPath = (): string => join(place.home, 'daemon.json');
const daemonPid = (): number => (JSON.parse(readFileSync(infoPath(), 'utf8')) as { pid: number }).pid;
const unitName = (ending: string): string => {
  const [path = ''] = globSync(join(place.dir, '.config', 'systemd', 'user', `styxy-????????${ending}`));
  return path.slice(path.lastIndexOf('/') + 1);
};
const isActive = (ending: string): boolean =>
  manager?.systemctl('is-active', unitName(ending)).trim() === 'active';
const mainPid = (): number =>
  Number(manager?.systemctl('show', '--property=MainPID', '--value', unitName('.service')));
const socketPath = (): string => join(place.home, 'styxy.sock');

function shutDown(): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: socketPath(), path: '/shutdown', method: 'POST' }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    asked.on('error', reject).end();
  });
}

/** A test of an installed autostart; where systemd does not run for a reason of its own, it says so. */
function installed(name: string, test: () => Promise<void>): void {
  it(name, async (t) => {
    if (manager === null) return t.skip('a service manager does not run here');
    await good('autostart', 'install');
    await test();
  });
}

describe('an installed autostart', { skip: missingManager() }, () => {
  installed('has every layer in order, and the daemon under the manager', async () => {
    const { installed: isInstalled, healthy, layers: seen } = await layers();
    assert.deepEqual([isInstalled, healthy], [true, true], JSON.stringify(seen));
    assert.deepEqual(
      seen.filter(({ name }) => name !== 'without a login').map(({ name, state }) => `${name} ${state}`),
      ['files', 'systemd', 'socket', 'service', 'watchdog', 'check', 'daemon'].map((name) => `${name} ok`),
    );
    assert.equal(mainPid(), daemonPid());
    assert.equal(statSync(socketPath()).mode & 0o777, 0o600);
    assert.match(readFileSync(`/proc/${daemonPid()}/status`, 'latin1'), /^Umask:\s*0077$/m);
  });

  installed('starts another daemon after a kill, and nobody notices but by the wait', async () => {
    const lease = await good('allocate', '-s', 'dev', '-n', 'web', '-q');
    const pid = mainPid();
    process.kill(pid, 'SIGKILL');
    assert.equal(await good('allocate', '-s', 'dev', '-n', 'web', '-q'), lease);
    assert.notEqual(mainPid(), pid);
    assert.equal((await layers()).healthy, true);
  });

  installed('starts another one after a stop over the API', async () => {
    const pid = mainPid();
    assert.equal(await shutDown(), 202);
    await until('its end', () => !isAlive(pid) || null);
    await good('status');
    assert.notEqual(mainPid(), pid);
  });

  installed('stays stopped after `daemon stop`, until a command needs the daemon', async () => {
    assert.match(
      await good('daemon', 'stop'),
      /is stopped\. The autostart rests until a command needs the daemon/,
    );
    assert.deepEqual(['.socket', '.service', '-check.timer'].filter(isActive), []);
    assert.equal(existsSync(socketPath()), false);
    assert.equal((await styxy(['daemon', 'status'])).status, 3);
    await good('list');
    assert.deepEqual(['.socket', '.service', '-check.timer'].filter(isActive), [
      '.socket',
      '.service',
      '-check.timer',
    ]);
    assert.equal(mainPid(), daemonPid());
  });

  installed('restarts the daemon under the manager', async () => {
    const pid = mainPid();
    await good('daemon', 'restart');
    assert.notEqual(mainPid(), pid);
    assert.equal(mainPid(), daemonPid());
  });

  installed('has a second start find the daemon', async () => {
    assert.match(await good('daemon', 'start'), /^Runs already/);
  });

  installed('replaces a daemon that hangs', async () => {
    const pid = mainPid();
    process.kill(pid, 'SIGSTOP');
    const { stderr } = await styxy(['list']);
    assert.match(stderr, /did not answer, it is stopped.*replaced by a new one/);
    assert.equal(isAlive(pid), false);
    assert.notEqual(mainPid(), pid);
  });

  installed(
    'takes the place of a daemon that was started beside it, and of a socket that was removed',
    async () => {
      await good('daemon', 'stop');
      const elsewhere = { XDG_RUNTIME_DIR: place.directory('nowhere') };
      await styxy(['daemon', 'start'], elsewhere);
      assert.notEqual(mainPid(), daemonPid());
      const beside = await styxy(['autostart', 'status']);
      assert.deepEqual([beside.status, /not started by the autostart/.test(beside.stdout)], [1, true]);
      assert.match(await good('autostart', 'check'), /handed over: it ran beside/);
      assert.equal(mainPid(), daemonPid());
      rmSync(socketPath());
      assert.match(await good('autostart', 'check'), /handed over: its socket was gone/);
      assert.equal((await layers()).healthy, true);
      const said = await good('autostart', 'check');
      assert.doesNotMatch(said, /handed over/);
    },
  );

  installed('ends a daemon that says nothing, though nobody asks for it', async () => {
    const dropIn = join(place.dir, '.config', 'systemd', 'user', `${unitName('.service')}.d`);
    mkdirSync(dropIn);
    writeFileSync(join(dropIn, 'impatient.conf'), '[Service]\nWatchdogSec=1\n');
    manager?.systemctl('daemon-reload');
    await good('daemon', 'restart');
    const pid = mainPid();
    process.kill(pid, 'SIGSTOP');
    const next = await until('another daemon', () => (isAlive(pid) ? null : mainPid() || null));
    assert.notEqual(next, pid);
    await good('status');
  });

  installed('has a client wait for a daemon that is slow to start, and judge no silence', async () => {
    const dropIn = join(place.dir, '.config', 'systemd', 'user', `${unitName('.service')}.d`);
    mkdirSync(dropIn);
    // Longer than a silence is borne, and the look at it on top.
    writeFileSync(join(dropIn, 'slow.conf'), '[Service]\nExecStartPre=/bin/sleep 6\n');
    manager?.systemctl('daemon-reload');
    process.kill(mainPid(), 'SIGKILL');
    const { status, stderr } = await styxy(['list']);
    assert.deepEqual([status, stderr], [0, '']);
    assert.equal(mainPid(), daemonPid());
  });

  installed('runs its look as the timer does', async () => {
    manager?.systemctl('start', unitName('-check.service'));
    assert.equal(
      manager?.systemctl('show', '--property=Result,ExecMainStatus', '--value', unitName('-check.service')),
      'success\n0\n',
    );
  });

  installed('says how it is from a session that names no manager', async () => {
    const { stdout, status } = await styxy(['autostart', 'status'], {
      XDG_RUNTIME_DIR: place.directory('nowhere'),
    });
    assert.equal(status, 1);
    assert.match(stdout, /^systemd +trouble +No systemd manager/m);
  });

  installed('leaves nothing when it is removed, and the daemon to the next command', async () => {
    await good('daemon', 'start');
    await good('autostart', 'uninstall');
    assert.deepEqual(globSync(join(place.dir, '.config', 'systemd', 'user', '**', '*styxy*')), []);
    assert.doesNotMatch(
      manager?.systemctl('list-units', '--all', '--plain', '--no-legend') ?? '',
      /styxy-[0-9a-f]{8}/,
    );
    assert.equal(existsSync(infoPath()), false);
    assert.equal((await layers()).installed, false);
    await good('list');
    assert.equal(mainPid() || 0, 0);
    assert.match(await good('autostart', 'uninstall'), /No autostart is installed/);
  });

  it('works with paths of which every character means something', async (t) => {
    if (manager === null) return t.skip('a service manager does not run here');
    const odd = place.directory(ODD);
    cpSync(join(ROOT, 'dist'), join(odd, 'dist'), { recursive: true });
    cpSync(process.execPath, join(odd, 'node'), { dereference: true });
    const env = { ...place.env, ...manager.env, STYXY_HOME: join(odd, 'home') };
    const run = (...args: readonly string[]): Promise<Outcome> =>
      runProgram(join(odd, 'node'), [join(odd, 'dist', 'styxy.cjs'), ...args], { cwd: '/', env });
    const done = await run('autostart', 'install');
    assert.equal(done.status, 0, `${done.stdout}${done.stderr}`);
    const status = JSON.parse((await run('autostart', 'status', '--json')).stdout) as Status;
    assert.equal(status.healthy, true, JSON.stringify(status.layers));
    manager.systemctl('start', unitName('-check.service'));
    assert.match(manager.systemctl('show', '--property=Result', unitName('-check.service')), /=success/);
    const removed = await run('autostart', 'uninstall');
    assert.equal(removed.status, 0, removed.stderr);
  });

  it('gives way to a newer program by itself', async (t) => {
    if (manager === null) return t.skip('a service manager does not run here');
    const dist = join(place.dir, 'dist');
    cpSync(join(ROOT, 'dist'), dist, { recursive: true });
    const env = { ...place.env, ...manager.env };
    const run = (...args: readonly string[]): Promise<Outcome> =>
      runProgram(process.execPath, [join(dist, 'styxy.cjs'), ...args], { cwd: place.dir, env });
    for (const bundle of globSync(join(dist, '*.cjs'))) {
      const text = readFileSync(bundle, 'utf8');
      if (/\/(?:styxy|daemon)\.cjs$/.test(bundle)) assert.ok(text.includes(`"${VERSION}"`), bundle);
      writeFileSync(bundle, text.replaceAll(`"${VERSION}"`, '"0.0.1"'));
    }
    await run('autostart', 'install');
    const pid = mainPid();
    // As an update does it: the program is another one, at the same place.
    cpSync(join(ROOT, 'dist'), dist, { recursive: true });
    const { stderr, status } = await run('list');
    assert.equal(status, 0, stderr);
    assert.match(stderr, /of version 0\.0\.1 was replaced by a new one/);
    assert.notEqual(mainPid(), pid);
    assert.equal(mainPid(), daemonPid());
    assert.equal((await run('list')).stderr, '');
    await run('autostart', 'uninstall');
  });
});

describe('an autostart where no service manager is', {
  skip: process.platform === 'linux' ? false : 'Linux alone',
}, () => {
  it('is refused with what to do, and shown all the same', async () => {
    const env = { XDG_RUNTIME_DIR: place.directory('nowhere') };
    const refused = await place.styxy(['autostart', 'install', '--json'], { env });
    assert.equal(refused.status, 1);
    const { code, hint } = JSON.parse(refused.stdout) as { code: string; hint: string };
    assert.deepEqual([code, /enable-linger/.test(hint)], ['AUTOSTART_UNAVAILABLE', true]);
    const shown = await place.styxy(['autostart', 'install', '--dry-run'], { env });
    assert.equal(shown.status, 0);
    assert.match(shown.stdout, /write +.*styxy-[0-9a-f]{8}\.service\n +# Written by/);
    assert.match(shown.stderr, /could not be installed: .*\nNothing was changed/);
    assert.equal(existsSync(join(place.dir, '.config')), false);
    const status = await place.styxy(['autostart', 'status'], { env });
    assert.deepEqual([status.status, /not installed/.test(status.stdout)], [0, true]);
  });

  it('never replaces a file of somebody’s', async () => {
    const env = { XDG_RUNTIME_DIR: place.directory('nowhere') };
    const shown = JSON.parse(
      (await place.styxy(['autostart', 'install', '--dry-run', '--json'], { env })).stdout,
    ) as {
      files: readonly { path: string; action: string; text: string }[];
    };
    const path = shown.files[0]?.path ?? '';
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, '[Unit]\n');
    const refused = await place.styxy(['autostart', 'install', '--json'], { env });
    assert.match(refused.stdout, /FILE_NOT_OURS/);
    assert.equal(readFileSync(path, 'utf8'), '[Unit]\n');
    assert.ok(existsSync(PROGRAM));
  });
});
