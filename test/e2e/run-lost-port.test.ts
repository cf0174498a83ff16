// Proves what `styxy run` does when a stranger takes its port before the command listens, and when the command goes elsewhere.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startDaemon } from './daemon-fixture.ts';
import { freeRange } from './port-range.ts';
import { RunFixture, SERVER, type Started, serving, TYPE, until } from './run-fixture.ts';

const NODE = process.execPath;
const range = freeRange('losing', 60);
/** Where no grant of these tests comes to. */
const outside = range[0] + 50;
let fixture: RunFixture;
let elsewhere = '';
before(async () => {
  const config = { service_types: { [TYPE]: { range: [range[0], outside - 1] } } };
  fixture = new RunFixture(await startDaemon({ config }));
  elsewhere = join(fixture.root, 'elsewhere');
  mkdirSync(elsewhere);
});
after(() => fixture.stop());

/** Says that it starts, waits for a line on its standard input, and only then listens. */
const LATE = `
console.log('starting with ' + process.env.PORT + ' end');
process.stdin.once('data', () => {${SERVER}});`;

/** The port that a `LATE` server is about to listen on. */
async function starting(run: Started, nth: number): Promise<number> {
  const found = await until(`start ${nth}`, () => {
    const starts = [...run.out().matchAll(/starting with (\d+) end/g)];
    return starts[nth - 1] ?? null;
  });
  return Number(found[1]);
}

async function rival(port: number): Promise<Started> {
  const started = fixture.start(NODE, ['-e', SERVER], { cwd: elsewhere, env: { PORT: String(port) } });
  await serving(started);
  return started;
}

async function stop(...all: readonly Started[]): Promise<void> {
  for (const { child } of all) child.kill('SIGTERM');
  await Promise.all(all.map(({ ended }) => ended));
}

describe('a port that is lost before the command listens', { concurrency: 5 }, () => {
  it('is exchanged once for another, while the command is still starting', async () => {
    const run = fixture.runTyped(['-n', 'patient', '--', NODE, '-e', LATE]);
    const lost = await starting(run, 1);
    const taker = await rival(lost);
    const port = await starting(run, 2);
    assert.notEqual(port, lost);
    assert.match(
      run.err(),
      new RegExp(
        `port ${lost} was taken by node \\(pid ${taker.pid}\\) in ${elsewhere} before the command listened`,
      ),
    );
    run.child.stdin?.write('go\n');
    assert.equal((await serving(run)).port, port);
    const leases = (await fixture.leases()).filter(({ service_name }) => service_name === 'patient');
    assert.deepEqual(
      leases.map((lease) => lease.port),
      [port],
    );
    await stop(run, taker);
    assert.notEqual((await fixture.leaseOn(port))?.service_name, 'patient');
  });

  it('is exchanged where the command fails because of it', async () => {
    const run = fixture.runTyped(['-n', 'failing', '--', NODE, '-e', LATE]);
    const lost = await starting(run, 1);
    const taker = await rival(lost);
    run.child.stdin?.write('go\n');
    const port = await starting(run, 2);
    assert.notEqual(port, lost);
    run.child.stdin?.write('go\n');
    assert.equal((await serving(run)).port, port);
    await stop(run, taker);
  });

  it('stays lost with --exact, and after the second time', async () => {
    const wish = range[0] + 40;
    const exact = fixture.runTyped(['-n', 'exact', '-p', String(wish), '--exact', '--', NODE, '-e', LATE]);
    const takers = [await rival(await starting(exact, 1))];
    exact.child.stdin?.write('go\n');
    assert.equal(await exact.ended, 1, "the command's own status");
    assert.match(exact.err(), new RegExp(`port ${wish} was taken by node .*a port conflict, not a bug`));

    const unlucky = fixture.runTyped(['-n', 'unlucky', '--', NODE, '-e', LATE]);
    takers.push(await rival(await starting(unlucky, 1)));
    takers.push(await rival(await starting(unlucky, 2)));
    unlucky.child.stdin?.write('go\n');
    assert.equal(await unlucky.ended, 1);
    assert.equal([...unlucky.out().matchAll(/starting with/g)].length, 2);
    await stop(...takers);
  });

  it('is exchanged under a command that moved away in silence', async () => {
    const script = `
      const { createServer } = require('node:http');
      const listen = (port) => createServer().on('error', () => listen(${outside})).listen(port, '127.0.0.1', () => {
        console.log('serving ' + port + ' as ' + process.pid + ' end');
      });
      console.log('starting with ' + process.env.PORT + ' end');
      process.stdin.once('data', () => listen(Number(process.env.PORT)));`;
    const run = fixture.runTyped(['-n', 'moving', '--', NODE, '-e', script]);
    const lost = await starting(run, 1);
    const taker = await rival(lost);
    run.child.stdin?.write('go\n');
    const port = await starting(run, 2);
    run.child.stdin?.write('go\n');
    await until('the second one to serve', () => run.out().includes(`serving ${port} as`) || null);
    await stop(run, taker);
  });

  it('is no reason to end a command for which there is no other port', async () => {
    const full = freeRange('losing', 1);
    const config = { service_types: { [TYPE]: { range: full } } };
    const own = new RunFixture(await startDaemon({ config }));
    const run = own.runTyped(['-n', 'last', '--', NODE, '-e', LATE]);
    const taker = await rival(await starting(run, 1));
    await until('the sentence', () => /port \d+ was taken by node .*a port conflict/.exec(run.err()));
    assert.equal(run.child.exitCode, null, 'it still runs');
    await stop(run, taker);
    await own.stop();
  });

  it('is no reason to start a command again that failed by itself', async () => {
    const run = fixture.runTyped(['-n', 'broken', '--', NODE, '-e', 'console.log("once"); process.exit(3)']);
    assert.equal(await run.ended, 3);
    assert.equal(run.out(), 'once\n');
  });
});

describe('a command that listens on another port than its own', () => {
  it('is told so, with the way to tell it', async () => {
    const script = `
      require('node:http').createServer().listen(${outside + 1}, '127.0.0.1', () => console.log('up'));`;
    const run = fixture.runTyped(['-n', 'deaf', '--', NODE, '-e', script]);
    await run.printed(/up/);
    const said = await until('the sentence', () => /the command listens on .*/.exec(run.err()));
    assert.match(
      said[0],
      new RegExp(`listens on ${outside + 1} so far, and not on its own port \\d+; .*\\{port\\}`),
    );
    await stop(run);
  });
});
