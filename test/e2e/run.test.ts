// Owns the proof of `styxy run` with a real daemon and real processes.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { freeRange } from './port-range.ts';
import {
  hasCommand,
  MAIN,
  type RunFixture,
  SERVER,
  SINGLE_TYPE,
  serving,
  startRunFixture,
  TYPE,
  untilGone,
} from './run-fixture.ts';

const NODE = process.execPath;
const SERVE = ['--', NODE, '-e', SERVER];

let fixture: RunFixture;
before(async () => {
  fixture = await startRunFixture();
});
after(() => fixture.stop());

function onSignal(script: string): string[] {
  return ['--', NODE, '-e', `${script}; console.log('ready'); setInterval(() => {}, 1e6)`];
}

describe('the exit status of styxy run', { concurrency: 3 }, () => {
  const cases: readonly [title: string, command: string[], status: number][] = [
    ['is 0 when the command has 0', [NODE, '-e', ''], 0],
    ["is the command's own", [NODE, '-e', 'process.exit(7)'], 7],
    ['is 128 + signal when a signal ended it', [NODE, '-e', 'process.kill(process.pid, "SIGKILL")'], 137],
    ['is 127 for a command that does not exist', ['no-such-command-anywhere'], 127],
  ];
  for (const [title, command, status] of cases) {
    it(title, async () => {
      const name = `exit-${status}`;
      assert.equal(await fixture.runTyped(['-n', name, '--', ...command]).ended, status);
      assert.ok(!(await fixture.leases()).some(({ service_name }) => service_name === name));
    });
  }

  it('is 126 for a command that is not executable', async () => {
    const file = join(fixture.project, 'notes.txt');
    writeFileSync(file, 'nothing to run');
    chmodSync(file, 0o644);
    const run = fixture.runTyped(['-n', 'notes', '--', file]);
    assert.equal(await run.ended, 126);
    assert.match(run.err(), /not executable: .*notes\.txt/);
  });

  for (const [title, args] of [
    ['without a command', ['-s', TYPE]],
    ['with --exact and no port', ['--exact', '--', NODE, '-e', '']],
    ['with an unknown option', ['--prot', '3000', '--', NODE, '-e', '']],
  ] as const) {
    it(`is 2 ${title}`, async () => assert.equal(await fixture.run(args).ended, 2));
  }

  it('is 1 for a refusal, and nothing is started', async () => {
    const taken = await fixture.allocate({ service_name: 'taken' });
    const run = fixture.runTyped(['-n', 'late', '-p', String(taken.port), '--exact', '--', NODE, '-p', '1']);
    assert.equal(await run.ended, 1);
    assert.equal(run.out(), '');
    assert.match(run.err(), new RegExp(`${taken.port}`));
  });
});

describe('the environment of styxy run', () => {
  const SHOW = 'console.log(JSON.stringify({ env: process.env, args: process.argv.slice(1) }))';

  it('is the own one, with port, lease and the leases of the project', async () => {
    const api = await fixture.allocate({ service_name: '@acme/api' });
    const run = fixture.run(['-n', 'my.web', '--', NODE, '-e', SHOW, '{port}', 'http://x:{port}/{port}'], {
      env: { KEPT: 'as it is', PORT: '1' },
    });
    assert.equal(await run.ended, 0);
    const { env, args } = JSON.parse(run.out());
    const port = Number(env.PORT);
    assert.ok(port >= 3000 && port <= 3099, `${port} is not of the type dev`);
    assert.deepEqual(args, [env.PORT, `http://x:${port}/${port}`]);
    assert.equal(env.STYXY_PORT_MY_WEB, env.PORT);
    assert.match(env.STYXY_URL_MY_WEB, new RegExp(`^http://(my-web\\..*\\.)?localhost:${port}$`));
    assert.equal(env.STYXY_PORT__ACME_API, String(api.port));
    assert.match(env.STYXY_URL__ACME_API, new RegExp(`localhost:${api.port}$`));
    const added = /^(PORT|STYXY_(LOCK_ID|RUN_ID|SLUG|PORT_.*|URL_.*))$/;
    assert.match(env.STYXY_SLUG, /^[a-z0-9_]+$/);
    const rest = Object.entries(env).filter(([name]) => !added.test(name));
    const own = Object.entries(fixture.env({ KEPT: 'as it is' }));
    assert.deepEqual(new Map(rest), new Map(own));
    assert.equal(typeof env.STYXY_LOCK_ID, 'string');
  });

  it('has the variables that stand before the command, as in a shell', async () => {
    const show = 'console.log(process.env.COLOUR, process.env.ASSETS === process.env.PORT)';
    const words = ['COLOUR=blue', 'ASSETS={port}', NODE, '-e', show];
    const run = fixture.runTyped(['-n', 'assigned', '--', ...words]);
    assert.equal(await run.ended, 0, run.err());
    assert.equal(run.out(), 'blue true\n');
    const nothing = fixture.runTyped(['-n', 'assigned', '--', 'COLOUR=blue']);
    assert.equal(await nothing.ended, 2);
    assert.match(nothing.err(), /there is no command behind COLOUR=blue/);
  });

  it('leaves the standard streams to the command', async () => {
    const run = fixture.runTyped(['-n', 'cat', '--', 'cat']);
    run.child.stdin?.end('through');
    assert.equal(await run.ended, 0);
    assert.equal(run.out(), 'through');
  });

  it('keeps standard output for the one document with --json', async () => {
    const run = fixture.runTyped(['-n', 'json', '--json', '--', NODE, '-e', 'console.log("noise")']);
    assert.equal(await run.ended, 0);
    assert.equal(JSON.parse(run.out()).service_name, 'json');
    assert.match(run.err(), /noise/);
  });
});

describe('the signals of styxy run', { concurrency: 3 }, () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const) {
    it(`pass ${signal} on`, async () => {
      const script = `process.on('${signal}', () => { console.log('got it'); process.exit(9); })`;
      const run = fixture.runTyped(['-n', signal, ...onSignal(script)]);
      await run.printed(/ready/);
      process.kill(run.pid, signal);
      assert.equal(await run.ended, 9);
      assert.match(run.out(), /got it/);
    });
  }

  it('end a command that ignores SIGTERM', async () => {
    const script = `process.on('SIGTERM', () => console.log('no')); console.log('pid ' + process.pid + ' end')`;
    const run = fixture.runTyped(['-n', 'deaf', ...onSignal(script)]);
    const [, pid] = await run.printed(/pid (\d+) end/);
    await run.printed(/ready/);
    process.kill(run.pid, 'SIGTERM');
    assert.equal(await run.ended, 137);
    await untilGone(Number(pid));
  });

  const missingPython = hasCommand('python3') ? false : 'python3 is missing';
  it('come once from the keyboard', { skip: missingPython }, async () => {
    const script = `let n = 0; process.on('SIGINT', () => { n += 1; setTimeout(() => { console.log('interrupts ' + n); process.exit(0); }, 300); })`;
    const command = [NODE, '--disable-warning=ExperimentalWarning', 'main', 'run', '-s', TYPE, '-n', 'key'];
    const line = JSON.stringify([...command, ...onSignal(script)]);
    const terminal = fixture.start('python3', ['-c', TERMINAL, line, MAIN]);
    assert.equal(await terminal.ended, 0);
    assert.match(terminal.out(), /interrupts 1/);
  });
});

/** Runs a command on a terminal of its own and presses ctrl-C when it is ready. */
const TERMINAL = `
import json, os, pty, sys
words = [sys.argv[2] if word == 'main' else word for word in json.loads(sys.argv[1])]
pid, terminal = pty.fork()
if pid == 0:
    os.execv(words[0], words)
seen, pressed = b'', False
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    seen += data
    if not pressed and b'ready' in seen:
        pressed = True
        os.write(terminal, b'\\x03')
os.waitpid(pid, 0)
sys.stdout.write(seen.decode())
`;

describe('the process tree of styxy run', { concurrency: 3 }, () => {
  it('ends with the command, also what the command orphaned', async () => {
    const script = 'sleep 300 & echo "sleeper $! end"; (sleep 301 & echo "orphan $! end") ; exit 3';
    const run = fixture.runTyped(['-n', 'family', '--', 'sh', '-c', script]);
    assert.equal(await run.ended, 3);
    const [, sleeper] = await run.printed(/sleeper (\d+) end/);
    const [, orphan] = await run.printed(/orphan (\d+) end/);
    await untilGone(Number(sleeper));
    await untilGone(Number(orphan));
  });

  it('ends when a signal ends the shell that waits for a server', async () => {
    const run = fixture.runTyped(['-n', 'shell', '--', 'sh', '-c', `${NODE} -e "$0" & wait`, SERVER]);
    const { port, pid } = await serving(run);
    process.kill(run.pid, 'SIGTERM');
    assert.equal(await run.ended, 143);
    await untilGone(pid);
    assert.notEqual((await fixture.leaseOn(port))?.service_name, 'shell');
  });

  it('ends with what hides its environment and lost its parent later on', async () => {
    const script = 'echo ready; read go; env -i sleep 303 & echo "hidden $! end"; read go; exit 3';
    const run = fixture.runTyped(['-n', 'hidden', '--', 'sh', '-c', script]);
    await run.printed(/ready/);
    // Past the first look, which comes right after the start.
    await sleep(2_000);
    run.child.stdin?.write('go\n');
    const [, pid] = await run.printed(/hidden (\d+) end/);
    await sleep(6_000);
    run.child.stdin?.write('go\n');
    assert.equal(await run.ended, 3);
    await untilGone(Number(pid));
  });

  it('ends where members of it ignore SIGTERM', async () => {
    const script = `trap '' TERM; sleep 302 & echo "stubborn $! end"; exit 0`;
    const run = fixture.runTyped(['-n', 'stubborn', '--', 'sh', '-c', script]);
    assert.equal(await run.ended, 0);
    const [, pid] = await run.printed(/stubborn (\d+) end/);
    await untilGone(Number(pid));
  });

  it('spares what other runs started', async () => {
    const other = fixture.runTyped(['-n', 'bystander', ...SERVE]);
    const { port } = await serving(other);
    assert.equal(await fixture.runTyped(['-n', 'brief', '--', NODE, '-e', '']).ended, 0);
    assert.equal(await (await fetch(`http://127.0.0.1:${port}`)).text(), 'served');
    process.kill(other.pid, 'SIGTERM');
    assert.equal(await other.ended, 143);
  });
});

describe('the lease of styxy run', { concurrency: 3 }, () => {
  it('is held while the command lives, by the run itself, and released when it ends', async () => {
    const run = fixture.runTyped(['-n', 'held', ...SERVE]);
    const { port } = await serving(run);
    const lease = await fixture.leaseOn(port);
    assert.deepEqual([lease?.pid, lease?.orphan, lease?.expires_at], [run.pid, false, null]);
    process.kill(run.pid, 'SIGINT');
    assert.equal(await run.ended, 130);
    // A test beside this one may have been granted the port since.
    assert.notEqual((await fixture.leaseOn(port))?.lock_id, lease?.lock_id);
  });

  it('is another one for each of many copies that start at the same moment', async () => {
    const runs = Array.from({ length: 5 }, () => fixture.runTyped(['-n', 'copies', ...SERVE]));
    const ports = await Promise.all(runs.map(async (run) => (await serving(run)).port));
    assert.equal(new Set(ports).size, 5);
    for (const { pid } of runs) process.kill(pid, 'SIGTERM');
    await Promise.all(runs.map(({ ended }) => ended));
    const said = runs.filter((run) =>
      /copies (runs already|is reserved for pid \d+ of \S+) at http:/.test(run.err()),
    );
    assert.equal(said.length, 4);
  });

  it('is taken over when it was allocated before, by one of two that start at the same moment', async () => {
    const given = await fixture.allocate({ service_name: 'early' });
    const runs = [1, 2].map(() => fixture.runTyped(['-n', 'early', ...SERVE]));
    const ports = await Promise.all(runs.map(async (run) => (await serving(run)).port));
    assert.equal(ports.filter((port) => port === given.port).length, 1);
    assert.equal(new Set(ports).size, 2);
    for (const { pid } of runs) process.kill(pid, 'SIGTERM');
    await Promise.all(runs.map(({ ended }) => ended));
  });

  it('is not the one of a server that was started without styxy run', async () => {
    const given = await fixture.allocate({ service_name: 'manual' });
    const manual = fixture.start(NODE, ['-e', SERVER], { env: { PORT: String(given.port) } });
    await serving(manual);
    const run = fixture.runTyped(['-n', 'manual', ...SERVE]);
    const { port } = await serving(run);
    assert.notEqual(port, given.port);
    assert.match(
      run.err(),
      new RegExp(`manual runs already at http://manual\\.project\\.localhost:${given.port}`),
    );
    process.kill(run.pid, 'SIGTERM');
    manual.child.kill('SIGTERM');
    await Promise.all([run.ended, manual.ended]);
  });

  it('is another one beside a lease whose holder nobody knows, which is not said to run', async () => {
    const given = await fixture.allocate({ service_name: 'ghost', pid: 4_194_305 });
    const run = fixture.runTyped(['-n', 'ghost', ...SERVE]);
    const { port } = await serving(run);
    assert.notEqual(port, given.port);
    assert.match(
      run.err(),
      new RegExp(
        `ghost is reserved for pid 4194305 of ${fixture.project} at http://ghost\\.project\\.localhost:${given.port}, where nobody listens yet`,
      ),
    );
    process.kill(run.pid, 'SIGTERM');
    await run.ended;
  });

  it('is for one only of two that --lock names at once', async () => {
    const given = await fixture.allocate({ service_name: 'raced' });
    const runs = [1, 2].map(() => fixture.run(['--lock', given.lock_id, ...SERVE]));
    const ports = (await Promise.all(runs.map(serving))).map(({ port }) => port);
    assert.equal(new Set(ports).size, 2);
    assert.ok(ports.includes(given.port));
    for (const { pid } of runs) process.kill(pid, 'SIGTERM');
    await Promise.all(runs.map(({ ended }) => ended));
  });

  it('is the one that --lock names', async () => {
    const given = await fixture.allocate({ service_name: 'locked' });
    const run = fixture.run(['--lock', given.lock_id, ...SERVE]);
    assert.equal((await serving(run)).port, given.port);
    assert.equal((await fixture.leaseOn(given.port))?.pid, run.pid);
    const second = fixture.run(['--lock', given.lock_id, ...SERVE]);
    assert.notEqual((await serving(second)).port, given.port);
    for (const { pid } of [run, second]) process.kill(pid, 'SIGTERM');
    await Promise.all([run.ended, second.ended]);
    const unknown = fixture.run(['--lock', 'no-such-lease', ...SERVE]);
    assert.equal(await unknown.ended, 1);
  });

  it('is the one that --lock names beside a port, which counts only without a daemon', async () => {
    const given = await fixture.allocate({ service_name: 'rewritten' });
    const command = ['--lock', given.lock_id, '-p', '3999', '--', NODE, '-p', '"{port}"'];
    const run = fixture.run(command);
    assert.equal(await run.ended, 0, run.err());
    assert.equal(run.out(), `${given.port}\n`);
    assert.doesNotMatch(run.err(), /3999/);
    const alone = fixture.run(command, { env: { STYXY_HOME: join(fixture.root, 'no-home') } });
    assert.equal(await alone.ended, 0, alone.err());
    assert.equal(alone.out(), '3999\n');
  });

  it('says how a second copy of a command with a port of its own may run', async () => {
    const [first] = freeRange('runs', 40);
    const script = ['sh', '-c', `PORT=${first + 39} exec node server.js`];
    writeFileSync(join(fixture.project, 'server.js'), SERVER);
    const run = fixture.run(['-n', 'fixed', '--', ...script]);
    await serving(run);
    const copy = fixture.run(['-n', 'fixed', '--', ...script]);
    assert.equal(await copy.ended, 1);
    assert.match(copy.err(), new RegExp(`port ${first + 39} is held by fixed of .*pid ${run.pid}`));
    assert.match(copy.err(), new RegExp(`It runs at http://fixed\\.project\\.localhost:${first + 39}\\.`));
    assert.match(copy.err(), /Take the number out of it, and each copy gets a port of its own/);
    run.child.kill('SIGTERM');
    await run.ended;
    const wished = fixture.runTyped(['-n', 'wished', ...SERVE]);
    const { port } = await serving(wished);
    const exact = fixture.runTyped(['-n', 'other', '-p', String(port), '--exact', ...SERVE]);
    assert.equal(await exact.ended, 1);
    assert.match(exact.err(), /Run it without --exact/);
    wished.child.kill('SIGTERM');
    await wished.ended;
  });

  it('says who has the port that was wished for', async () => {
    const run = fixture.runTyped(['-n', 'first-come', ...SERVE]);
    const { port } = await serving(run);
    const second = fixture.runTyped(['-n', 'late-come', '-p', String(port), '--', NODE, '-e', '']);
    assert.equal(await second.ended, 0, second.err());
    assert.match(second.err(), new RegExp(`\\(port ${port} is held by first-come of .*pid ${run.pid}`));
    run.child.kill('SIGTERM');
    await run.ended;
  });

  it('says of a type that nobody knew that a range was made for it', async () => {
    const run = fixture.run(['-s', 'manny', '-n', 'typo', '--', NODE, '-e', '']);
    assert.equal(await run.ended, 0, run.err());
    assert.match(run.err(), /manny was not known and has the range \d+–\d+ now: did you mean many\?/);
  });

  it('is that of the running copy for a singleton, which is not started twice', async () => {
    const run = fixture.run(['-s', SINGLE_TYPE, '-n', 'model', ...SERVE]);
    const { port } = await serving(run);
    const elsewhere = join(fixture.root, 'elsewhere');
    mkdirSync(elsewhere);
    const second = fixture.run(['-s', SINGLE_TYPE, '-n', 'model', '--', NODE, '-p', '"started"'], {
      cwd: elsewhere,
    });
    assert.equal(await second.ended, 0);
    assert.equal(second.out(), `http://model.project.localhost:${port}\n`);
    process.kill(run.pid, 'SIGTERM');
    await run.ended;
  });
});
