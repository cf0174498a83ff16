// Owns the proof of `styxy doctor` from outside: with and without a daemon, in homes that are broken, closed or another's.

import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Outcome, openPlace, type Place } from './cli-harness.ts';

interface Told {
  readonly healthy: boolean;
  readonly checks: readonly {
    readonly id: string;
    readonly state: string;
    readonly found: string;
    readonly remedy: string | null;
    readonly fixed: string | null;
  }[];
}

/** What the machine of the test may make of them is not the test's business. */
const OF_THE_MACHINE = ['node', 'ipv6', 'localhost', 'wsl', 'containers', 'disk-space', 'ephemeral-range'];

let place: Place;

beforeEach(() => {
  place = openPlace();
});

afterEach(() => place.close());

async function doctor(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<[Outcome, Told]> {
  const outcome = await place.styxy(['doctor', '--json', ...args], { env });
  return [outcome, JSON.parse(outcome.stdout)];
}

function states({ checks }: Told): Record<string, string> {
  return Object.fromEntries(checks.map(({ id, state }) => [id, state]));
}

function troubles({ checks }: Told): string[] {
  return checks
    .filter(({ id, state }) => state === 'trouble' && !OF_THE_MACHINE.includes(id))
    .map(({ id }) => id);
}

describe('styxy doctor', () => {
  it('starts no daemon, and makes nothing', async () => {
    const [, told] = await doctor(['--fix']);
    assert.deepEqual(troubles(told), []);
    assert.ok(!existsSync(place.home));
    assert.deepEqual(readdirSync(place.dir), []);
  });

  it('finds a daemon and all of its things well', async () => {
    await place.styxy(['daemon', 'start']);
    const [{ status, stderr }, told] = await doctor();
    assert.deepEqual(troubles(told), []);
    assert.equal(status, told.healthy ? 0 : 1);
    assert.equal(stderr, '');
    const seen = states(told);
    for (const id of ['daemon', 'versions', 'socket', 'api-port', 'store', 'token', 'stale-leases'])
      assert.equal(seen[id], 'ok', id);
  });

  it('says what is wrong with each thing, mends what it can, and stays content', async () => {
    await place.styxy(['daemon', 'start']);
    await place.styxy(['daemon', 'stop']);
    chmodSync(place.home, 0o755);
    chmodSync(join(place.home, 'auth.token'), 0o644);
    writeFileSync(join(place.home, 'config.json'), '{"service_types": 1}');
    const [{ status }, ill] = await doctor();
    assert.equal(status, 1);
    assert.deepEqual(troubles(ill), ['home', 'home-files', 'token', 'config']);
    const [, mended] = await doctor(['--fix']);
    assert.deepEqual(troubles(mended), ['config']);
    assert.equal(statSync(place.home).mode & 0o777, 0o700);
    const [, again] = await doctor(['--fix']);
    assert.deepEqual(
      again.checks.flatMap(({ fixed }) => fixed ?? []),
      [],
    );
  });

  it('sees a token that is not the daemon’s, and the broken store of one that is not there', async () => {
    await place.styxy(['daemon', 'start']);
    writeFileSync(join(place.home, 'auth.token'), 'f'.repeat(64));
    const [, told] = await doctor();
    assert.deepEqual(troubles(told), ['api-port']);
    await place.styxy(['daemon', 'stop']);
    writeFileSync(join(place.home, 'state.db'), 'no database');
    rmSync(join(place.home, 'state.db-wal'), { force: true });
    const [, broken] = await doctor(['--fix']);
    assert.deepEqual(troubles(broken), ['store']);
    assert.equal(readFileSync(join(place.home, 'state.db'), 'utf8'), 'no database');
  });

  it('says that a daemon is stopped, ends nothing, and looks at the rest', async (t) => {
    if (process.platform !== 'linux') return t.skip('what a silent process does is seen on Linux alone');
    await place.styxy(['daemon', 'start']);
    const { pid } = JSON.parse(readFileSync(join(place.home, 'daemon.json'), 'utf8'));
    process.kill(pid, 'SIGSTOP');
    try {
      const [, told] = await doctor(['--fix']);
      assert.deepEqual(troubles(told), ['daemon']);
      assert.match(told.checks.find(({ id }) => id === 'daemon')?.found ?? '', /is stopped, as by SIGSTOP/);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    const { stdout } = await place.styxy(['status', '--json']);
    assert.equal(JSON.parse(stdout).pid, pid);
  });

  it('works without HOME, and where none can be used', async () => {
    const [, told] = await doctor([], { HOME: undefined });
    assert.deepEqual(troubles(told), []);
    const [{ status }, odd] = await doctor([], { STYXY_HOME: 'relative' });
    assert.deepEqual([status, troubles(odd)], [1, ['home']]);
    writeFileSync(place.home, 'a file');
    const [, file] = await doctor(['--fix']);
    assert.deepEqual(troubles(file), ['home']);
    rmSync(place.home);
  });

  it('says whose a home is that is another user’s, and reads nothing in it', async (t) => {
    if (process.geteuid?.() !== 0) return t.skip('only root can give a directory away');
    mkdirSync(place.home, { mode: 0o700 });
    writeFileSync(join(place.home, 'config.json'), '{');
    chownSync(place.home, 65_534, 65_534);
    const [{ status }, told] = await doctor(['--fix']);
    assert.deepEqual([status, troubles(told)], [1, ['home']]);
    assert.match(told.checks.find(({ id }) => id === 'home')?.found ?? '', /belongs to user 65534/);
    assert.deepEqual(readdirSync(place.home), ['config.json']);
    chownSync(place.home, 0, 0);
  });

  it('keeps to 80 columns where no terminal says otherwise', async () => {
    await place.styxy(['daemon', 'start']);
    chmodSync(join(place.home, 'auth.token'), 0o644);
    const { stdout, stderr } = await place.styxy(['doctor']);
    const long = stdout.split('\n').filter((line) => line.length > 80 && line.trim().includes(' ', 30));
    assert.deepEqual(long, []);
    assert.match(stdout, /^trouble {2}Files of the home/m);
    assert.match(stdout, /^ +Why: /m);
    assert.match(stderr, /`styxy doctor --fix` mends .*files of the home/);
  });
});
