// Owns the proof of what outlives its maker: ports that come back, leases without their `styxy run`, and runs without a daemon.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { LeaseJson } from '../../src/api/schemas.ts';
import {
  hasCommand,
  isAlive,
  type RunFixture,
  SERVER,
  STYXY,
  type Started,
  serving,
  startRunFixture,
  until,
  untilGone,
} from './run-fixture.ts';

const NODE = process.execPath;
const SERVE = ['--', NODE, '-e', SERVER];
/** A program that has a port and does not listen on it. */
const SILENT = `console.log('on ' + process.env.PORT + ' as ' + process.pid + ' end'); setInterval(() => {}, 1e6)`;
const missingGit = hasCommand('git') ? false : 'git is missing';
const missingPython = hasCommand('python3') ? false : 'python3 is missing';

let fixture: RunFixture;
before(async () => {
  fixture = await startRunFixture();
});
after(() => fixture.stop());

/** The lease on a port that a command has named. */
async function leaseAt(port: number): Promise<LeaseJson> {
  return await until('the lease', () => fixture.leaseOn(port));
}

const LOST = /was ended by somebody/g;
function untilWarned(run: Started): Promise<true> {
  return until('the warning', () => (run.err().search(LOST) >= 0 ? true : null));
}

async function stopRun(run: Started): Promise<void> {
  process.kill(run.pid, 'SIGTERM');
  await run.ended;
}

describe('the ports of two worktrees', () => {
  it('differ, and are the same again after everything was restarted', { skip: missingGit }, async () => {
    const shop = join(fixture.root, 'shop');
    const linked = join(fixture.root, 'fix');
    mkdirSync(shop);
    writeFileSync(join(shop, 'README'), 'a shop');
    const git = (...args: string[]): void => {
      const named = ['-c', 'user.name=test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false'];
      execFileSync('git', [...named, ...args], { cwd: shop, stdio: 'ignore' });
    };
    git('init');
    git('add', '.');
    git('commit', '-m', 'A shop');
    git('worktree', 'add', '-b', 'fix', linked);
    // The second round starts them the other way round: the ports are the checkouts', not those of an order.
    const round = async (checkouts: readonly string[]): Promise<Map<string, number>> => {
      const ports = new Map<string, number>();
      for (const cwd of checkouts) {
        const run = fixture.runTyped(['-n', 'web', ...SERVE], { cwd });
        ports.set(cwd, (await serving(run)).port);
        runs.push(run);
      }
      await Promise.all(runs.splice(0).map(stopRun));
      return ports;
    };
    const runs: Started[] = [];
    const first = await round([shop, linked]);
    assert.equal(new Set(first.values()).size, 2);
    await fixture.daemon.end();
    await fixture.daemon.restart();
    const second = await round([linked, shop]);
    assert.deepEqual(new Map([...second].sort()), new Map([...first].sort()));
  });
});

describe('a run whose styxy run was killed', { concurrency: 3 }, () => {
  const untilEnded = (lockId: string): Promise<true> =>
    until('the lease to end', async () =>
      (await fixture.leases()).every(({ lock_id }) => lock_id !== lockId) ? true : null,
    );

  it('keeps its lease as an orphan while the command listens, and no longer', async () => {
    const run = fixture.runTyped(['-n', 'left-alone', ...SERVE]);
    const { port, pid } = await serving(run);
    const held = await leaseAt(port);
    assert.deepEqual([held.pid, held.orphan, held.expires_at], [run.pid, false, null]);
    process.kill(run.pid, 'SIGKILL');
    await run.ended;
    const orphan = await until('the lease to be an orphan', async () => {
      const lease = await fixture.leaseOn(port);
      return lease?.orphan === false ? null : lease;
    });
    const { lock_id, state, expires_at, fence } = orphan;
    assert.deepEqual([lock_id, state, expires_at, fence], [held.lock_id, 'active', null, held.fence]);
    // Whoever comes next is told where it runs, and gets another port.
    const next = fixture.runTyped(['-n', 'left-alone', ...SERVE]);
    assert.notEqual((await serving(next)).port, port);
    assert.match(
      next.err(),
      new RegExp(
        `left-alone runs already at http://left-alone\\.project\\.localhost:${port} .*left behind by a holder that is gone`,
      ),
    );
    await stopRun(next);
    assert.equal((await fixture.leaseOn(port))?.orphan, true);
    process.kill(pid, 'SIGKILL');
    await untilEnded(held.lock_id);
  });

  it('loses its lease where the command does not listen', async () => {
    const run = fixture.runTyped(['-n', 'silent', '--', NODE, '-e', SILENT]);
    const [, port, pid] = await run.printed(/on (\d+) as (\d+) end/);
    const held = await leaseAt(Number(port));
    assert.equal(held.pid, run.pid);
    process.kill(run.pid, 'SIGKILL');
    await run.ended;
    await untilEnded(held.lock_id);
    assert.ok(isAlive(Number(pid)));
    process.kill(Number(pid), 'SIGKILL');
  });

  it('is an orphan, too, when only a server below the command is left', async () => {
    const shell = `${NODE} -e "$0" & echo "shell $$ end"; wait`;
    const run = fixture.runTyped(['-n', 'below', '--', 'sh', '-c', shell, SERVER]);
    const { port, pid } = await serving(run);
    const held = await leaseAt(port);
    const [, command] = await run.printed(/shell (\d+) end/);
    process.kill(run.pid, 'SIGKILL');
    process.kill(Number(command), 'SIGKILL');
    await until('the lease to be an orphan', async () =>
      (await fixture.leaseOn(port))?.orphan === true ? true : null,
    );
    process.kill(pid, 'SIGKILL');
    await untilEnded(held.lock_id);
  });
});

describe('a run whose daemon goes away', () => {
  for (const [how, gone] of [
    ['is killed', () => fixture.daemon.kill9()],
    ['is stopped', () => fixture.daemon.end()],
  ] as const) {
    it(`goes on with its lease when the daemon ${how} and another one comes`, async () => {
      const run = fixture.runTyped(['-n', 'survivor', ...SERVE]);
      const { port, pid } = await serving(run);
      const lease = await until('the lease', () => fixture.leaseOn(port));
      await gone();
      assert.ok(isAlive(pid));
      await fixture.daemon.restart();
      const [again] = await fixture.leases();
      assert.equal(again?.lock_id, lease.lock_id);
      assert.equal(await (await fetch(`http://127.0.0.1:${port}`)).text(), 'served');
      await stopRun(run);
      assert.notEqual((await fixture.leaseOn(port))?.lock_id, lease.lock_id);
      assert.doesNotMatch(run.err(), /ended by somebody/);
    });
  }

  it('ends as it would have without one', async () => {
    const run = fixture.runTyped(['-n', 'forsaken', ...SERVE]);
    const { pid } = await serving(run);
    await fixture.daemon.kill9();
    process.kill(run.pid, 'SIGTERM');
    assert.equal(await run.ended, 143);
    await untilGone(pid);
    await fixture.daemon.restart();
    await until('the lease to end', async () => ((await fixture.leases()).length === 0 ? true : null));
  });

  it('says so when its lease is gone meanwhile, and goes on', async () => {
    const run = fixture.runTyped(['-n', 'robbed', ...SERVE]);
    const { port, pid } = await serving(run);
    const lease = await leaseAt(port);
    // Nobody can tell a run that cannot be heard: it asks the next daemon.
    process.kill(run.pid, 'SIGSTOP');
    await fixture.daemon.request('DELETE', `/allocate/${lease.lock_id}?force=true`);
    await fixture.daemon.kill9();
    process.kill(run.pid, 'SIGCONT');
    await fixture.daemon.restart();
    await untilWarned(run);
    assert.ok(isAlive(pid));
    await stopRun(run);
  });
});

describe('a run whose lease is taken away', () => {
  it('says so, once, and the command goes on', async () => {
    const run = fixture.runTyped(['-n', 'released', ...SERVE]);
    const { port, pid } = await serving(run);
    await leaseAt(port);
    const release = fixture.start(NODE, [...STYXY, 'release', '--port', String(port), '--force']);
    assert.equal(await release.ended, 0, release.err());
    await untilWarned(run);
    assert.ok(isAlive(pid));
    assert.equal(await (await fetch(`http://127.0.0.1:${port}`)).text(), 'served');
    await stopRun(run);
    assert.equal(run.err().match(LOST)?.length, 1, run.err());
  });
});

describe('a run of a real tool', () => {
  it('serves on the port that replaces {port}', { skip: missingPython }, async () => {
    const run = fixture.runTyped([
      '-n',
      'files',
      '--',
      'python3',
      '-m',
      'http.server',
      '--bind',
      '127.0.0.1',
      '{port}',
    ]);
    const lease = await until(
      'the lease',
      async () => (await fixture.leases()).find(({ service_name }) => service_name === 'files') ?? null,
    );
    const page = await until('an answer', () =>
      fetch(`http://127.0.0.1:${lease.port}`).then(
        (answer) => answer.text(),
        () => null,
      ),
    );
    assert.match(page, /Directory listing/);
    process.kill(run.pid, 'SIGINT');
    await run.ended;
    assert.notEqual((await fixture.leaseOn(lease.port))?.lock_id, lease.lock_id);
  });
});

describe('a run without a daemon', () => {
  const SHOW = 'console.log(JSON.stringify([process.env.PORT ?? null, ...process.argv.slice(1)]))';
  beforeEach(() => fixture.daemon.end());
  after(() => fixture.daemon.restart());

  it('is the unchanged command, after one warning', async () => {
    const run = fixture.run(['--', NODE, '-e', SHOW, '{port}']);
    assert.equal(await run.ended, 0);
    assert.deepEqual(JSON.parse(run.out()), [null, '{port}']);
    assert.equal(run.err().match(/no daemon/g)?.length, 1);
    assert.match(run.err(), /\{port\} stays as it is/);
  });

  it('is no failure for a program either: the document has no lease, and what is wrong', async () => {
    const run = fixture.run(['--json', '--', NODE, '-e', '']);
    assert.equal(await run.ended, 0);
    const { warning, ...lease } = JSON.parse(run.out());
    assert.deepEqual(lease, { lock_id: null, port: null, ports: [], url: null });
    assert.equal(warning.code, 'DAEMON_UNREACHABLE');
    const required = fixture.run(['--json', '--require', '--', NODE, '-e', '']);
    assert.equal(await required.ended, 3);
    assert.deepEqual(
      [JSON.parse(required.out()).success, JSON.parse(required.out()).code],
      [false, warning.code],
    );
  });

  it('puts the port that was asked for in place of {port}, since nothing else can be meant', async () => {
    const run = fixture.run(['-p', '4321', '--', NODE, '-e', SHOW, '{port}']);
    assert.equal(await run.ended, 0);
    assert.deepEqual(JSON.parse(run.out()), [null, '4321']);
  });

  it("has the command's status, and ends its processes", async () => {
    const run = fixture.run(['--', 'sh', '-c', 'sleep 303 & echo "sleeper $! end"; sleep 0.5; exit 5']);
    assert.equal(await run.ended, 5);
    const [, pid] = await run.printed(/sleeper (\d+) end/);
    await untilGone(Number(pid));
  });

  it('does not happen with --require: status 3, and nothing is started', async () => {
    const run = fixture.run(['--require', '--', NODE, '-p', '"started"']);
    assert.equal(await run.ended, 3);
    assert.equal(run.out(), '');
    assert.match(run.err(), /No daemon runs/);
  });
});
