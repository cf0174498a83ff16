// Proves that of two versions of the program the newer one's daemon serves, and that nobody loses a lease by the change.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Outcome, openPlace, type Place, ROOT, runProgram } from './cli-harness.ts';
import { isAlive, until } from './run-fixture.ts';

const { version: BUILT } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
};
const OLDER = '0.0.9';
const NEWER = '99.0.0';

interface Info {
  readonly pid: number;
  readonly version: string;
  readonly foreground: boolean;
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

/** The same program with another version in it, as an installation of its own. */
function build(version: string): string {
  const dir = join(place.dir, `styxy-${version}`);
  cpSync(join(ROOT, 'dist'), dir, { recursive: true });
  for (const path of globSync(join(dir, '*.cjs'))) {
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(`{version:"${BUILT}"}`, `{version:"${version}"}`));
  }
  return join(dir, 'styxy.cjs');
}

function styxy(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return runProgram(process.execPath, [program, ...args], { cwd: place.dir, env: { ...place.env, ...env } });
}

const infoPath = (): string => join(place.home, 'daemon.json');
const daemonInfo = (): Info => JSON.parse(readFileSync(infoPath(), 'utf8')) as Info;

async function lease(program: string): Promise<string> {
  const { status, stdout, stderr } = await styxy(program, ['allocate', '-s', 'dev', '-n', 'web', '--json']);
  assert.equal(status, 0, stderr);
  return (JSON.parse(stdout) as { lock_id: string }).lock_id;
}

describe('an older daemon', () => {
  it('is replaced by the first newer command of many, with its leases, and a run holds on', async () => {
    const [older, newer] = [build(OLDER), build(NEWER)];
    const before = await lease(older);
    const { pid } = daemonInfo();
    const run = spawn(
      process.execPath,
      [older, 'run', '-s', 'dev', '-n', 'held', '--', process.execPath, '-e', 'setInterval(() => {}, 1e6)'],
      { cwd: place.dir, env: place.env, stdio: 'ignore' },
    );
    children.add(run);
    const isHeld = async (program: string): Promise<true | null> =>
      (await styxy(program, ['list', '--json'])).stdout.includes('"expires_at": null') ? true : null;
    await until('the lease to be held', () => isHeld(older));
    const crowd = await Promise.all(
      Array.from({ length: 8 }, () => styxy(newer, ['allocate', '-s', 'dev', '-n', 'web', '--json'])),
    );
    for (const { status, stdout, stderr } of crowd) {
      assert.equal(status, 0, stderr);
      assert.equal((JSON.parse(stdout) as { lock_id: string }).lock_id, before);
    }
    const said = crowd.map(({ stderr }) => stderr).join('');
    assert.match(said, new RegExp(`pid ${pid}\\) of version ${OLDER} was replaced by a new one`));
    assert.equal(said.split('was replaced').length - 1, 1, said);
    assert.equal(daemonInfo().version, NEWER);
    assert.equal(isAlive(pid), false);
    await until('the lease to be held again', () => isHeld(newer));
    const exit = new Promise((resolve) => run.once('exit', resolve));
    run.kill('SIGTERM');
    await exit;
  });

  it('stays where a replacement is forbidden, and where somebody runs it', async () => {
    const [older, newer] = [build(OLDER), build(NEWER)];
    await styxy(older, ['daemon', 'start']);
    const { pid } = daemonInfo();
    assert.equal((await styxy(newer, ['list'], { STYXY_AUTOSTART: '0' })).status, 0);
    assert.equal(daemonInfo().pid, pid);
    await styxy(older, ['daemon', 'stop']);
    const child = spawn(process.execPath, [older, 'daemon', 'run'], {
      cwd: place.dir,
      env: place.env,
      stdio: 'ignore',
    });
    children.add(child);
    await until('the daemon', async () =>
      (await styxy(older, ['daemon', 'status'])).status === 0 ? true : null,
    );
    const foreground = daemonInfo();
    assert.deepEqual([foreground.foreground, (await styxy(newer, ['list'])).status], [true, 0]);
    assert.equal(daemonInfo().pid, foreground.pid);
  });
});

describe('a newer daemon', () => {
  it('is used by an older command, and never replaced', async () => {
    const [older, newer] = [build(OLDER), build(NEWER)];
    const before = await lease(newer);
    const { pid } = daemonInfo();
    assert.equal(await lease(older), before);
    assert.equal(daemonInfo().pid, pid);
  });

  it('that hangs is not replaced by an older command, which says so; a newer one replaces it', {
    skip: process.platform === 'linux' ? false : 'a daemon that hangs is looked at on Linux alone',
  }, async () => {
    const [older, newer] = [build(OLDER), build(NEWER)];
    const before = await lease(newer);
    const { pid } = daemonInfo();
    process.kill(pid, 'SIGSTOP');
    const refused = await styxy(older, ['list']);
    assert.equal(refused.status, 3, refused.stdout);
    assert.match(refused.stderr, new RegExp(`does not answer: it is stopped.*It is of version ${NEWER}`));
    assert.match(refused.stderr, new RegExp(`npm install -g styxy@${NEWER}`));
    assert.equal(daemonInfo().pid, pid);
    assert.ok(isAlive(pid));
    assert.equal(await lease(newer), before);
    assert.notEqual(daemonInfo().pid, pid);
  });

  it('is left alone by an older restart, which says what to install; a stop may stop it', async () => {
    const [older, newer] = [build(OLDER), build(NEWER)];
    await styxy(newer, ['daemon', 'start']);
    const { pid } = daemonInfo();
    const { status, stdout, stderr } = await styxy(older, ['daemon', 'restart']);
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, new RegExp(`version ${NEWER}; this styxy is of version ${OLDER}`));
    assert.match(stderr, new RegExp(`npm install -g styxy@${NEWER}`));
    assert.deepEqual([daemonInfo().pid, isAlive(pid)], [pid, true]);
    assert.equal((await styxy(older, ['daemon', 'stop'])).status, 0);
    assert.equal(isAlive(pid), false);
    assert.equal((await styxy(older, ['daemon', 'restart'])).status, 0);
  });

  it('with another API is not talked to, and what to do is said', async () => {
    const older = build(OLDER);
    await styxy(build(NEWER), ['daemon', 'start']);
    const info = daemonInfo();
    writeFileSync(infoPath(), JSON.stringify({ ...info, api_version: 2 }));
    const { status, stdout, stderr } = await styxy(older, ['allocate', '-s', 'dev', '-q']);
    assert.deepEqual([status, stdout], [3, '']);
    assert.match(
      stderr,
      new RegExp(`version ${NEWER} with API version 2; this styxy is of version ${OLDER} with API`),
    );
    assert.match(stderr, /Use the newer one/);
    assert.equal(daemonInfo().pid, info.pid);
  });
});
